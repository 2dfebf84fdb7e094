/**
 * Counting on the open files. Invariant of every commit: settled + leased is at most the ceiling; a slot is written
 * before its admission is answered, and before the commit that opens its block; the anchors after it. So no order in
 * which a process can die lets one unit more through.
 */
import type { Clock } from '../../base/clock.ts'
import { OutpostError } from '../../base/errors.ts'
import type { Log } from '../../base/log.ts'
import { limits } from '../../contract/limits.ts'
import {
  commitQuota,
  quotaCheckpoint,
  quotaPeriod,
  quotaPeriods,
  quotaSettlements,
} from '../../store/tables/quota.ts'
import {
  type Account,
  accountRow,
  afterCommit,
  counted,
  periodRow,
  type SettlementKind,
  settlementRow,
  usageOf,
  usageOfTotals,
} from './account.ts'
import { writePlace } from './anchor.ts'
import { blockSize, nextPace } from './block-size.ts'
import { headText, type LedgerHead } from './chain.ts'
import type { OpenedLedger } from './opening.ts'
import { periodEnd } from './period.ts'
import type { Seals } from './seals.ts'
import { reserveSlots, slotBytesOf, writeSlot } from './tally.ts'
import type { QuotaAccount, QuotaDenial, QuotaFailPoint, QuotaPlan, QuotaToken, QuotaUsage } from './types.ts'

export interface CountingOptions {
  seals: Seals
  boot: string
  time: Clock
  log: Pick<Log, 'warn'>
  at: (point: QuotaFailPoint) => void
}

export interface Counting {
  take(wanted: QuotaAccount, plan: QuotaPlan, units: number, now: number): QuotaToken | QuotaDenial
  settle(token: QuotaToken, actualUnits: number): boolean
  giveBack(token: QuotaToken): boolean
  usage(wanted: Pick<QuotaAccount, 'id' | 'period'>): QuotaUsage | null
  accounts(): QuotaUsage[]
  /** Closes the blocks that rest, so that a loss of power forfeits nothing of them. */
  settleIdle(idleMs: number): void
  close(): void
}

interface Token extends QuotaToken {
  readonly counting: Account
  ended: boolean
}

/** One row of a commit: the account, what becomes of its block, and how that is called. */
interface Step {
  account: Account
  lease: number
  kind: SettlementKind
  forfeited: number
}

