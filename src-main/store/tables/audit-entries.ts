/**
 * The audit record: each entry's hash covers the one before, so that a changed, removed or inserted entry shows. It is
 * appended inside the transaction of the change it speaks of: neither is there without the other.
 */
import { z } from 'zod'
import { canonicalJson } from '../../base/canonical-json.ts'
import { sha256 } from '../../base/digest.ts'
import { newId } from '../../base/ids.ts'
import { inTransaction, type NodeReader, type NodeWriter, readJson, sql } from '../sqlite.ts'

/** Who does something, and when. */
export interface By {
  /** owner, login, key:<name>, node. */
  actor: string
  /** ISO 8601, UTC. */
  at: string
}

export interface AuditEvent extends By {
  /** What was done, as noun.verb: version.register. */
  action: string
  /** What it was done to: a model@version, an endpoint, a key's id. */
  object: string
  outcome: 'done' | 'refused' | 'failed'
  /** Never secrets, never inputs or outputs of a model. */
  details: Record<string, unknown>
}

export interface AuditEntry extends AuditEvent {
  sequence: number
  id: string
  previousHash: string
  hash: string
}

/** What the first entry names as the one before it. */
export const auditGenesis = `sha256:${'0'.repeat(64)}`

/** SHA-256 over the canonical JSON (RFC 8785) of the entry without its own hash. */
export const auditHash = ({
  hash: _hash,
  ...covered
}: AuditEntry | (Omit<AuditEntry, 'hash'> & { hash?: string })): string => sha256(canonicalJson(covered))

export function appendAuditEntry(db: NodeWriter, event: AuditEvent): AuditEntry {
  return inTransaction(db, () => {
    const last = lastAuditEntry(db)
    const covered = {
      ...event,
      sequence: (last?.sequence ?? 0) + 1,
      id: newId(),
      previousHash: last?.hash ?? auditGenesis,
    }
    const entry: AuditEntry = { ...covered, hash: auditHash(covered) }
    sql(
      db,
      `insert into audit_entries (sequence, id, at, actor, action, object, outcome, details, previous_hash, hash)
        values (@sequence, @id, @at, @actor, @action, @object, @outcome, @details, @previousHash, @hash)`,
    ).run({ ...entry, details: canonicalJson(entry.details) })
    return entry
  })
}

const auditColumns =
  'sequence, id, at, actor, action, object, outcome, details, previous_hash as previousHash, hash'

export type RawAuditEntry = Omit<AuditEntry, 'outcome' | 'details'> & { outcome: string; details: string }

const outcome = z.enum(['done', 'refused', 'failed'])
const details = z.record(z.string(), z.unknown())

export const readAuditEntry = (row: RawAuditEntry): AuditEntry => ({
  ...row,
  outcome: outcome.parse(row.outcome),
  details: readJson(details, row.details, 'audit entry'),
})

function lastAuditEntry(db: NodeReader): { sequence: number; hash: string } | undefined {
  return sql<{ sequence: number; hash: string }>(
    db,
    'select sequence, hash from audit_entries order by sequence desc limit 1',
  ).get()
}

/** The hash that the next entry will name; the genesis hash where there is none yet. */
export const auditHead = (db: NodeReader): string => lastAuditEntry(db)?.hash ?? auditGenesis

/** In the order of the chain, from after this sequence; at most `limit`. Rows come as stored, for whoever verifies. */
export const auditEntriesAfter = (db: NodeReader, sequence: number, limit: number): RawAuditEntry[] =>
  sql<RawAuditEntry>(
    db,
    `select ${auditColumns} from audit_entries where sequence > ? order by sequence limit ?`,
  ).all(sequence, limit)

export interface AuditFilter {
  object?: string | undefined
  action?: string | undefined
  actor?: string | undefined
  since?: string | undefined
  until?: string | undefined
}

/** Newest first. */
export function listAuditEntries(
  db: NodeReader,
  filter: AuditFilter,
  window: { offset: number; limit: number },
): { rows: AuditEntry[]; total: number } {
  const conditions = [
    filter.object !== undefined && 'object = @object',
    filter.action !== undefined && 'action = @action',
    filter.actor !== undefined && 'actor = @actor',
    filter.since !== undefined && 'at >= @since',
    filter.until !== undefined && 'at < @until',
  ].filter((condition) => condition !== false)
  const where = conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`
  const parameters = Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined))
  const rows = sql<RawAuditEntry>(
    db,
    `select ${auditColumns} from audit_entries ${where} order by sequence desc limit @limit offset @offset`,
  )
    .all({ ...parameters, ...window })
    .map(readAuditEntry)
  const counted = sql<{ total: number }>(db, `select count(*) as total from audit_entries ${where}`).get(
    parameters,
  )
  return { rows, total: counted?.total ?? 0 }
}
