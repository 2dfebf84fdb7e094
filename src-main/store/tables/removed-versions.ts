/** What stood under the numbers of versions that were deleted. */
import { type NodeReader, type NodeWriter, sql } from '../sqlite.ts'

export interface RemovedVersion {
  manifestDigest: string
  removedAt: string
  removedBy: string
}

/** `version` is without build metadata. */
export const findRemovedVersion = (db: NodeReader, model: string, version: string): RemovedVersion | null =>
  sql<RemovedVersion>(
    db,
    `select manifest_digest as manifestDigest, removed_at as removedAt, removed_by as removedBy
      from removed_versions where model = ? and version = ?`,
  ).get(model, version) ?? null

export const putRemovedVersion = (
  db: NodeWriter,
  removed: RemovedVersion & { model: string; version: string; originNode: string },
): void =>
  void sql(
    db,
    `insert into removed_versions (model, version, origin_node, manifest_digest, removed_at, removed_by)
      values (@model, @version, @originNode, @manifestDigest, @removedAt, @removedBy)
      on conflict (model, version) do update set manifest_digest = excluded.manifest_digest,
        removed_at = excluded.removed_at, removed_by = excluded.removed_by`,
  ).run(removed)
