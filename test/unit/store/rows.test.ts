/** The tables that are lists of rows: jobs, drafts, publishers, keys of meta, and the log of calls. */
import { describe, expect, test } from 'vitest'
import { newId } from '../../../src-main/base/ids.ts'
import type { RequestRow } from '../../../src-main/contract/views.ts'
import { publisherTrust } from '../../../src-main/registry/publisher-trust.ts'
import {
  deleteDraft,
  findDraft,
  listDrafts,
  putDraft,
  type StoredDraft,
} from '../../../src-main/store/tables/drafts.ts'
import { jobTable } from '../../../src-main/store/tables/jobs.ts'
import { currentSnapshot, nextSnapshot, nodeId } from '../../../src-main/store/tables/meta.ts'
import {
  deletePublishers,
  ownPublisher,
  publishersIn,
  putPublisher,
} from '../../../src-main/store/tables/publishers.ts'
import { usageHours, usageTotals } from '../../../src-main/store/tables/usage-hours.ts'
import { indexUsage } from '../../../src-main/store/tables/usage-index.ts'
import { findUsageRecord, listUsageRecords } from '../../../src-main/store/tables/usage-records.ts'
import { dataFolder } from '../../support/data-folder.ts'
import { by } from '../../support/registration.ts'
import { requestRow } from '../../support/request-row.ts'

test('jobs: the oldest queued first, changes keep what they do not name, listed newest first', async () => {
  const { db } = await dataFolder()
  const jobs = jobTable(db)
  const ids = [newId(), newId(), newId()] as const
  for (const [at, id] of ids.entries()) {
    jobs.insert({
      id,
      kind: 'import',
      target: `t${at}`,
      input: { at },
      createdAt: `2026-11-21T10:00:0${at}.000Z`,
    })
  }
  expect(jobs.nextQueued([])).toMatchObject({ id: ids[0], attempts: 0, input: { at: 0 } })
  expect(jobs.nextQueued([ids[0]])).toMatchObject({ id: ids[1] })
  jobs.update(ids[0], { state: 'running', attempts: 1, startedAt: by.at, step: 'Unpack' })
  expect(jobs.update(ids[0], { progress: 0.5 })).toMatchObject({
    state: 'running',
    step: 'Unpack',
    progress: 0.5,
  })
  expect(jobs.running()).toMatchObject([{ id: ids[0], attempts: 1 }])
  expect(jobs.countActive()).toBe(3)
  const failure = { code: 'DISK_FULL', message: 'Full.' }
  expect(jobs.update(ids[0], { state: 'failed', failure, finishedAt: by.at })).toMatchObject({
    failure,
    progress: 0.5,
  })
  expect(jobs.update(ids[0], { failure: null, state: 'queued', finishedAt: null })).toMatchObject({
    failure: null,
  })
  expect(jobs.list({ offset: 0, limit: 2 })).toMatchObject({
    rows: [{ id: ids[2] }, { id: ids[1] }],
    total: 3,
  })
  expect(jobs.list({ state: 'running', offset: 0, limit: 2 })).toEqual({ rows: [], total: 0 })
  jobs.update(ids[1], { state: 'done', finishedAt: by.at })
  expect(jobs.inputsInUse(by.at)).toEqual([{ at: 0 }, { at: 2 }])
  jobs.update(ids[2], { state: 'failed', finishedAt: by.at })
  expect([jobs.inputsInUse(by.at), jobs.inputsGivenUp(by.at)]).toEqual([[{ at: 0 }, { at: 2 }], []])
  expect([jobs.inputsInUse('2999'), jobs.inputsGivenUp('2999')]).toEqual([[{ at: 0 }], [{ at: 2 }]])
  jobs.update(ids[2], { state: 'queued', finishedAt: null })
  expect([jobs.sweep(by.at), jobs.sweep('2027')]).toEqual([0, 1])
  expect(() => jobs.require(ids[1])).toThrow(expect.objectContaining({ code: 'JOB_NOT_FOUND' }))
})

