/** The accounts in memory: each in its month, and the months that are over with what is still to be written of them. */
import { type Account, usageOf } from './account.ts'
import type { OpenedLedger } from './opening.ts'
import type { Seals } from './seals.ts'
import type { QuotaAccount, QuotaUsage } from './types.ts'

export interface Book {
  /** By id, in the month that is counted. */
  readonly current: ReadonlyMap<string, Account>
  /** Months that are over, with what was given back or charged since they were last written. */
  readonly late: Set<Account>
  /** The latest month that was ever counted. */
  ratchet(): string
  find(id: string): Account | undefined
  /** The account in its month: another month closes the one before, and none comes back. */
  enter(wanted: QuotaAccount, now: number): Account
  /** To be written with the next commit, where the account's month is over. */
  touch(account: Account): void
  usageOfLate(id: string, period: string): QuotaUsage | null
}

export function createBook(opened: OpenedLedger, seals: Seals): Book {
  const current = new Map<string, Account>()
  const late = new Set<Account>()
  let { ratchet } = opened.head
  let slots = 0
  for (const account of opened.accounts.values()) {
    slots = Math.max(slots, account.slot + 1)
    if (account.id !== '') current.set(account.id, account)
    if (account.period > ratchet) ratchet = account.period
  }

  function find(id: string): Account | undefined {
    const known = current.get(id)
    if (known) return known
    // One that only the anchors knew, by the hash of its name.
    const account = opened.accounts.get(seals.accountHash(id).toString('hex'))
    if (account?.id !== '') return undefined
    account.id = id
    current.set(id, account)
    return account
  }

  function enter(wanted: QuotaAccount, now: number): Account {
    const period = wanted.period !== '' && wanted.period < ratchet ? ratchet : wanted.period
    const known = find(wanted.id)
    if (known && known.period >= period) return known
    const account: Account = {
      ...emptyAccount,
      id: wanted.id,
      hash: known?.hash ?? seals.accountHash(wanted.id),
      period,
      slot: known?.slot ?? slots++,
      epoch: known?.epoch ?? 0,
      ceiling: wanted.limit,
      pace: known?.pace ?? 1,
      leasedAt: now,
    }
    if (known) {
      known.leased = known.used // the rest of its block is nobody's
      late.add(known)
    }
    if (period > ratchet) ratchet = period
    current.set(wanted.id, account)
    return account
  }

  return {
    current,
    late,
    ratchet: () => ratchet,
    find,
    enter,
    touch: (account) => {
      if (current.get(account.id) !== account) late.add(account)
    },
    usageOfLate: (id, period) => {
      for (const account of late) if (account.id === id && account.period === period) return usageOf(account)
      return null
    },
  }
}

const emptyAccount = {
  settled: 0,
  leased: 0,
  used: 0,
  noted: 0,
  voided: 0,
  forfeited: 0,
  givenBack: 0,
  shortfall: 0,
  bytes: null,
}
