/** Which blobs the registry knows and refers to. A row is written with the version whose artifact it is. */
import { type NodeReader, type NodeWriter, sql } from './sqlite.ts'

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

/** Rows whose file the collector has taken or that lost their last version. */
export const unreferencedRows = (db: NodeReader): string[] =>
  sql<{ digest: string }>(
    db,
    'select digest from blobs b where not exists (select 1 from artifacts a where a.digest = b.digest)',
  )
    .all()
    .map((row) => row.digest)
