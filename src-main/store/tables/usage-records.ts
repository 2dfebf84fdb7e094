/** The log of calls, read from the index over the usage segments; usage-index.ts writes it. */
import type { RequestRow } from '../../contract/views.ts'
import { sql, type UsageReader } from '../sqlite.ts'

const milliseconds = (column: string): string => `${column} / 1000.0`
const columns = `id, at, endpoint, model, version, digest, rule, status, code, consumer, items, tokens_in as tokensIn,
  tokens_out as tokensOut, ${milliseconds('latency_us')} as latencyMs, ${milliseconds('queue_us')} as queueMs,
  ${milliseconds('compute_us')} as computeMs, batch_size as batchSize, execution_provider as executionProvider,
  bytes_in as bytesIn, bytes_out as bytesOut, license, period, units, credits`

export const findUsageRecord = (db: UsageReader, id: string): RequestRow | null =>
  sql<RequestRow>(db, `select ${columns} from usage_records where id = ?`).get(id) ?? null

export interface UsageFilter {
  model?: string | undefined
  endpoint?: string | undefined
  version?: string | undefined
  license?: string | undefined
  /** The month that it was counted in, as 2026-11. */
  period?: string | undefined
  outcome?: 'answered' | 'failed' | undefined
  /** Inclusive. */
  since?: string | undefined
  /** Exclusive. */
  until?: string | undefined
}

/** Newest first. */
export function listUsageRecords(
  db: UsageReader,
  filter: UsageFilter,
  window: { offset: number; limit: number },
): { rows: RequestRow[]; total: number } {
  const conditions = [
    filter.model !== undefined && 'model = @model',
    filter.endpoint !== undefined && 'endpoint = @endpoint',
    filter.version !== undefined && 'version = @version',
    filter.license !== undefined &&
      'license = @license and model in (select model from usage_licenses where license = @license)',
    filter.period !== undefined && 'period = @period',
    filter.outcome === 'answered' && 'status < 400',
    filter.outcome === 'failed' && 'status >= 400',
    filter.since !== undefined && 'at >= @since',
    filter.until !== undefined && 'at < @until',
  ].filter((condition) => condition !== false)
  const where = conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`
  const parameters = Object.fromEntries(
    Object.entries(filter).filter(([name, value]) => value !== undefined && name !== 'outcome'),
  )
  const rows = sql<RequestRow>(
    db,
    `select ${columns} from usage_records ${where} order by id desc limit @limit offset @offset`,
  ).all({ ...parameters, ...window })
  const counted = sql<{ total: number }>(db, `select count(*) as total from usage_records ${where}`).get(
    parameters,
  )
  return { rows, total: counted?.total ?? 0 }
}
