/** The index over the usage segments: rows of calls, hourly totals, and how far the segments were read. */
import type { RequestRow } from '../../contract/views.ts'
import { inTransaction, sql, type UsageReader, type UsageWriter } from '../sqlite.ts'
import { addLicenseCharge, addToCharges, type LicenseCharge } from './usage-licenses.ts'

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
    const hours = new Map<string, Hour>()
    const charges = new Map<string, LicenseCharge>()
    for (const record of records) {
      if (!insertRecord(db, record)) continue
      addToHour(hours, record)
      addToCharges(charges, record)
    }
    for (const hour of hours.values()) storeHour(db, hour)
    for (const charge of charges.values()) addLicenseCharge(db, charge)
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
       tokens_in, tokens_out, latency_us, queue_us, compute_us, batch_size, execution_provider, bytes_in, bytes_out,
       license, period, units, credits)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (id) do nothing`,
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
    record.license,
    record.period,
    record.units,
    record.credits,
  )
  return changes > 0
}

interface Hour {
  first: RequestRow
  requests: number
  failures: number
  items: number
  latencyUs: number
}

/** Calls of one transaction are added up first: under load they fall into a handful of rows. */
function addToHour(hours: Map<string, Hour>, record: RequestRow): void {
  const { at, endpoint, model, version, consumer } = record
  const key = `${at.slice(0, 13)}\0${endpoint}\0${model}\0${version}\0${consumer}`
  let hour = hours.get(key)
  if (!hour) {
    hour = { first: record, requests: 0, failures: 0, items: 0, latencyUs: 0 }
    hours.set(key, hour)
  }
  hour.requests += 1
  if (record.status >= 400) hour.failures += 1
  hour.items += record.items
  hour.latencyUs += micros(record.latencyMs)
}

function storeHour(db: UsageWriter, { first, requests, failures, items, latencyUs }: Hour): void {
  sql(
    db,
    `insert into usage_hours (hour, endpoint, model, version, consumer, requests, failures, items, latency_us_sum)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?)
     on conflict do update set requests = requests + excluded.requests, failures = failures + excluded.failures,
       items = items + excluded.items, latency_us_sum = latency_us_sum + excluded.latency_us_sum`,
  ).run(
    first.at.slice(0, 13),
    first.endpoint,
    first.model,
    first.version,
    first.consumer,
    requests,
    failures,
    items,
    latencyUs,
  )
}
