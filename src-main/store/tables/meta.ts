/** Single values of a database: the node's id and the number of the snapshot that serving is told to read. */
import { type NodeReader, type NodeWriter, sql, type UsageReader, type UsageWriter } from '../sqlite.ts'

function getMeta(db: NodeReader | UsageReader, key: string): string | null {
  const row = sql<{ value: string }, [string]>(db, 'select value from meta where key = ?').get(key)
  return row?.value ?? null
}

function setMeta(db: NodeWriter | UsageWriter, key: string, value: string): void {
  sql(
    db,
    'insert into meta (key, value) values (?, ?) on conflict (key) do update set value = excluded.value',
  ).run(key, value)
}

/** Made when the database was; a restored folder keeps it. */
export function nodeId(db: NodeReader): string {
  const id = getMeta(db, 'node_id')
  if (id === null) throw new Error('node.db has no node id: it was opened before its writer had made it')
  return id
}

/** Counts what serving has to know of: called in the transaction that changes endpoints, keys or versions. */
export function nextSnapshot(db: NodeWriter): number {
  const number = currentSnapshot(db) + 1
  setMeta(db, 'snapshot', String(number))
  return number
}

export const currentSnapshot = (db: NodeReader): number => Number(getMeta(db, 'snapshot') ?? 0)
