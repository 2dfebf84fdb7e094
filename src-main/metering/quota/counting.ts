/**
 * Counting on the open files. Invariant of every commit: settled + leased is at most the ceiling; a slot is written
 * before what was taken on it is answered, and before the commit that opens its block; the anchors after it. So no order
 * in which a process can die lets one unit more through. Requests that are answered together are noted together: a
 * write for each was half of what a license cost.
 */
import { assert } from '../../base/assert.ts'
import type { Clock } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import { limits } from '../../contract/limits.ts'
import { quotaPeriod, quotaPeriods } from '../../store/tables/quota.ts'
import { type Account, counted, usageOf, usageOfTotals } from './account.ts'
import { blockSize, nextPace } from './block-size.ts'
import { createBook } from './book.ts'
import { createCommits, type Step } from './commits.ts'
import { exhausted, unavailable } from './denials.ts'
import type { OpenedLedger } from './opening.ts'
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
  /** Writes down what was taken since the last time; null where that is done. */
  note(): QuotaDenial | null
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

export function createCounting(opened: OpenedLedger, options: CountingOptions): Counting {
  const { db, tally } = opened
  const { seals, time, log, at } = options
  const book = createBook(opened, seals)
  const commits = createCommits(opened, book, options)
  /** The rows of months that are over, read when they are asked for. */
  let closedMonths: QuotaUsage[] | null = null
  /** Used beyond what their slots say. */
  const unnoted = new Set<Account>()
  let retryAt = Number.NEGATIVE_INFINITY
  let lastNow = time.now()

  function commit(steps: readonly Step[], opens = 0): void {
    if (book.late.size > 0) closedMonths = null
    commits.commit(steps, lastNow, opens)
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
      const block = { period: account.period, epoch: account.epoch + 1, base: counted(account), leased: size }
      const bytes = slotBytesOf(account.hash, { ...block, used: 0, before: account.used })
      at('before-slot')
      writeSlot(tally, account.slot, block.epoch, bytes, 0)
      at('after-slot')
      commit([{ account, lease: size, kind: 'used', forfeited: 0 }])
      account.bytes = bytes
      account.pace = pace
      account.leasedAt = monotonic
      return null
    } catch (error) {
      retryAt = time.monotonic() + limits.quotaRetryMs
      log.warn({ err: error }, 'no block of quota could be leased')
      commits.checkpoint() // a log that begins anew needs no room
      return unavailable(error)
    }
  }

  function take(wanted: QuotaAccount, plan: QuotaPlan, units: number, now: number): Token | QuotaDenial {
    assert(Number.isSafeInteger(units) && units >= 0, `${units} units cannot be taken`)
    lastNow = now
    const known = book.current.get(wanted.id)
    const account = known && known.period === wanted.period ? known : book.enter(wanted, time.monotonic())
    // A balance pays first what answers cost beyond their estimates; a month begins anew.
    const owed = wanted.period === '' ? account.shortfall : 0
    const ceiling =
      wanted.limit === null || plan.overage === null
        ? Number.POSITIVE_INFINITY
        : wanted.limit + plan.overage - owed
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
    unnoted.add(account)
    return null
  }

  /** A slot may say more than was answered, never less. */
  function note(): QuotaDenial | null {
    at('before-note')
    try {
      for (const account of unnoted) {
        const { slot, epoch, bytes, used, noted } = account
        if (bytes && used !== noted) writeSlot(tally, slot, epoch, bytes, used)
        account.noted = used
        unnoted.delete(account)
      }
    } catch (error) {
      log.warn({ err: error }, 'admissions could not be noted in the tally')
      return unavailable(error)
    }
    at('after-note')
    return null
  }

  /** Null for a token that has ended; otherwise it ends. */
  function end(token: QuotaToken): Token | null {
    const own = token as Token
    if (own.ended) return null
    own.ended = true
    return own
  }

  function addBack(account: Account, units: number): void {
    account.voided += units
    book.touch(account)
  }

  /** As far as something is left: the answer is there already. */
  function charge(account: Account, extra: number): void {
    const ceiling = account.ceiling ?? Number.POSITIVE_INFINITY
    const charged = Math.min(extra, Math.max(0, ceiling - counted(account)))
    account.shortfall += extra - charged
    if (charged === 0) return
    if (book.current.get(account.id) !== account) {
      account.settled += charged
      book.touch(account)
    } else if (use(account, ceiling, charged)) account.shortfall += charged
    else note() // the answer leaves next
  }

  function closeBlocks(accounts: readonly Account[]): void {
    if (accounts.length === 0 && book.late.size === 0) return
    for (const account of accounts) account.leased = account.used // also where the commit fails
    commit(accounts.map((account) => ({ account, lease: 0, kind: 'used', forfeited: 0 })))
  }

  /** What the last process left open is settled before anything is admitted; where it cannot be, with the next lease. */
  function begin(): void {
    const steps = opened.changed.map(({ account, forfeited, rolledBack }): Step => {
      const kind = rolledBack ? 'rolled-back' : forfeited > 0 ? 'charged' : 'recovered'
      return { account, lease: 0, kind, forfeited }
    })
    try {
      commit(steps, 1)
      if (opened.forgetful) commits.remember(opened.accounts.values())
      commits.sync()
    } catch (error) {
      log.warn({ err: error }, 'what was counted before could not be settled yet')
    }
    commits.checkpoint() // so that whoever deletes the log leaves a ledger behind that knows how far it was
  }
  begin()

  return {
    take,
    note,
    settle: (token, actualUnits) => {
      assert(Number.isSafeInteger(actualUnits) && actualUnits >= 0, `${actualUnits} units cannot be settled`)
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
    usage: ({ id, period }) => {
      const account = book.find(id)
      if (account?.period === period) return usageOf(account)
      const row = quotaPeriod(db, id, period)
      return book.usageOfLate(id, period) ?? (row ? usageOfTotals(row) : null)
    },
    accounts: () => {
      closedMonths ??= quotaPeriods(db).map(usageOfTotals)
      const open = [...book.current.values(), ...book.late].map(usageOf)
      if (closedMonths.length === 0) return open
      const shown = new Set(open.map(({ account, period }) => `${account} ${period}`))
      return [...open, ...closedMonths.filter(({ account, period }) => !shown.has(`${account} ${period}`))]
    },
    settleIdle: (idleMs) => {
      const monotonic = time.monotonic()
      const rests = ({ leased, voided, leasedAt }: Account) =>
        (leased > 0 || voided > 0) && monotonic - leasedAt > idleMs
      try {
        closeBlocks([...book.current.values()].filter(rests))
      } catch (error) {
        log.warn({ err: error }, 'resting blocks of quota could not be settled')
      }
    },
    close: () => {
      try {
        closeBlocks(
          [...book.current.values()].filter(({ leased, voided, used }) => leased + voided + used > 0),
        )
        commits.sync()
      } catch (error) {
        log.warn({ err: error }, 'the open blocks of quota could not be settled')
      }
    },
  }
}
