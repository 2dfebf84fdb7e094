/** Logins of the headless UI and the one-time links that begin them, both by the hash of their token. */
import { type NodeReader, type NodeWriter, sql } from '../sqlite.ts'

export interface StoredLogin {
  hash: string
  createdAt: string
  expiresAt: string
  address: string
}

const columns = 'hash, created_at as createdAt, expires_at as expiresAt, address'

export function insertLogin(db: NodeWriter, login: StoredLogin): void {
  sql(
    db,
    'insert into logins (hash, created_at, expires_at, address) values (@hash, @createdAt, @expiresAt, @address)',
  ).run(login)
}

export const findLogin = (db: NodeReader, hash: string): StoredLogin | null =>
  sql<StoredLogin>(db, `select ${columns} from logins where hash = ?`).get(hash) ?? null

export function deleteLogin(db: NodeWriter, hash: string): void {
  sql(db, 'delete from logins where hash = ?').run(hash)
}

/** Every login but this one; a changed password ends what was begun with the old. */
export function deleteOtherLogins(db: NodeWriter, kept: string | null): void {
  sql(db, 'delete from logins where hash is not ?').run(kept)
}

export function insertLoginLink(db: NodeWriter, link: Omit<StoredLogin, 'address'>): void {
  sql(
    db,
    'insert into login_links (hash, created_at, expires_at) values (@hash, @createdAt, @expiresAt)',
  ).run(link)
}

export const findLoginLink = (db: NodeReader, hash: string): Omit<StoredLogin, 'address'> | null =>
  sql<Omit<StoredLogin, 'address'>>(
    db,
    'select hash, created_at as createdAt, expires_at as expiresAt from login_links where hash = ?',
  ).get(hash) ?? null

/** Takes the link away, whatever its time, so that it is good for one use; null where there is none. */
export const takeLoginLink = (db: NodeWriter, hash: string): Omit<StoredLogin, 'address'> | null =>
  sql<Omit<StoredLogin, 'address'>>(
    db,
    'delete from login_links where hash = ? returning hash, created_at as createdAt, expires_at as expiresAt',
  ).get(hash) ?? null

/** Deletes what has expired. */
export function sweepLogins(db: NodeWriter, now: string): void {
  sql(db, 'delete from logins where expires_at <= ?').run(now)
  sql(db, 'delete from login_links where expires_at <= ?').run(now)
}
