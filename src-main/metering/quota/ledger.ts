/**
 * The quota ledger: N units a month admit exactly N, whatever kills the process. Units are leased in blocks, one
 * durable commit each, and what was taken is noted in the tally before it is answered; a killed process goes on where
 * the tally stands, and after a loss of power the open block counts as used (forfeited, not billable).
 *
 *   const ledger = openQuotaLedger({ directory, macKey, bootId, time, log })
 *   const answer = ledger.take({ id, period: periodAt(now), limit }, { overage: 0 }, units, now)
 *   if (!answer.admitted) throw answer.refusal
 *   ledger.note()                        // before it is answered or recorded, once for all that were taken till then
 *   ledger.settle(answer, actualUnits)   // it was answered; fewer units than taken: the rest is given back
 *   ledger.giveBack(answer)              // it failed: all of it is added back by the next commit
 *
 * Everything is synchronous. `directory` is the data folder; one process holds the ledger (DATA_DIR_IN_USE for a
 * second one). `now` is trusted time; a month never comes back. `period` '' is for balances of credits, whose limit is
 * all that was ever paid in. A token ends once (`false`: it had). Where the files were changed or taken away, `take`
 * denies with LEDGER_TAMPERED or STATE_MISSING until `recover` grants the id in the refusal's details (`recheck` asks).
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../../base/clock.ts'
import { OutpostError } from '../../base/errors.ts'
import type { Log } from '../../base/log.ts'
import { limits } from '../../contract/limits.ts'
import { dataPaths } from '../../store/data-paths.ts'
import { takeLock } from '../../store/owner-lock.ts'
import type { QuotaWriter } from '../../store/sqlite.ts'
import { lastSettledAt } from '../../store/tables/quota.ts'
import { type Counting, createCounting } from './counting.ts'
import { type OpenedLedger, openLedgerFiles } from './opening.ts'
import { createSeals } from './seals.ts'
import type {
  QuotaAccount,
  QuotaAnomaly,
  QuotaDenial,
  QuotaFailPoint,
  QuotaPlan,
  QuotaRecovery,
  QuotaToken,
  QuotaUsage,
} from './types.ts'

export interface QuotaLedgerOptions {
  directory: string
  macKey: Uint8Array
  /** Of this start of the machine; '' where it is not known, and then each restart counts as one. */
  bootId: string
  time: Clock
  log: Pick<Log, 'warn'>
  /** Something else of the node knows that it has counted: then a folder without any file of the ledger lost them. */
  countedBefore?: boolean
  /** True where the issuer signed that counting may go on after this. */
  recover?: (recovery: QuotaRecovery) => boolean
  /** How long a block rests before it is settled. */
  idleMs?: number
  /** Tests kill the process here. */
  at?: (point: QuotaFailPoint) => void
}

export interface QuotaLedger {
  take(account: QuotaAccount, plan: QuotaPlan, units: number, now: number): QuotaToken | QuotaDenial
  /** METER_UNAVAILABLE where what was taken cannot be written down: then it must not be answered. */
  note(): void
  settle(token: QuotaToken, actualUnits: number): boolean
  giveBack(token: QuotaToken): boolean
  /** Null where nothing was counted, or the ledger is closed to counting. */
  usage(account: Pick<QuotaAccount, 'id' | 'period'>): QuotaUsage | null
  /** Of all accounts and months. */
  accounts(): QuotaUsage[]
  /** Why nothing is counted, or null. */
  refusal(): OutpostError | null
  /** What was found wrong at the opening, and gone on from. */
  anomalies(): readonly QuotaAnomaly[]
  /** When the last block was settled, in milliseconds of trusted time; 0 where none was. */
  settledAt(): number
  /** Where the idempotency keys stand too; null while nothing is counted. */
  database(): QuotaWriter | null
  /** Tries again to open what was refused. */
  recheck(): void
  close(): void
}

export function openQuotaLedger(options: QuotaLedgerOptions): QuotaLedger {
  const { directory, time, log } = options
  const paths = dataPaths(directory)
  const seals = createSeals(options.macKey)
  mkdirSync(paths.runtime, { recursive: true, mode: 0o700 })
  const lock = takeLock(join(paths.runtime, 'quota.lock'))
  if (!lock) {
    throw new OutpostError('DATA_DIR_IN_USE', `Another process counts on ${paths.root}.`, {
      hint: 'Stop that node, or choose another data folder.',
    })
  }
  let files: OpenedLedger | null = null
  let counting: Counting | null = null
  let refusal: OutpostError | null = null
  let retryAt = Number.NEGATIVE_INFINITY

  function open(): void {
    try {
      files = openLedgerFiles({
        paths,
        seals,
        boot: options.bootId,
        countedBefore: options.countedBefore ?? false,
        recover: options.recover ?? (() => false),
        now: Math.round(time.now()),
      })
      for (const anomaly of files.anomalies) log.warn(anomaly, 'the quota ledger was not as it was left')
      counting = createCounting(files, {
        seals,
        boot: options.bootId,
        time,
        log,
        at: options.at ?? (() => undefined),
      })
      refusal = null
    } catch (error) {
      refusal = asRefusal(error)
      retryAt = time.monotonic() + limits.quotaRetryMs
      log.warn({ err: error }, 'the quota ledger cannot be used')
    }
  }
  open()

  /** A full disk may have room again; what waits for a grant waits for `recheck`. */
  function reopened(): Counting | null {
    if (refusal?.code === 'METER_UNAVAILABLE' && time.monotonic() >= retryAt) open()
    return counting
  }

  const idleMs = options.idleMs ?? limits.quotaIdleMs
  const idle = setInterval(() => counting?.settleIdle(idleMs), idleMs)
  idle.unref()

  return {
    take(account, plan, units, now) {
      const ready = counting ?? reopened()
      if (ready) return ready.take(account, plan, units, now)
      return { admitted: false, refusal: refusal ?? closed() }
    },
    note: () => {
      const denial = counting?.note()
      if (denial) throw denial.refusal
    },
    settle: (token, actualUnits) => counting?.settle(token, actualUnits) ?? false,
    giveBack: (token) => counting?.giveBack(token) ?? false,
    usage: (account) => counting?.usage(account) ?? null,
    accounts: () => counting?.accounts() ?? [],
    refusal: () => refusal,
    anomalies: () => files?.anomalies ?? [],
    settledAt: () => (files ? lastSettledAt(files.db) : 0),
    database: () => files?.db ?? null,
    recheck: () => {
      if (refusal) open()
    },
    close() {
      clearInterval(idle)
      counting?.close()
      for (const file of files ? [files.db, files.tally, files.anchor] : []) file.close()
      counting = null
      files = null
      refusal = closed()
      lock.release()
    },
  }
}

const closed = (): OutpostError => new OutpostError('SERVING_UNAVAILABLE', 'The node is stopping.')

/** What the ledger itself refuses stays; anything else is a disk or a file that cannot be used now. */
function asRefusal(error: unknown): OutpostError {
  const own = ['STATE_MISSING', 'LEDGER_TAMPERED', 'DATA_DIR_NEWER']
  if (error instanceof OutpostError && own.includes(error.code)) return error
  return new OutpostError('METER_UNAVAILABLE', 'Requests cannot be counted, so none is answered.', {
    hint: 'Look for a full disk or lost permissions on the data folder.',
    cause: error,
  })
}
