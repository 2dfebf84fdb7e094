/** What was measured to answer soonest on this machine, by version and device. */
import { asBoolean, asInteger, type NodeReader, type NodeWriter, sql } from '../sqlite.ts'

export interface StoredTuning {
  fingerprint: string
  intraOpThreads: number
  spinning: boolean
  p50Ms: number
  p99Ms: number
}

export function findTuning(
  db: NodeReader,
  versionId: string,
  executionProvider: string,
): StoredTuning | null {
  const row = sql<Omit<StoredTuning, 'spinning'> & { spinning: number }>(
    db,
    `select fingerprint, intra_op_threads as intraOpThreads, spinning, p50_ms as p50Ms, p99_ms as p99Ms
      from tunings where version_id = ? and execution_provider = ?`,
  ).get(versionId, executionProvider)
  return row ? { ...row, spinning: asBoolean(row.spinning) === true } : null
}

/** Of all devices: the next load measures again. */
export const deleteTunings = (db: NodeWriter, versionId: string): void =>
  void sql(db, 'delete from tunings where version_id = ?').run(versionId)

export const putTuning = (
  db: NodeWriter,
  tuning: StoredTuning & { versionId: string; executionProvider: string; originNode: string; at: string },
): void =>
  void sql(
    db,
    `insert into tunings (version_id, execution_provider, origin_node, fingerprint, intra_op_threads, spinning, p50_ms,
        p99_ms, measured_at)
      select @versionId, @executionProvider, @originNode, @fingerprint, @intraOpThreads, @spinning, @p50Ms, @p99Ms, @at
        where exists (select 1 from versions where id = @versionId)
      on conflict (version_id, execution_provider) do update set fingerprint = excluded.fingerprint,
        intra_op_threads = excluded.intra_op_threads, spinning = excluded.spinning, p50_ms = excluded.p50_ms,
        p99_ms = excluded.p99_ms, measured_at = excluded.measured_at`,
  ).run({ ...tuning, spinning: asInteger(tuning.spinning) })
