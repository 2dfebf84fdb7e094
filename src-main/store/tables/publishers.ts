/** Trusted publishers and the node's own keys. A name may have several keys: an own one that was rotated stays trusted. */
import { type NodeReader, type NodeWriter, type RowWindow, readWindow, sql } from '../sqlite.ts'

export interface StoredPublisher {
  id: string
  name: string
  /** SPKI, PEM. */
  publicKey: string
  fingerprint: string
  own: boolean
  /** An own key that was rotated out: trusted, signs no more. */
  retired: boolean
  note: string
  trustedAt: string
}

const columns = `id, name, public_key as publicKey, fingerprint, own, retired, note, trusted_at as trustedAt`
type Raw = Omit<StoredPublisher, 'own' | 'retired'> & { own: number; retired: number }
const read = (row: Raw): StoredPublisher => ({ ...row, own: row.own === 1, retired: row.retired === 1 })

const order = 'own desc, retired, name, trusted_at, fingerprint'

export const listPublishers = (db: NodeReader): StoredPublisher[] =>
  sql<Raw>(db, `select ${columns} from publishers order by ${order}`).all().map(read)

export function publishersIn(db: NodeReader, window: RowWindow): { rows: StoredPublisher[]; total: number } {
  const { rows, total } = readWindow<Raw>(db, { columns, table: 'publishers', order }, window)
  return { rows: rows.map(read), total }
}

export const publishersNamed = (db: NodeReader, name: string): StoredPublisher[] =>
  sql<Raw>(db, `select ${columns} from publishers where name = ? order by trusted_at`).all(name).map(read)

export function findPublisherByFingerprint(db: NodeReader, fingerprint: string): StoredPublisher | null {
  const row = sql<Raw>(db, `select ${columns} from publishers where fingerprint = ?`).get(fingerprint)
  return row ? read(row) : null
}

/** The key that signs now. */
export function ownPublisher(db: NodeReader): StoredPublisher | null {
  const row = sql<Raw>(db, `select ${columns} from publishers where own = 1 and retired = 0 limit 1`).get()
  return row ? read(row) : null
}

export function putPublisher(db: NodeWriter, publisher: StoredPublisher & { originNode: string }): void {
  sql(
    db,
    `insert into publishers (id, origin_node, name, public_key, fingerprint, own, retired, note, trusted_at)
      values (@id, @originNode, @name, @publicKey, @fingerprint, @own, @retired, @note, @trustedAt)
      on conflict (fingerprint) do update set name = excluded.name, note = excluded.note, own = excluded.own,
        retired = excluded.retired, revision = revision + 1`,
  ).run({ ...publisher, own: Number(publisher.own), retired: Number(publisher.retired) })
}

export function renameOwnPublishers(db: NodeWriter, name: string): void {
  sql(db, 'update publishers set name = ?, revision = revision + 1 where own = 1').run(name)
}

/** The own keys stay: only what was trusted can be trusted no longer. Returns how many keys went. */
export const deletePublishers = (db: NodeWriter, name: string): number =>
  sql(db, 'delete from publishers where name = ? and own = 0').run(name).changes

export const versionsSignedBy = (db: NodeReader, fingerprint: string): number =>
  sql<{ count: number }>(db, 'select count(*) as count from versions where publisher_fingerprint = ?').get(
    fingerprint,
  )?.count ?? 0
