/** An account as it is counted in memory, and the rows that one commit makes of it. */
import type { QuotaAccountRow, QuotaSettlementRow, QuotaTotals } from '../../store/tables/quota.ts'
import type { Seals } from './seals.ts'
import type { SlotBytes } from './tally.ts'
import type { QuotaUsage } from './types.ts'

export interface Account {
  id: string
  readonly hash: Buffer
  readonly period: string
  readonly slot: number
  /** Counts the blocks of the account, over all periods. */
  epoch: number
  /** Counted in closed blocks. */
  settled: number
  /** The open block: units, and how many of them are used. */
  leased: number
  used: number
  /** Of `used`, what the tally says. */
  noted: number
  /** Given back since the last commit: added back by the next one. */
  voided: number
  forfeited: number
  givenBack: number
  shortfall: number
  ceiling: number | null
  /** Of the open block, in the tally. */
  bytes: SlotBytes | null
  /** Requests that a block is made for, by how fast they come. */
  pace: number
  leasedAt: number
}

export const counted = (account: Account): number => account.settled + account.used - account.voided

export const usageOf = (account: Account): QuotaUsage => ({
  account: account.id,
  period: account.period,
  counted: counted(account),
  ceiling: account.ceiling,
  remaining: account.ceiling === null ? null : Math.max(0, account.ceiling - counted(account)),
  forfeited: account.forfeited,
  givenBack: account.givenBack + account.voided,
  shortfall: account.shortfall,
})

export const usageOfTotals = (row: QuotaTotals): QuotaUsage => ({
  account: row.account,
  period: row.period,
  counted: row.settled,
  ceiling: row.ceiling,
  remaining: row.ceiling === null ? null : Math.max(0, row.ceiling - row.settled),
  forfeited: row.forfeited,
  givenBack: row.givenBack,
  shortfall: row.shortfall,
})

/** With the open block closed as it stands. */
const totalsOf = (account: Account): Omit<QuotaTotals, 'mac'> => ({
  account: account.id,
  period: account.period,
  settled: counted(account),
  forfeited: account.forfeited,
  givenBack: account.givenBack + account.voided,
  shortfall: account.shortfall,
  ceiling: account.ceiling,
})

export function periodRow(seals: Seals, account: Account): QuotaTotals {
  const row = totalsOf(account)
  return { ...row, mac: seals.period(row) }
}

/** The row after the open block was closed and one of `leased` units opened (none where that is 0). */
export function accountRow(seals: Seals, account: Account, leased: number, boot: string): QuotaAccountRow {
  const row = {
    ...totalsOf(account),
    hash: account.hash.toString('hex'),
    slot: account.slot,
    epoch: account.epoch + 1,
    leased,
    boot,
  }
  return { ...row, mac: seals.account(row) }
}

export type SettlementKind = 'opened' | 'used' | 'charged' | 'recovered' | 'rolled-back'

export function settlementRow(
  seals: Seals,
  previous: { sequence: number; hash: string },
  kind: SettlementKind,
  account: Pick<Account, 'id' | 'period' | 'epoch' | 'settled' | 'used' | 'voided'>,
  forfeited: number,
  at: number,
): QuotaSettlementRow {
  const row = {
    sequence: previous.sequence + 1,
    kind,
    account: account.id,
    period: account.period,
    epoch: account.epoch,
    countedFrom: account.settled,
    used: account.used,
    givenBack: account.voided,
    forfeited,
    at: Math.round(at),
    previous: previous.hash,
  }
  return { ...row, mac: seals.settlement(row) }
}

/** After the commit: what the rows said. */
export function afterCommit(account: Account, leased: number): void {
  account.settled = counted(account)
  account.givenBack += account.voided
  account.voided = 0
  account.used = 0
  account.noted = 0
  account.leased = leased
  account.epoch += 1
}
