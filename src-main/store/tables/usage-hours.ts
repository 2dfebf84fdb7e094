/** Totals by hour, endpoint, version and consumer: small, kept for ever, and true after the single records are gone. */
import { sql, type UsageReader } from '../sqlite.ts'

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