export function createCounting(opened: OpenedLedger, options: CountingOptions): Counting {
  const { db, tally, anchor } = opened
  const { seals, boot, time, log, at } = options
  const current = new Map<string, Account>()
  /** Months that are over, with what was given back or charged since they were last written. */
  const late = new Set<Account>()
  let head: LedgerHead = opened.head
  let slots = 0
  let retryAt = Number.NEGATIVE_INFINITY
  let lastNow = time.now()

  for (const account of opened.accounts.values()) {
    slots = Math.max(slots, account.slot + 1)
    if (account.id !== '') current.set(account.id, account)
    if (account.period > head.ratchet) head = { ...head, ratchet: account.period }
  }

  /** Durable when it returns; throws when nothing of it happened. */
  function commit(steps: readonly Step[], more: Partial<LedgerHead> = {}): void {
    let last = { sequence: head.sequence, hash: head.hash }
    const settlements = steps.map(({ account, kind, forfeited }) => {
      const row = settlementRow(seals, last, kind, account, forfeited, lastNow)
      last = { sequence: row.sequence, hash: row.mac }
      return row
    })
    const accounts = steps.map(({ account, lease }) => accountRow(seals, account, lease, boot))
    const periods = [...late]
    const next = { ...head, ...more, ...last }
    const dropTo = next.sequence - next.first.sequence > 2 * limits.quotaSettlementsKept
    const first = dropTo ? linkBefore(next) : next.first
    at('before-commit')
    commitQuota(db, {
      settlements,
      accounts,
      periods: periods.map((account) => periodRow(seals, account)),
      head: headText(seals, { ...next, first }),
      dropTo: dropTo || opened.restarted ? first.sequence : 0,
    })
    at('after-commit')
    head = { ...next, first }
    opened.restarted = false
    for (const account of periods) {
      afterCommit(account, 0)
      late.delete(account)
    }
    for (const { account, lease } of steps) afterCommit(account, lease)
    remember(steps.map(({ account }) => account))
    at('after-anchors')
  }

  function linkBefore({ sequence, first }: LedgerHead): LedgerHead['first'] {
    const [row] = quotaSettlements(db, sequence - limits.quotaSettlementsKept - 1, 1)
    return row ? { sequence: row.sequence, hash: row.mac } : first
  }

  /** The commit holds without them; they only show whoever takes the database back. */
  function remember(accounts: Iterable<Account>): void {
    try {
      for (const account of accounts) {
        const { slot, period, epoch, settled, leased } = account
        writePlace(anchor, seals, account.hash, { slot, period, epoch, charged: settled + leased })
      }
      tally.writeHead(head)
      anchor.writeHead(head)
    } catch (error) {
      log.warn({ err: error }, 'the anchors of the quota ledger could not be written')
    }
  }

  /** The account in its month: another month closes the one before, and none comes back. */
  function enter(wanted: QuotaAccount): Account {
    const period = wanted.period !== '' && wanted.period < head.ratchet ? head.ratchet : wanted.period
    const known = current.get(wanted.id) ?? adopt(wanted.id)
    if (known && (known.period === period || known.period > period)) return known
    const account: Account = {
      id: wanted.id,
      hash: known?.hash ?? seals.accountHash(wanted.id),
      period,
      slot: known?.slot ?? slots++,
      epoch: known?.epoch ?? 0,
      settled: 0,
      leased: 0,
      used: 0,
      voided: 0,
      forfeited: 0,
      givenBack: 0,
      shortfall: 0,
      ceiling: wanted.limit,
      bytes: null,
      pace: known?.pace ?? 1,
      leasedAt: time.monotonic(),
    }
    if (known) {
      known.leased = known.used // the rest of its block is nobody's
      late.add(known)
    }
    if (period > head.ratchet) head = { ...head, ratchet: period }
    current.set(wanted.id, account)
    return account
  }

  /** One that only the anchors knew, by the hash of its name. */
  function adopt(id: string): Account | undefined {
    const account = opened.accounts.get(seals.accountHash(id).toString('hex'))
    if (account?.id !== '') return undefined
    account.id = id
    current.set(id, account)
    return account
  }

  /** Closes the block and opens the next one; null where that is done. */
  function lease(account: Account, ceiling: number, units: number): QuotaDenial | null {
    const remaining = ceiling - counted(account)
    if (remaining < units) return exhausted(account, ceiling)
    const monotonic = time.monotonic()
    if (monotonic < retryAt) return unavailable(null)
    const pace = nextPace(account.pace, monotonic - account.leasedAt)
    const size = blockSize(pace, units, remaining)
    try {
      reserveSlots(tally, account.slot)
      const { period, epoch, used } = account
      const bytes = slotBytesOf(account.hash, {
        period,
        epoch: epoch + 1,
        base: counted(account),
        leased: size,
        used: 0,
        before: used,
      })
      at('before-slot')
      writeSlot(tally, account.slot, epoch + 1, bytes, 0)
      at('after-slot')
      commit([{ account, lease: size, kind: 'used', forfeited: 0 }])
      account.bytes = bytes
      account.pace = pace
      account.leasedAt = monotonic
      return null
    } catch (error) {
      retryAt = time.monotonic() + limits.quotaRetryMs
      log.warn({ err: error }, 'no block of quota could be leased')
      checkpoint() // a log that begins anew needs no room
      return unavailable(error)
    }
  }

  function take(wanted: QuotaAccount, plan: QuotaPlan, units: number, now: number): Token | QuotaDenial {
    lastNow = now
    const known = current.get(wanted.id)
    const account = known && known.period === wanted.period ? known : enter(wanted)
    const ceiling =
      wanted.limit === null || plan.overage === null ? Number.POSITIVE_INFINITY : wanted.limit + plan.overage
    account.ceiling = ceiling === Number.POSITIVE_INFINITY ? null : ceiling
    const denial = use(account, ceiling, units)
    if (denial) return denial
    const { id, period } = account
    return { admitted: true, account: id, period, units, counting: account, ended: false }
  }

  function use(account: Account, ceiling: number, units: number): QuotaDenial | null {
    if (account.used + units > account.leased || account.settled + account.used + units > ceiling) {
      const denial = lease(account, ceiling, units)
      if (denial) return denial
    }
    account.used += units
    try {
      if (account.bytes) writeSlot(tally, account.slot, account.epoch, account.bytes, account.used)
      return null
    } catch (error) {
      account.used -= units // the slot may say more than was admitted, never less
      log.warn({ err: error }, 'an admission could not be noted in the tally')
      return unavailable(error)
    }
  }

  /** False for a token that has ended; otherwise it ends. */
  function end(token: QuotaToken): Token | null {
    const own = token as Token
    if (own.ended) return null
    own.ended = true
    return own
  }

  function addBack(account: Account, units: number): void {
    account.voided += units
    if (current.get(account.id) !== account) late.add(account)
  }

  function charge(account: Account, extra: number): void {
    const ceiling = account.ceiling ?? Number.POSITIVE_INFINITY
    const charged = Math.min(extra, Math.max(0, ceiling - counted(account)))
    account.shortfall += extra - charged
    if (charged === 0) return
    if (current.get(account.id) !== account) {
      account.settled += charged
      late.add(account)
    } else if (use(account, ceiling, charged)) account.shortfall += charged
  }

  function usage({ id, period }: Pick<QuotaAccount, 'id' | 'period'>): QuotaUsage | null {
    const account = current.get(id) ?? adopt(id)
    if (account && account.period === period) return usageOf(account)
    for (const closed of late) if (closed.id === id && closed.period === period) return usageOf(closed)
    const row = quotaPeriod(db, id, period)
    return row ? usageOfTotals(row) : null
  }

  function closeBlocks(accounts: readonly Account[]): void {
    if (accounts.length === 0 && late.size === 0) return
    for (const account of accounts) account.leased = account.used // also where the commit fails
    commit(accounts.map((account) => ({ account, lease: 0, kind: 'used', forfeited: 0 })))
  }

  function settleIdle(idleMs: number): void {
    const monotonic = time.monotonic()
    const idle = [...current.values()].filter(
      ({ leased, voided, leasedAt }) => (leased > 0 || voided > 0) && monotonic - leasedAt > idleMs,
    )
    try {
      closeBlocks(idle)
    } catch (error) {
      log.warn({ err: error }, 'resting blocks of quota could not be settled')
    }
  }

  function checkpoint(): void {
    try {
      quotaCheckpoint(db)
    } catch (error) {
      log.warn({ err: error }, 'the log of quota.db could not be copied into it')
    }
  }

  /** What the last process left open is settled before anything is admitted; where it cannot be, with the next lease. */
  function begin(): void {
    const steps = opened.changed.map(({ account, forfeited, rolledBack }): Step => {
      const kind = rolledBack ? 'rolled-back' : forfeited > 0 ? 'charged' : 'recovered'
      return { account, lease: 0, kind, forfeited }
    })
    try {
      commit(steps, { opens: head.opens + 1 })
      remember(opened.accounts.values())
      tally.sync()
      anchor.sync()
    } catch (error) {
      log.warn({ err: error }, 'what was counted before could not be settled yet')
    }
    checkpoint() // so that whoever deletes the log leaves a ledger behind that knows how far it was
  }
  begin()

  return {
    take,
    settle: (token, actualUnits) => {
      const own = end(token)
      if (!own) return false
      if (actualUnits < own.units) addBack(own.counting, own.units - actualUnits)
      else if (actualUnits > own.units) charge(own.counting, actualUnits - own.units)
      return true
    },
    giveBack: (token) => {
      const own = end(token)
      if (own) addBack(own.counting, own.units)
      return own !== null
    },
    usage,
    accounts: () => {
      const open = [...current.values(), ...late].map(usageOf)
      const shown = new Set(open.map(({ account, period }) => `${account} ${period}`))
      const closed = quotaPeriods(db).filter(({ account, period }) => !shown.has(`${account} ${period}`))
      return [...open, ...closed.map(usageOfTotals)]
    },
    settleIdle,
    close: () => {
      try {
        closeBlocks([...current.values()].filter(({ leased, voided, used }) => leased + voided + used > 0))
        tally.sync()
        anchor.sync()
      } catch (error) {
        log.warn({ err: error }, 'the open blocks of quota could not be settled')
      }
    },
  }
}

function exhausted(account: Account, ceiling: number): QuotaDenial {
  const details = { limit: ceiling, counted: counted(account), period: account.period }
  if (account.period === '') {
    const refusal = new OutpostError('CREDITS_INSUFFICIENT', 'The credits do not cover this request.', {
      hint: 'Import another tranche of credits.',
      details,
    })
    return { admitted: false, refusal }
  }
  const resetAt = new Date(periodEnd(account.period)).toISOString()
  const refusal = new OutpostError(
    'QUOTA_EXCEEDED',
    `The ${ceiling} requests of ${account.period} are used up.`,
    {
      hint: `The next month begins at ${resetAt}; a larger license can be imported at any time.`,
      details: { ...details, resetAt },
    },
  )
  return { admitted: false, refusal }
}

function unavailable(cause: unknown): QuotaDenial {
  const refusal = new OutpostError(
    'METER_UNAVAILABLE',
    'The request cannot be counted, so it is not answered.',
    {
      hint: 'Look for a full disk or lost permissions on the data folder.',
      cause: cause ?? undefined,
    },
  )
  return { admitted: false, refusal }
}
