/** Licenses that this node issued as a publisher, each document a row. */
import { type NodeReader, type NodeWriter, sql } from '../sqlite.ts'

export interface StoredIssued {
  lid: string
  seq: number
  document: string
  account: string
  model: string
  type: string
  issuedAt: string
  endsAt: string | null
  /** The emergency codes (base/seal.ts), bound to the lid; null where it has none. */
  emergencySealed: string | null
  revokedAt: string | null
  revokedReason: string | null
}

const columns = `lid, seq, document, account, model, type, issued_at as issuedAt, ends_at as endsAt,
  emergency_sealed as emergencySealed, revoked_at as revokedAt, revoked_reason as revokedReason`

/** The newest first. */
export const listIssued = (db: NodeReader): StoredIssued[] =>
  sql<StoredIssued>(db, `select ${columns} from issued_licenses order by issued_at desc, lid, seq desc`).all()

/** The newest document first. */
export const issuedOf = (db: NodeReader, lid: string): StoredIssued[] =>
  sql<StoredIssued>(db, `select ${columns} from issued_licenses where lid = ? order by seq desc`).all(lid)

export const insertIssued = (db: NodeWriter, issued: StoredIssued & { originNode: string }): void =>
  void sql(
    db,
    `insert into issued_licenses (lid, seq, origin_node, document, account, model, type, issued_at, ends_at,
      emergency_sealed) values (@lid, @seq, @originNode, @document, @account, @model, @type, @issuedAt, @endsAt,
      @emergencySealed)`,
  ).run(issued)

/** Every document of it. */
export const revokeIssued = (db: NodeWriter, lid: string, at: string, reason: string): void =>
  void sql(
    db,
    'update issued_licenses set revoked_at = ?, revoked_reason = ? where lid = ? and revoked_at is null',
  ).run(at, reason, lid)
