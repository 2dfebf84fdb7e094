/** Rows of quota.db: accounts with their open block, closed periods, the chain of settlements, and its head. */
import { inTransaction, type QuotaReader, type QuotaWriter, sql } from '../sqlite.ts'

/** What was counted in one period. */
export interface QuotaTotals {
  account: string
  period: string
  settled: number
  forfeited: number
  givenBack: number
  shortfall: number
  /** What the account might use when it was last written; null where there is no end. */
  ceiling: number | null
  mac: string
}

export interface QuotaAccountRow extends QuotaTotals {
  hash: string
  slot: number
  epoch: number
  leased: number
  boot: string
}

export interface QuotaSettlementRow {
  sequence: number
  kind: string
  account: string
  period: string
  epoch: number
  countedFrom: number
  used: number
  givenBack: number
  forfeited: number
  at: number
  previous: string
  mac: string
}

/** All that one commit writes. */
export interface QuotaCommit {
  accounts: readonly QuotaAccountRow[]
  periods: readonly QuotaTotals[]
  settlements: readonly QuotaSettlementRow[]
  head: string
  /** Settlements up to this one are dropped; the head says where the chain begins then. */
  dropTo: number
}

const totals = 'account, period, settled, forfeited, given_back as givenBack, shortfall, ceiling, mac'

export const quotaAccounts = (db: QuotaReader): QuotaAccountRow[] =>
  sql<QuotaAccountRow>(db, `select ${totals}, hash, slot, epoch, leased, boot from quota_accounts`).all()

export const quotaPeriods = (db: QuotaReader): QuotaTotals[] =>
  sql<QuotaTotals>(db, `select ${totals} from quota_periods order by account, period`).all()

export const quotaPeriod = (db: QuotaReader, account: string, period: string): QuotaTotals | undefined =>
  sql<QuotaTotals>(db, `select ${totals} from quota_periods where account = ? and period = ?`).get(
    account,
    period,
  )

export const quotaSettlements = (db: QuotaReader, after: number, count: number): QuotaSettlementRow[] =>
  sql<QuotaSettlementRow>(
    db,
    `select sequence, kind, account, period, epoch, counted_from as countedFrom, used, given_back as givenBack,
       forfeited, at, previous, mac
     from quota_settlements where sequence > ? order by sequence limit ?`,
  ).all(after, count)

/** Milliseconds; 0 where nothing was settled. */
export const lastSettledAt = (db: QuotaReader): number =>
  sql<{ at: number | null }>(db, 'select max(at) as at from quota_settlements').get()?.at ?? 0

export const quotaHead = (db: QuotaReader): string | null =>
  sql<{ value: string }>(db, `select value from meta where key = 'head'`).get()?.value ?? null

export const quotaIntegrity = (db: QuotaReader): boolean =>
  db.pragma('integrity_check(1)', { simple: true }) === 'ok'

/** SQLite copies its log into the database as far as readers let it. */
export const quotaCheckpoint = (db: QuotaWriter): unknown => db.pragma('wal_checkpoint(passive)')

/** All of it or nothing, and on the disk when this returns. */
export function commitQuota(db: QuotaWriter, commit: QuotaCommit): void {
  inTransaction(db, () => {
    for (const row of commit.settlements) insertSettlement(db, row)
    for (const row of commit.accounts) storeAccount(db, row)
    for (const row of commit.periods) storePeriod(db, row)
    if (commit.dropTo > 0) sql(db, 'delete from quota_settlements where sequence <= ?').run(commit.dropTo)
    sql(
      db,
      `insert into meta (key, value) values ('head', ?) on conflict (key) do update set value = excluded.value`,
    ).run(commit.head)
  })
}

function insertSettlement(db: QuotaWriter, row: QuotaSettlementRow): void {
  sql(
    db,
    `insert into quota_settlements (sequence, kind, account, period, epoch, counted_from, used, given_back,
       forfeited, at, previous, mac)
     values (@sequence, @kind, @account, @period, @epoch, @countedFrom, @used, @givenBack, @forfeited, @at,
       @previous, @mac)`,
  ).run(row)
}

function storeAccount(db: QuotaWriter, row: QuotaAccountRow): void {
  sql(
    db,
    `insert into quota_accounts (hash, account, period, slot, epoch, settled, leased, boot, forfeited, given_back,
       shortfall, ceiling, mac)
     values (@hash, @account, @period, @slot, @epoch, @settled, @leased, @boot, @forfeited, @givenBack, @shortfall,
       @ceiling, @mac)
     on conflict (hash) do update set account = excluded.account, period = excluded.period, slot = excluded.slot, epoch = excluded.epoch,
       settled = excluded.settled, leased = excluded.leased, boot = excluded.boot,
       forfeited = excluded.forfeited, given_back = excluded.given_back, shortfall = excluded.shortfall,
       ceiling = excluded.ceiling, mac = excluded.mac`,
  ).run(row)
}

function storePeriod(db: QuotaWriter, row: QuotaTotals): void {
  sql(
    db,
    `insert into quota_periods (account, period, settled, forfeited, given_back, shortfall, ceiling, mac)
     values (@account, @period, @settled, @forfeited, @givenBack, @shortfall, @ceiling, @mac)
     on conflict (account, period) do update set settled = excluded.settled, forfeited = excluded.forfeited,
       given_back = excluded.given_back, shortfall = excluded.shortfall, ceiling = excluded.ceiling,
       mac = excluded.mac`,
  ).run(row)
}
