/** The index over the usage segments: rows of calls, hourly totals, and how far the segments were read. */
import type { RequestRow } from '../../contract/views.ts'
import { inTransaction, sql, type UsageReader, type UsageWriter } from '../sqlite.ts'

export interface UsagePosition {
  segment: number
  /** Bytes of that segment that are indexed. */
  offset: number
}

export function readUsagePosition(db: UsageReader): UsagePosition {
  const row = sql<{ value: string }>(db, `select value from meta where key = 'indexed'`).get()
  if (!row) return { segment: 1, offset: 0 }
  const [segment = 1, offset = 0] = row.value.split(':').map(Number)
  return { segment, offset }
}

/** All rows and the position that they lead to, or nothing: so each record is counted exactly once. */
export function indexUsage(db: UsageWriter, records: readonly RequestRow[], position: UsagePosition): void {
  inTransaction(db, () => {
    for (const record of records) {
      if (insertRecord(db, record)) addToHour(db, record)
    }
    sql(
      db,
      `insert into meta (key, value) values ('indexed', ?) on conflict (key) do update set value = excluded.value`,
    ).run(`${position.segment}:${position.offset}`)
  })
}

const micros = (ms: number): number => Math.round(ms * 1000)

function insertRecord(db: UsageWriter, record: RequestRow): boolean {
  const { changes } = sql(
    db,
    `insert into usage_records (id, at, endpoint, model, version, digest, rule, status, code, consumer, items,
       tokens_in, tokens_out, latency_us, queue_us, compute_us, batch_size, execution_provider, bytes_in, bytes_out)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (id) do nothing`,
  ).run(
    record.id,
    record.at,
    record.endpoint,
    record.model,
    record.version,
    record.digest,
    record.rule,
    record.status,
    record.code,
    record.consumer,
    record.items,
    record.tokensIn,
    record.tokensOut,
    micros(record.latencyMs),
    micros(record.queueMs),
    micros(record.computeMs),
    record.batchSize,
    record.executionProvider,
    record.bytesIn,
    record.bytesOut,
  )
  return changes > 0
}

function addToHour(db: UsageWriter, record: RequestRow): void {
  sql(
    db,
    `insert into usage_hours (hour, endpoint, model, version, consumer, requests, failures, items, latency_us_sum)
     values (?, ?, ?, ?, ?, 1, ?, ?, ?)
     on conflict do update set requests = requests + 1, failures = failures + excluded.failures,
       items = items + excluded.items, latency_us_sum = latency_us_sum + excluded.latency_us_sum`,
  ).run(
    record.at.slice(0, 13),
    record.endpoint,
    record.model,
    record.version,
    record.consumer,
    record.status >= 400 ? 1 : 0,
    record.items,
    micros(record.latencyMs),
  )
}
