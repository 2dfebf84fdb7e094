/** Lists that come in windows: the options that choose one, and the line that says what else there is. */
import type { Command } from 'commander'
import { limits } from '../contract/limits.ts'
import { wholeNumber } from './names.ts'

export interface Page {
  limit: number
  offset: number
}

export const paged = (command: Command): Command =>
  command
    .option('--limit <n>', 'rows at most', wholeNumber(1, limits.pageRowsMax), 100)
    .option('--offset <n>', 'rows to pass over', wholeNumber(0, Number.MAX_SAFE_INTEGER), 0)

export const restOf = ({ rows, total }: { rows: readonly unknown[]; total: number }): string =>
  total > rows.length ? `\n${rows.length} of ${total}` : ''
