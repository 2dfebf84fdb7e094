/** Rows of quota.db that say which idempotency keys were counted, by the digest of caller, license and key. */
import { inTransaction, type QuotaReader, type QuotaWriter, sql } from '../sqlite.ts'

export interface IdempotencyRow {
  key: Uint8Array
  caller: Uint8Array
  /** Digest of the request's body. */
  body: Uint8Array
  /** Milliseconds of trusted time. */
  at: number
}

export interface IdempotencyBounds {
  /** Rows of this time and before are forgotten. */
  expired: number
  perCaller: number
  all: number
}

/** The body that was counted under the key after `since`. */
export const idempotencyBody = (db: QuotaReader, key: Uint8Array, since: number): Uint8Array | null =>
  sql<{ body: Uint8Array }>(db, 'select body from idempotency where key = ? and at > ?').get(key, since)
    ?.body ?? null

export const countIdempotency = (db: QuotaReader): number =>
  sql<{ rows: number }>(db, 'select count(*) as rows from idempotency').get()?.rows ?? 0

const ofCaller = (db: QuotaReader, caller: Uint8Array): number =>
  sql<{ rows: number }>(db, 'select count(*) as rows from idempotency where caller = ?').get(caller)?.rows ??
  0

/** All of them, on the disk when this returns; the oldest make room, of the same caller first. */
export function storeIdempotency(
  db: QuotaWriter,
  rows: readonly IdempotencyRow[],
  bounds: IdempotencyBounds,
): void {
  inTransaction(db, () => {
    sql(db, 'delete from idempotency where at <= ?').run(bounds.expired)
    for (const row of rows) {
      sql(
        db,
        `insert into idempotency (key, caller, body, at) values (@key, @caller, @body, @at)
         on conflict (key) do update set caller = excluded.caller, body = excluded.body, at = excluded.at`,
      ).run(row)
    }
    for (const caller of callersOf(rows)) {
      const over = ofCaller(db, caller) - bounds.perCaller
      if (over > 0) {
        sql(
          db,
          `delete from idempotency where key in
             (select key from idempotency where caller = ? order by at limit ?)`,
        ).run(caller, over)
      }
    }
    const over = countIdempotency(db) - bounds.all
    if (over > 0) {
      sql(db, 'delete from idempotency where key in (select key from idempotency order by at limit ?)').run(
        over,
      )
    }
  })
}

const callersOf = (rows: readonly IdempotencyRow[]): Uint8Array[] => [
  ...new Map(rows.map(({ caller }) => [Buffer.from(caller).toString('hex'), caller])).values(),
]
