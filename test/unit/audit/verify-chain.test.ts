/** R183: whatever is done to the record behind the node's back, the chain shows where. */
import { describe, expect, test } from 'vitest'
import { verifyAuditChain } from '../../../src-main/audit/verify-chain.ts'
import { canonicalJson } from '../../../src-main/base/canonical-json.ts'
import { inTransaction, type NodeWriter } from '../../../src-main/store/sqlite.ts'
import {
  appendAuditEntry,
  auditGenesis,
  auditHead,
  listAuditEntries,
} from '../../../src-main/store/tables/audit-entries.ts'
import { dataFolder } from '../../support/data-folder.ts'

const append = (db: NodeWriter, at: number) =>
  appendAuditEntry(db, {
    at: `2026-11-21T10:00:${String(at % 60).padStart(2, '0')}.000Z`,
    actor: at % 2 === 0 ? 'owner' : 'key:ci',
    action: 'endpoint.deploy',
    object: `acme.m${at}@1.0.0`,
    outcome: 'done',
    details: { b: at, a: [{ z: null, y: 'ü' }], left: undefined },
  })

async function record(entries: number): Promise<NodeWriter> {
  const { db } = await dataFolder()
  inTransaction(db, () => {
    for (let at = 0; at < entries; at++) append(db, at)
  })
  return db
}

test('an untouched record is intact, an empty one too', async () => {
  const db = await record(2500)
  expect(verifyAuditChain(db)).toEqual({ outcome: 'intact', entries: 2500, head: auditHead(db) })
  expect(verifyAuditChain(await record(0))).toEqual({ outcome: 'intact', entries: 0, head: auditGenesis })
})

describe('a change shows', () => {
  test.each([
    ['an actor', `update audit_entries set actor = 'nobody' where sequence = 7`, 7, 'changed'],
    ['a time', `update audit_entries set at = '2020' where sequence = 7`, 7, 'changed'],
    ['details', `update audit_entries set details = '{}' where sequence = 7`, 7, 'changed'],
    ['details that are no JSON', `update audit_entries set details = '{' where sequence = 7`, 7, 'changed'],
    ['an outcome that is none', `update audit_entries set outcome = 'fine' where sequence = 7`, 7, 'changed'],
    ['a hash', `update audit_entries set hash = previous_hash where sequence = 7`, 7, 'changed'],
    ['a removed entry', 'delete from audit_entries where sequence = 7', 7, 'missing'],
    ['the first removed', 'delete from audit_entries where sequence = 1', 1, 'missing'],
    [
      'a swap',
      `update audit_entries set sequence = -sequence where sequence in (7, 13);
      update audit_entries set sequence = 20 + sequence where sequence < 0`,
      7,
      'unlinked',
    ],
    [
      'a copy at the end',
      `insert into audit_entries select 21, 'x', at, actor, action, object, outcome, details, previous_hash, hash from audit_entries where sequence = 20`,
      21,
      'unlinked',
    ],
  ])('%s', async (_name, statement, sequence, reason) => {
    const db = await record(20)
    db.exec(statement)
    expect(verifyAuditChain(db)).toEqual({ outcome: 'broken', sequence, reason })
  })

  test('entries cut off at the end show against a hash that was kept', async () => {
    const db = await record(20)
    const head = auditHead(db)
    append(db, 21)
    expect(verifyAuditChain(db, head).outcome).toBe('intact')
    db.exec('delete from audit_entries where sequence >= 20')
    expect(verifyAuditChain(db).outcome).toBe('intact')
    expect(verifyAuditChain(db, head)).toMatchObject({ outcome: 'broken', reason: 'missing' })
  })
})

test('an entry is there if and only if what it speaks of is', async () => {
  const db = await record(1)
  expect(() =>
    inTransaction(db, () => {
      append(db, 1)
      throw new Error('undone')
    }),
  ).toThrow('undone')
  expect(verifyAuditChain(db)).toMatchObject({ entries: 1 })
})

test('is listed newest first and filtered', async () => {
  const db = await record(20)
  const page = listAuditEntries(
    db,
    { actor: 'key:ci', since: '2026-11-21T10:00:05.000Z' },
    { offset: 1, limit: 2 },
  )
  expect(page.total).toBe(8)
  expect(page.rows.map(({ sequence }) => sequence)).toEqual([18, 16])
  expect(listAuditEntries(db, { object: 'acme.m3@1.0.0' }, { offset: 0, limit: 9 }).rows[0]?.details).toEqual(
    { a: [{ y: 'ü', z: null }], b: 3 },
  )
})

test('canonical JSON is that of RFC 8785, section 3.2.3', () => {
  const value = {
    '€': 'Euro Sign',
    '\r': 'Carriage Return',
    '\ufb33': 'Hebrew',
    '1': 'One',
    '😀': 'Emoji',
    '\u0080': 'Control',
    ö: 'Latin',
  }
  expect(
    [...canonicalJson(value).matchAll(/"(Euro Sign|Carriage Return|Hebrew|One|Emoji|Control|Latin)"/g)].map(
      ([, name]) => name,
    ),
  ).toEqual(['Carriage Return', 'One', 'Control', 'Latin', 'Euro Sign', 'Emoji', 'Hebrew'])
  expect(canonicalJson({ numbers: [333333333.3333333, 1e30, 4.5, 2e-3, 1e-27], n: null })).toBe(
    '{"n":null,"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27]}',
  )
  expect(() => canonicalJson({ a: Number.NaN })).toThrow(TypeError)
})
