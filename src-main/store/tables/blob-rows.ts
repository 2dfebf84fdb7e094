/** Which blobs the registry knows and refers to. A row is written with the version whose artifact it is. */
import { withBuild } from '../../base/version-order.ts'
import { type NodeReader, type NodeWriter, sql } from '../sqlite.ts'

export function insertBlob(db: NodeWriter, blob: { digest: string; bytes: number }, at: string): void {
  sql(db, 'insert or ignore into blobs (digest, bytes, created_at) values (?, ?, ?)').run(
    blob.digest,
    blob.bytes,
    at,
  )
}

export const isReferenced = (db: NodeReader, digest: string): boolean =>
  sql(db, 'select 1 from artifacts where digest = ? limit 1').get(digest) !== undefined

export function deleteBlobRow(db: NodeWriter, digest: string): void {
  sql(db, 'delete from blobs where digest = ?').run(digest)
}

/** Every blob that a version refers to, each once, in the order of their digests. */
export const referencedBlobs = (db: NodeReader): Array<{ digest: string; bytes: number }> =>
  sql<{ digest: string; bytes: number }>(
    db,
    'select distinct b.digest, b.bytes from artifacts a join blobs b on b.digest = a.digest order by b.digest',
  ).all()

/** The versions that a blob belongs to, and under which path, by name. */
export const blobUses = (
  db: NodeReader,
  digest: string,
): { versionId: string; model: string; version: string; path: string }[] =>
  sql<{ versionId: string; model: string; version: string; dataVersion: string | null; path: string }>(
    db,
    `select v.id as versionId, m.name as model, v.version, v.data_version as dataVersion, a.path
      from artifacts a join versions v on v.id = a.version_id join models m on m.id = v.model_id
      where a.digest = ? order by m.name, v.sort_key desc, a.position`,
  )
    .all(digest)
    .map(({ version, dataVersion, ...use }) => ({ ...use, version: withBuild(version, dataVersion) }))

/** Rows whose file the collector has taken or that lost their last version. */
export const unreferencedRows = (db: NodeReader): string[] =>
  sql<{ digest: string }>(
    db,
    'select digest from blobs b where not exists (select 1 from artifacts a where a.digest = b.digest)',
  )
    .all()
    .map((row) => row.digest)
