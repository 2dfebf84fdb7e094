/** A quota ledger on a folder of its own, whose clock and boot belong to the test. */
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import {
  openQuotaLedger,
  type QuotaLedger,
  type QuotaLedgerOptions,
} from '../../src-main/metering/quota/ledger.ts'
import { dataPaths } from '../../src-main/store/data-paths.ts'
import { temporaryFolder } from './temporary-folder.ts'

export const november = Date.UTC(2026, 10, 21, 12)
export const deny = { overage: 0 }

export function ledgerFolder(folder = join(temporaryFolder(), 'data')) {
  const time = { wall: november, elapsed: 0, now: () => time.wall, monotonic: () => time.elapsed }
  const warnings: unknown[] = []
  const state = { boot: 'boot-1' }
  const macKey = Buffer.alloc(32, 9)
  let opened: QuotaLedger | null = null
  onTestFinished(() => opened?.close())
  return {
    folder,
    paths: dataPaths(folder),
    time,
    state,
    warnings,
    macKey,
    close: () => opened?.close(),
    open(more: Partial<QuotaLedgerOptions> = {}): QuotaLedger {
      opened = openQuotaLedger({
        directory: folder,
        macKey,
        bootId: state.boot,
        time,
        log: { warn: (...all: unknown[]) => void warnings.push(all) },
        ...more,
      })
      return opened
    },
  }
}

/** Another folder with the files as a process leaves them that dies now: nothing of this one is closed before. */
export function crashed(from: ReturnType<typeof ledgerFolder>): ReturnType<typeof ledgerFolder> {
  const next = ledgerFolder()
  cpSync(from.folder, next.folder, { recursive: true })
  next.state.boot = from.state.boot
  Object.assign(next.time, { wall: from.time.wall, elapsed: from.time.elapsed })
  return next
}

/** How many of `count` requests are admitted, and the code of the first that is not. */
export function takeMany(
  ledger: QuotaLedger,
  count: number,
  { id = 'lic', period = '2026-11', limit = null as number | null, units = 1, now = november } = {},
): { admitted: number; code: string | null } {
  let admitted = 0
  let code: string | null = null
  for (let at = 0; at < count; at++) {
    const answer = ledger.take({ id, period, limit }, deny, units, now)
    if (answer.admitted) {
      admitted += 1
      ledger.note()
      ledger.settle(answer, units)
    } else code ??= answer.refusal.code
  }
  return { admitted, code }
}
