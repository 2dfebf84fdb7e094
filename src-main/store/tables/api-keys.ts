/** API keys: the HMAC of the secret and what it may do. The secret itself is never here. */
import { z } from 'zod'
import { type KeyScope, keyScope } from '../../contract/views.ts'
import {
  asBoolean,
  asInteger,
  type NodeReader,
  type NodeWriter,
  type RowWindow,
  readJson,
  readWindow,
  sql,
} from '../sqlite.ts'

export interface StoredKey {
  id: string
  name: string
  prefix: string
  /** HMAC-SHA-256 of the secret, hex. */
  hash: string
  scopes: KeyScope[]
  createdAt: string
  expiresAt: string | null
  /** Null: as many as it likes. */
  requestsPerMinute: number | null
  /** Whether it is used in business; null: what the site declares. */
  commercial: boolean | null
  revokedAt: string | null
  lastUsedAt: string | null
}

const columns = `id, name, prefix, hash, scopes, created_at as createdAt, expires_at as expiresAt,
  requests_per_minute as requestsPerMinute, revoked_at as revokedAt, last_used_at as lastUsedAt, commercial_use as commercial`
type Raw = Omit<StoredKey, 'scopes' | 'commercial'> & { scopes: string; commercial: number | null }
const read = (row: Raw): StoredKey => ({
  ...row,
  scopes: readJson(z.array(keyScope), row.scopes, 'list of scopes'),
  commercial: asBoolean(row.commercial),
})

const order = 'created_at desc, id desc'

/** Newest first, revoked ones too. */
export const listKeys = (db: NodeReader): StoredKey[] =>
  sql<Raw>(db, `select ${columns} from api_keys order by ${order}`).all().map(read)

export function keysIn(db: NodeReader, window: RowWindow): { rows: StoredKey[]; total: number } {
  const { rows, total } = readWindow<Raw>(db, { columns, table: 'api_keys', order }, window)
  return { rows: rows.map(read), total }
}

export function findKey(db: NodeReader, id: string): StoredKey | null {
  const row = sql<Raw>(db, `select ${columns} from api_keys where id = ?`).get(id)
  return row ? read(row) : null
}

export function findKeyByHash(db: NodeReader, hash: string): StoredKey | null {
  const row = sql<Raw>(db, `select ${columns} from api_keys where hash = ?`).get(hash)
  return row ? read(row) : null
}

export function insertKey(
  db: NodeWriter,
  key: Omit<StoredKey, 'revokedAt' | 'lastUsedAt'> & { originNode: string },
): void {
  sql(
    db,
    `insert into api_keys (id, origin_node, name, prefix, hash, scopes, created_at, expires_at,
      requests_per_minute, commercial_use)
      values (@id, @originNode, @name, @prefix, @hash, @scopes, @createdAt, @expiresAt, @requestsPerMinute,
        @commercial)`,
  ).run({ ...key, scopes: JSON.stringify(key.scopes), commercial: asInteger(key.commercial) })
}

/** The first time counts. False where there is no such key. */
export const revokeStoredKey = (db: NodeWriter, id: string, at: string): boolean =>
  sql(
    db,
    'update api_keys set revoked_at = coalesce(revoked_at, ?), revision = revision + 1 where id = ?',
  ).run(at, id).changes === 1

export function expireStoredKey(db: NodeWriter, id: string, at: string): void {
  sql(db, 'update api_keys set expires_at = ?, revision = revision + 1 where id = ?').run(at, id)
}

/** Only forward, and only where the last use that is written down was before `before`. True where it was. */
export const touchKey = (db: NodeWriter, id: string, at: string, before = at): boolean =>
  sql(db, `update api_keys set last_used_at = ? where id = ? and coalesce(last_used_at, '') < ?`).run(
    at,
    id,
    before,
  ).changes === 1

export const countKeys = (db: NodeReader): number =>
  sql<{ count: number }>(db, 'select count(*) as count from api_keys').get()?.count ?? 0
