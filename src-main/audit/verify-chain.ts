/**
 * Walks the audit record from its first entry and recomputes each hash (R183). A changed, removed, inserted or reordered
 * entry shows where it stands; entries cut off at the end show only against a hash that was kept elsewhere.
 */
import { ZodError } from 'zod'
import { OutpostError } from '../base/errors.ts'
import type { NodeReader } from '../store/sqlite.ts'
import {
  auditEntriesAfter,
  auditGenesis,
  auditHash,
  type RawAuditEntry,
  readAuditEntry,
} from '../store/tables/audit-entries.ts'

export type ChainVerdict =
  | { outcome: 'intact'; entries: number; head: string }
  | { outcome: 'broken'; sequence: number; reason: 'missing' | 'changed' | 'unlinked' }

const readTogether = 1000

/** `head` is a hash that was kept elsewhere (in a backup, say): the chain must pass through it. */
export function verifyAuditChain(db: NodeReader, head?: string): ChainVerdict {
  let sequence = 0
  let hash = auditGenesis
  let passed = head === undefined || head === auditGenesis
  for (;;) {
    const rows = auditEntriesAfter(db, sequence, readTogether)
    if (rows.length === 0) break
    for (const row of rows) {
      const reason = flaw(row, sequence + 1, hash)
      if (reason !== null) return { outcome: 'broken', sequence: sequence + 1, reason }
      sequence = row.sequence
      hash = row.hash
      passed ||= hash === head
    }
  }
  if (!passed) return { outcome: 'broken', sequence: sequence + 1, reason: 'missing' }
  return { outcome: 'intact', entries: sequence, head: hash }
}

function flaw(
  row: RawAuditEntry,
  expected: number,
  previous: string,
): 'missing' | 'changed' | 'unlinked' | null {
  if (row.sequence !== expected) return 'missing'
  if (row.previousHash !== previous) return 'unlinked'
  try {
    return auditHash(readAuditEntry(row)) === row.hash ? null : 'changed'
  } catch (error) {
    // An entry that cannot even be read was written by someone else.
    if (error instanceof OutpostError || error instanceof ZodError) return 'changed'
    throw error
  }
}
