/** The versions that an endpoint serves beside its primary one: candidates, shadows, what is coming and what was. */
import { z } from 'zod'
import type { BucketRange } from '../../base/buckets.ts'
import { targetRole } from '../../contract/traffic.ts'
import { type NodeReader, type NodeWriter, readJson, sql } from '../sqlite.ts'

const storedRole = targetRole.exclude(['primary'])
export type StoredRole = z.infer<typeof storedRole>
const bucketRanges = z.array(z.tuple([z.int(), z.int()]))

export interface StoredTarget {
  id: string
  endpointId: string
  versionId: string
  version: string
  dataVersion: string | null
  manifestDigest: string
  role: StoredRole
  buckets: BucketRange[]
  executionProvider: string
  /** JSON. */
  settings: string
  revision: number
}

const select = `select t.id, t.endpoint_id as endpointId, t.version_id as versionId, v.version,
  v.data_version as dataVersion, v.manifest_digest as manifestDigest, t.role, t.buckets,
  t.execution_provider as executionProvider, t.settings, t.revision
  from endpoint_targets t join versions v on v.id = t.version_id`

type Raw = Omit<StoredTarget, 'role' | 'buckets'> & { role: string; buckets: string }
const read = (row: Raw): StoredTarget => ({
  ...row,
  role: storedRole.parse(row.role),
  buckets: readJson(bucketRanges, row.buckets, 'buckets'),
})

/** Of all endpoints, or of one; the oldest first. */
export const listTargets = (db: NodeReader, endpointId?: string): StoredTarget[] =>
  (endpointId === undefined
    ? sql<Raw>(db, `${select} order by t.created_at, t.id`).all()
    : sql<Raw>(db, `${select} where t.endpoint_id = ? order by t.created_at, t.id`).all(endpointId)
  ).map(read)

/** Endpoints that a version takes part in beside the primary; the mere way back to it does not count. */
export const endpointIdsBeside = (db: NodeReader, versionId: string): string[] =>
  sql<{ id: string }>(
    db,
    `select endpoint_id as id from endpoint_targets where version_id = ? and role <> 'previous'`,
  )
    .all(versionId)
    .map(({ id }) => id)

/** Before a version is deleted: nobody can go back to it then. */
export const forgetPrevious = (db: NodeWriter, versionId: string): void =>
  void sql(db, `delete from endpoint_targets where version_id = ? and role = 'previous'`).run(versionId)

export function putTarget(
  db: NodeWriter,
  target: Pick<
    StoredTarget,
    'id' | 'endpointId' | 'versionId' | 'role' | 'buckets' | 'executionProvider' | 'settings'
  > & { originNode: string; at: string },
): void {
  sql(
    db,
    `insert into endpoint_targets (id, origin_node, endpoint_id, version_id, role, buckets, execution_provider, settings,
       created_at, updated_at)
      values (@id, @originNode, @endpointId, @versionId, @role, @buckets, @executionProvider, @settings, @at, @at)
      on conflict (endpoint_id, version_id) do update set role = excluded.role, buckets = excluded.buckets,
        execution_provider = excluded.execution_provider, settings = excluded.settings,
        updated_at = excluded.updated_at, revision = revision + 1`,
  ).run({ ...target, buckets: JSON.stringify(target.buckets) })
}

export const changeTarget = (
  db: NodeWriter,
  id: string,
  change: { role: StoredRole; buckets: readonly BucketRange[]; at: string },
): void =>
  void sql(
    db,
    'update endpoint_targets set role = ?, buckets = ?, updated_at = ?, revision = revision + 1 where id = ?',
  ).run(change.role, JSON.stringify(change.buckets), change.at, id)

export const deleteTarget = (db: NodeWriter, id: string): void =>
  void sql(db, 'delete from endpoint_targets where id = ?').run(id)