test('drafts are kept as they are typed, valid or not', async () => {
  const { db } = await dataFolder()
  const draft: StoredDraft = {
    id: newId(),
    descriptor: { version: 'not yet', title: '' },
    texts: { card: '# Ü', license: '', migrationGuide: '', labels: '' },
    origins: { labels: { from: 'file', path: 'labels.txt' } },
    files: [{ path: 'model.onnx', kind: 'weight', bytes: 1, digest: null }],
    graph: null,
    report: null,
    step: 'schema',
    createdAt: by.at,
    updatedAt: by.at,
  }
  putDraft(db, draft, nodeId(db))
  putDraft(db, { ...draft, step: 'card' }, nodeId(db))
  expect(findDraft(db, draft.id)).toEqual({ ...draft, step: 'card' })
  const other = { ...draft, id: newId(), updatedAt: '2099-01-01T00:00:00.000Z' }
  putDraft(db, other, nodeId(db))
  expect(listDrafts(db, { offset: 0, limit: 1 })).toMatchObject({ rows: [{ id: other.id }], total: 2 })
  expect(listDrafts(db, { offset: 1, limit: 5 })).toMatchObject({ rows: [{ id: draft.id }], total: 2 })
  expect([deleteDraft(db, draft.id), deleteDraft(db, draft.id)]).toEqual([true, false])
})

test('publishers: trust is in a key under a name', async () => {
  const { db } = await dataFolder()
  const print = (digit: string) => `sha256:${digit.repeat(64)}`
  const put = (name: string, digit: string, own = false, retired = false) =>
    putPublisher(db, {
      id: newId(),
      originNode: nodeId(db),
      name,
      publicKey: 'PEM',
      fingerprint: print(digit),
      own,
      retired,
      note: '',
      trustedAt: by.at,
    })
  put('acme', '1')
  put('me', '2', true, true)
  put('me', '3', true)
  const trust = publisherTrust(db)
  expect(ownPublisher(db)?.fingerprint).toBe(print('3'))
  expect(
    [
      trust('acme', print('1')),
      trust('acme', print('9')),
      trust('other', print('1')),
      trust('other', print('9')),
      trust('me', print('2')),
      trust('me', print('9')),
      trust('acme', null),
    ].map((seen) => seen.trust),
  ).toEqual(['trusted', 'mismatch', 'mismatch', 'unknown', 'own', 'mismatch', 'unsigned'])
  expect([deletePublishers(db, 'acme'), deletePublishers(db, 'me')]).toEqual([1, 0])
  expect(publishersIn(db, { offset: 1, limit: 1 })).toMatchObject({ rows: [{ retired: true }], total: 2 })
})

test('each change of what serving reads has a number of its own', async () => {
  const { db } = await dataFolder()
  expect([currentSnapshot(db), nextSnapshot(db), nextSnapshot(db), currentSnapshot(db)]).toEqual([0, 1, 2, 2])
})

describe('the log of calls', () => {
  const call = (id: string, change: Partial<RequestRow> = {}): RequestRow =>
    requestRow({ id, at: '2026-11-21T14:30:00.000Z', ...change })

  test('is listed newest first, filtered, in windows; the totals count each call once', async () => {
    const { usage } = await dataFolder()
    const calls = [
      call('01', { at: '2026-11-21T13:59:59.999Z' }),
      call('02', { status: 500, code: 'ENGINE_FAILED' }),
      call('03', { endpoint: 'wine', model: 'acme.wine' }),
    ]
    indexUsage(usage, calls, { segment: 1, offset: 10 })
    indexUsage(usage, calls, { segment: 1, offset: 10 })
    const all = { offset: 0, limit: 10 }
    const ids = (filter: Parameters<typeof listUsageRecords>[1]) =>
      listUsageRecords(usage, filter, all).rows.map(({ id }) => id)
    expect(listUsageRecords(usage, {}, { offset: 1, limit: 1 })).toMatchObject({
      rows: [{ id: '02' }],
      total: 3,
    })
    expect(findUsageRecord(usage, '01')).toEqual(calls[0])
    expect(findUsageRecord(usage, 'xx')).toBeNull()
    expect(ids({ model: 'acme.digits' })).toEqual(['02', '01'])
    expect(ids({ endpoint: 'wine' })).toEqual(['03'])
    expect([ids({ outcome: 'failed' }), ids({ outcome: 'answered' })]).toEqual([['02'], ['03', '01']])
    expect(ids({ since: '2026-11-21T14:00:00.000Z' })).toEqual(['03', '02'])
    expect(ids({ until: '2026-11-21T14:00:00.000Z', version: '1.0.0' })).toEqual(['01'])
    expect(ids({ model: `x' or 1=1 --` })).toEqual([])
    expect(usageTotals(usage)).toEqual({ requests: 3, failures: 1, items: 6 })
    expect(usageHours(usage, '2026-11-21T14')).toMatchObject([
      { endpoint: 'digits', requests: 1, failures: 1 },
      { endpoint: 'wine', requests: 1, failures: 0, latencyUsSum: 1500 },
    ])
  })
})
