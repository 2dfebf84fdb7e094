/** Totals by hour, endpoint, version and consumer: small, kept for ever, and true after the single records are gone. */
import { sql, type UsageReader, type UsageWriter } from './sqlite.ts'

export interface UsageHour {
  /** 2026-11-21T14, UTC. */
  hour: string
  endpoint: string
  model: string
  version: string
  consumer: string
  requests: number
  failures: number
  items: number
  latencyUsSum: number
}

export function addToHour(
  db: UsageWriter,
  record: {
    at: string
    endpoint: string
    model: string
    version: string
    consumer: string
    status: number
    items: number
    latencyUs: number
  },
): void {
  sql(
    db,
    `insert into usage_hours (hour, endpoint, model, version, consumer, requests, failures, items, latency_us_sum)
      values (@hour, @endpoint, @model, @version, @consumer, 1, @failures, @items, @latencyUs)
      on conflict (hour, endpoint, model, version, consumer) do update set requests = requests + 1,
        failures = failures + excluded.failures, items = items + excluded.items,
        latency_us_sum = latency_us_sum + excluded.latency_us_sum`,
  ).run({
    hour: record.at.slice(0, '2026-11-21T14'.length),
    endpoint: record.endpoint,
    model: record.model,
    version: record.version,
    consumer: record.consumer,
    failures: Number(record.status >= 400),
    items: record.items,
    latencyUs: record.latencyUs,
  })
}

/** From `since` on (2026-11-21T14), oldest first. */
export const usageHours = (db: UsageReader, since: string): UsageHour[] =>
  sql<UsageHour>(
    db,
    `select hour, endpoint, model, version, consumer, requests, failures, items, latency_us_sum as latencyUsSum
      from usage_hours where hour >= ? order by hour, endpoint, version, consumer`,
  ).all(since)

/** Calls ever made, those included whose record is gone. */
export const usageTotals = (db: UsageReader): { requests: number; failures: number; items: number } =>
  sql<{ requests: number; failures: number; items: number }>(
    db,
    `select coalesce(sum(requests), 0) as requests, coalesce(sum(failures), 0) as failures,
      coalesce(sum(items), 0) as items from usage_hours`,
  ).get() ?? { requests: 0, failures: 0, items: 0 }
