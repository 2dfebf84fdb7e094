/**
 * What the command line writes: results to stdout (text or, with --json, one JSON document), progress and failures to
 * stderr. Progress is drawn on a terminal only, and only for what takes longer than a second.
 */
import { SingleBar } from 'cli-progress'

/** stderr; progress is drawn where it is a terminal. */
export type ErrorStream = NodeJS.WritableStream & { isTTY?: boolean }

export interface Terminal {
  json: boolean
  /** The result: `text` for people, `value` for programs. */
  result(value: unknown, text: string): void
  progress(label: string): Progress
}

interface Progress {
  /** 0 to 1, or null where it cannot be told. */
  update(fraction: number | null, step?: string | null): void
  end(): void
}

const showAfterMs = 1000

export function createTerminal(json: boolean, out: NodeJS.WritableStream, errors: ErrorStream): Terminal {
  return {
    json,
    result: (value, text) =>
      void out.write(json ? `${JSON.stringify(value, null, 2)}\n` : `${printable(text)}\n`),
    progress(label) {
      if (!errors.isTTY) return { update: () => undefined, end: () => undefined }
      const startedAt = performance.now()
      const bar = new SingleBar({
        format: `${label} {bar} {percentage}% {step}`,
        stream: errors,
        hideCursor: true,
        clearOnComplete: true,
      })
      let shown = false
      return {
        update(fraction, step) {
          if (!shown && performance.now() - startedAt < showAfterMs) return
          if (!shown) bar.start(1000, 0, { step: '' })
          shown = true
          bar.update(Math.round((fraction ?? 0) * 1000), { step: printable(step ?? '') })
        },
        end: () => {
          if (shown) bar.stop()
        },
      }
    },
  }
}

/** Control characters, line ends and tabs apart, and the marks that turn the direction of writing around. */
const unprintable = /[^\P{Cc}\n\t]|[\u202A-\u202E\u2066-\u2069]/gu

/** A title or a message may come from a package of a stranger, who must not be able to steer the terminal. */
export const printable = (text: string): string => text.replaceAll(unprintable, '\uFFFD')

const number = /^\d[\d.]*( [kMGT]?B)?$/

/** Columns as wide as their widest cell, numbers to the right; the last one as it is. */
export function table(head: string[], rows: string[][], none = '(none)'): string {
  if (rows.length === 0) return none
  const columns = head.map((title, column) => {
    const cells = rows.map((row) => row[column] ?? '')
    return {
      width: Math.max(title.length, ...cells.map((cell) => cell.length)),
      isLast: column === head.length - 1,
      isNumbers: cells.every((cell) => number.test(cell)),
    }
  })
  const line = (cells: string[]): string =>
    columns
      .map(({ width, isLast, isNumbers }, column) => {
        const cell = cells[column] ?? ''
        if (isNumbers) return cell.padStart(width)
        return isLast ? cell : cell.padEnd(width)
      })
      .join('  ')
      .trimEnd()
  return [line(head.map((title) => title.toUpperCase())), ...rows.map(line)].join('\n')
}
