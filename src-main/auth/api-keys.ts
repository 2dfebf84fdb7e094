/**
 * API keys: made once and shown once, kept as an HMAC, checked at each call, revoked at once. A decision names what is
 * wrong for the log; a door says no more than that the key is not valid.
 */

import type { z } from 'zod'
import { OutpostError } from '../base/errors.ts'
import { newId } from '../base/ids.ts'
import { keyHash, sameText } from '../base/key-hash.ts'
import type { KeyScope, keyRow } from '../contract/views.ts'
import { inTransaction, type NodeReader, type NodeWriter, type RowWindow } from '../store/sqlite.ts'
import {
  expireStoredKey,
  findKey,
  findKeyByHash,
  insertKey,
  keysIn,
  revokeStoredKey,
  type StoredKey,
} from '../store/tables/api-keys.ts'
import { appendAuditEntry, type By } from '../store/tables/audit-entries.ts'
import { nextSnapshot, nodeId } from '../store/tables/meta.ts'
import { newToken } from './tokens.ts'

export type KeyRow = z.infer<typeof keyRow>

export const keyPrefix = 'opk_'
/** Enough of a key to tell it from others on a list; 256 bits less these are left to guess. */
const shownChars = keyPrefix.length + 6

export interface NewKey {
  name: string
  scopes: readonly KeyScope[]
  /** ISO 8601; null for a key that stays until it is revoked. */
  expiresAt: string | null
  /** As many as it likes where it is left out. */
  requestsPerMinute?: number | null
  /** Whether it is used in business; what the site declares where it is left out. */
  commercial?: boolean | null
}

/** The secret is in the answer and nowhere else. BAD_REQUEST where the key would be expired already. */
export function createKey(
  db: NodeWriter,
  pepper: Buffer,
  wanted: NewKey,
  by: By,
): { key: KeyRow; secret: string } {
  if (wanted.expiresAt !== null && wanted.expiresAt <= by.at) {
    throw new OutpostError('BAD_REQUEST', 'The key would have expired before it is made.', {
      hint: 'Give a time in the future, or none.',
    })
  }
  const secret = newToken(keyPrefix)
  const scopes = [...new Set(wanted.scopes)]
  const key = {
    id: newId(),
    name: wanted.name,
    prefix: secret.slice(0, shownChars),
    hash: keyHash(pepper, secret),
    scopes,
    createdAt: by.at,
    expiresAt: wanted.expiresAt,
    requestsPerMinute: wanted.requestsPerMinute ?? null,
    commercial: wanted.commercial ?? null,
  }
  return inTransaction(db, () => {
    insertKey(db, { ...key, originNode: nodeId(db) })
    nextSnapshot(db)
    const details = {
      name: key.name,
      prefix: key.prefix,
      scopes,
      expiresAt: key.expiresAt,
      requestsPerMinute: key.requestsPerMinute,
      commercial: key.commercial,
    }
    appendAuditEntry(db, { ...by, action: 'key.create', object: key.id, outcome: 'done', details })
    return { key: toRow({ ...key, revokedAt: null, lastUsedAt: null }), secret }
  })
}

/**
 * A new secret for what the key may do, for as long again as the key was made for where no end is given. The old one
 * is good for `overlapMs` more, and never longer than it would have been. NOT_FOUND; KEY_INVALID where it has ended.
 */
export function rotateKey(
  db: NodeWriter,
  pepper: Buffer,
  wanted: { id: string; overlapMs: number; expiresAt?: string | null | undefined },
  by: By,
): { key: KeyRow; secret: string; previous: KeyRow } {
  return inTransaction(db, () => {
    const { id, overlapMs } = wanted
    const before = findKey(db, id)
    if (!before) throw new OutpostError('NOT_FOUND', `There is no key ${id}.`)
    const { expiresAt, createdAt, name, prefix } = before
    if (before.revokedAt !== null || (expiresAt !== null && expiresAt <= by.at)) {
      const how = before.revokedAt === null ? 'has expired' : 'is revoked'
      throw new OutpostError('KEY_INVALID', `The key ${name} ${how}, so nothing of it goes on.`, {
        hint: 'Create a new key.',
      })
    }
    const now = Date.parse(by.at)
    const again =
      expiresAt === null ? null : new Date(now + Date.parse(expiresAt) - Date.parse(createdAt)).toISOString()
    const end = wanted.expiresAt === undefined ? again : wanted.expiresAt
    const made = createKey(db, pepper, { ...before, expiresAt: end }, by)
    const details = { name, prefix, replacedBy: made.key.id, overlapMs }
    appendAuditEntry(db, { ...by, action: 'key.rotate', object: id, outcome: 'done', details })
    if (overlapMs === 0) return { ...made, previous: revokeKey(db, id, by) }
    const overlapEnd = new Date(now + overlapMs).toISOString()
    const endsAt = expiresAt !== null && expiresAt < overlapEnd ? expiresAt : overlapEnd
    expireStoredKey(db, id, endsAt)
    return { ...made, previous: toRow({ ...before, expiresAt: endsAt }) }
  })
}

/** Newest first, revoked ones too. */
export function listKeys(db: NodeReader, window: RowWindow): { rows: KeyRow[]; total: number } {
  const { rows, total } = keysIn(db, window)
  return { rows: rows.map(toRow), total }
}

/** Revoking twice is once. NOT_FOUND. Serving has to be told of the new snapshot before this is answered. */
export function revokeKey(db: NodeWriter, id: string, by: By): KeyRow {
  return inTransaction(db, () => {
    const before = findKey(db, id)
    if (!before) throw new OutpostError('NOT_FOUND', `There is no key ${id}.`)
    if (before.revokedAt === null) {
      revokeStoredKey(db, id, by.at)
      nextSnapshot(db)
      const details = { name: before.name, prefix: before.prefix }
      appendAuditEntry(db, { ...by, action: 'key.revoke', object: id, outcome: 'done', details })
    }
    return toRow({ ...before, revokedAt: before.revokedAt ?? by.at })
  })
}

export type KeyDecision =
  | { outcome: 'valid'; key: KeyRow }
  | { outcome: 'unknown' }
  | { outcome: 'revoked' | 'expired'; key: KeyRow }

/** The most severe first. `now` is ISO 8601. */
export function checkKey(db: NodeReader, pepper: Buffer, secret: string, now: string): KeyDecision {
  // The HMAC is looked up: what an index's timing tells of it is worth nothing without the pepper.
  const hash = keyHash(pepper, secret)
  const found = findKeyByHash(db, hash)
  if (!found || !sameText(found.hash, hash)) return { outcome: 'unknown' }
  const key = toRow(found)
  if (key.revokedAt !== null) return { outcome: 'revoked', key }
  if (key.expiresAt !== null && key.expiresAt <= now) return { outcome: 'expired', key }
  return { outcome: 'valid', key }
}

const toRow = ({ hash: _hash, ...row }: StoredKey): KeyRow => row
