/** Jobs outlive the request and the process: cancelled, done again, put back at a stop, given up after two crashes. */
import { readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { JobRow } from '../../../src-main/contract/views.ts'
import { watchJob } from '../../../src-main/flows/jobs.ts'
import { createJobRunner, type JobHandler } from '../../../src-main/jobs/runner.ts'
import { beginDraft } from '../../support/drafts.ts'
import { refusalOf } from '../../support/handed-over.ts'
import { canMountSmallDisk, smallDisk } from '../../support/small-disk.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { temporaryNode } from '../../support/temporary-node.ts'
import type { WholeNode } from '../../support/whole-node.ts'

const start = (dataDirectory?: string): Promise<WholeNode> =>
  temporaryNode({ serving: null, ...(dataDirectory ? { dataDirectory } : {}) })

/** Its checks take a moment: it is examined in a process of its own. */
const draft = async (node: WholeNode): Promise<string> => (await beginDraft(node, { id: 'local.linear' })).id

describe('cancelled and done again', () => {
  test('a queued one never runs; a running one ends; both can be asked for again', async () => {
    const node = await start()
    const id = await draft(node)
    const jobs = await Promise.all([1, 2, 3].map(() => node.client.drafts.test({ id })))
    const states = await Promise.all(
      jobs.map(async ({ jobId }) => (await node.client.jobs.cancel({ id: jobId })).state),
    )
    expect(states).toContain('cancelled')
    const rows = await Promise.all(jobs.map(({ jobId }) => node.ended(jobId)))
    expect(rows.map(({ state, failure }) => [state, failure])).toEqual(Array(3).fill(['cancelled', null]))
    const [first] = rows
    expect(await refusalOf(node.client.jobs.cancel({ id: first?.id ?? '' }))).toBe('JOB_STATE')
    await node.client.jobs.retry({ id: first?.id ?? '' })
    const again = await node.ended(first?.id ?? '')
    expect([again.state, again.output?.draftId]).toEqual(['done', id])
    expect(await refusalOf(node.client.jobs.retry({ id: again.id }))).toBe('JOB_STATE')
  })

  test('one that is watched tells each step and ends its stream; one whose draft went says so', async () => {
    const node = await start()
    const id = await draft(node)
    const { jobId } = await node.client.drafts.test({ id })
    const seen: JobRow[] = []
    for await (const row of await node.client.jobs.watch({ id: jobId })) seen.push(row)
    expect(seen.at(-1)?.state).toBe('done')
    expect(seen.map(({ progress }) => progress ?? 0)).toEqual(
      seen.map(({ progress }) => progress ?? 0).toSorted((a, b) => a - b),
    )

    const late = await node.client.drafts.build({ id })
    await node.client.drafts.remove({ id })
    expect((await node.ended(late.jobId)).failure).toMatchObject({
      code: 'DRAFT_NOT_FOUND',
      hint: expect.any(String),
    })
  })

  test('a watcher that was away while more happened than is kept for it still hears of the end', async () => {
    const node = await start()
    const { context } = node.node
    const job = { id: 'watched', kind: 'collect', target: 'x', input: {} } as const
    context.jobTable.insert({ ...job, createdAt: '2999-01-01T00:00:00.000Z' })
    const watched = watchJob(context, job.id)
    await watched.next() // it has begun, and reads no further now
    context.jobTable.update(job.id, { state: 'done' })
    context.announce('jobs', job.id)
    for (let at = 0; at < 2000; at++) context.announce('requests')
    const last = await Array.fromAsync(watched)
    expect(last.at(-1)?.state).toBe('done')
  })

  test('a queue has an end', async () => {
    const node = await start()
    const insert = node.node.context.jobTable.insert
    for (let at = 0; at < 1000; at++)
      insert({
        id: `q-${at}`,
        kind: 'collect',
        target: 'x',
        input: {},
        createdAt: '2999-01-01T00:00:00.000Z',
      })
    expect(await refusalOf(node.client.system.collect())).toBe('TOO_MANY_REQUESTS')

    // A package that was looked at can still be imported once there is room again.
    const { staged, db } = node.node.context
    const file = {
      path: join(node.dataDirectory, 'gone'),
      name: 'gone.outpost',
      bytes: 1,
      owned: false,
      digest: '',
    }
    const packageId = staged.add(file)
    expect(await refusalOf(node.client.packages.import({ packageId }))).toBe('TOO_MANY_REQUESTS')
    db.exec("delete from jobs where id like 'q-%'")
    expect(await node.client.packages.import({ packageId })).toHaveProperty('jobId')
  })
})

describe('over a restart', () => {
  test('the running and the queued ones go on after a stop, which counts as no crash', async () => {
    const folder = temporaryFolder()
    const first = await start(folder)
    const id = await draft(first)
    const jobs = await Promise.all([1, 2, 3, 4].map(() => first.client.drafts.test({ id })))
    await expect.poll(async () => (await first.client.jobs.list({ state: 'running' })).total).toBe(2)
    await first.stop()
    const second = await start(folder)
    const rows = await Promise.all(jobs.map(({ jobId }) => second.ended(jobId)))
    expect(rows.map(({ state }) => state)).toEqual(Array(4).fill('done'))
  })

  test('one that was running at two crashes reads interrupted, and can be done again', async () => {
    const folder = temporaryFolder()
    const first = await start(folder)
    const { jobId } = await first.client.models.verify({})
    await first.ended(jobId)
    const { db } = first.node.context
    db.prepare("update jobs set state = 'running', attempts = 1 where id = ?").run(jobId)
    await first.stop()
    const second = await start(folder)
    expect((await second.ended(jobId)).state).toBe('done')
    second.node.context.db.prepare("update jobs set state = 'running', attempts = 2 where id = ?").run(jobId)
    await second.stop()
    const third = await start(folder)
    expect((await third.client.jobs.get({ id: jobId })).state).toBe('interrupted')
    await third.client.jobs.retry({ id: jobId })
    expect((await third.ended(jobId)).state).toBe('done')
  })

  test('an import whose upload is not there any more says so', async () => {
    const node = await start()
    const { paths, jobs } = node.node.context
    const input = { actor: 'owner', path: join(paths.uploads, 'gone.partial'), owned: true, skipRun: false }
    const { failure } = await node.ended(jobs.submit('import', 'gone.outpost', input))
    expect(failure).toMatchObject({ code: 'HANDLE_INVALID', hint: expect.any(String) })
  })

  test('the file of an import that failed is kept for a day, for whoever asks again', async () => {
    const folder = temporaryFolder()
    let aheadMs = 0
    const clock = { now: () => Date.now() + aheadMs, monotonic: () => performance.now() + aheadMs }
    const open = () => temporaryNode({ serving: null, dataDirectory: folder, clock })
    const node = await open()
    const { paths, jobs } = node.node.context
    const failing = async (name: string) => {
      const path = join(paths.uploads, name)
      await writeFile(path, 'no package')
      const row = await node.ended(
        jobs.submit('import', name, { actor: 'owner', path, owned: true, skipRun: false }),
      )
      expect(row.failure?.code).toBe('PACKAGE_INVALID')
    }
    await failing('first.partial')
    aheadMs = 25 * 3_600_000
    await failing('second.partial')
    expect(await readdir(paths.uploads)).toEqual(['second.partial'])
    await node.stop()
    const again = await open()
    expect(await readdir(paths.uploads)).toEqual(['second.partial'])
    await again.stop()
    aheadMs *= 2
    await (await open()).stop()
    expect(await readdir(paths.uploads)).toEqual([])
  })

  test('one that ended long ago is forgotten', async () => {
    const folder = temporaryFolder()
    const first = await start(folder)
    const { jobId } = await first.client.models.verify({})
    await first.ended(jobId)
    first.node.context.db.prepare("update jobs set finished_at = '2020-01-01T00:00:00.000Z'").run()
    await first.stop()
    expect(await refusalOf((await start(folder)).client.jobs.get({ id: jobId }))).toBe('JOB_NOT_FOUND')
  })
})

test('what a job threw is told in the words of the catalogue, or not at all', async () => {
  const node = await start()
  const { log, jobTable: table, clock } = node.node.context
  const thrown: unknown[] = [
    new Error('secret path /home/ada'),
    Object.assign(new Error('full'), { code: 'ENOSPC' }),
    'text',
    null,
  ]
  let at = 0
  const failing: JobHandler = () => Promise.reject(thrown[at++])
  const handlers = {
    import: failing,
    build: failing,
    validate: failing,
    verify: failing,
    backup: failing,
    samples: failing,
    collect: failing,
  }
  const jobs = createJobRunner({ table, clock, log, handlers, onChange: () => undefined })
  const codes: unknown[] = []
  for (const _ of thrown) {
    const { failure } = await jobs.ended(jobs.submit('verify', 'x', {}))
    codes.push(failure?.code)
    expect(failure?.message).not.toContain('ada')
  }
  expect(codes).toEqual(['INTERNAL', 'DISK_FULL', 'INTERNAL', 'INTERNAL'])
})

test.skipIf(!canMountSmallDisk)(
  'on a full disk a job waits for room to say how it ended, and the node lives',
  async () => {
    const folder = smallDisk(24)
    const node = await start(folder)
    const id = await draft(node)
    const filler = join(folder, 'filler')
    await writeFile(filler, Buffer.alloc(64 << 20)).catch((error: unknown) => error) // as much as there is room for
    const upload = await node.node.fetch(
      new Request('http://localhost/api/files?name=x', { method: 'PUT', body: new Uint8Array(8 << 20) }),
      { owner: true },
    )
    expect(upload.status).toBe(507)
    expect(await upload.json()).toMatchObject({ code: 'DISK_FULL', hint: expect.any(String) })
    const submitted = await node.client.drafts.test({ id }).catch((error: { code: string }) => error.code)
    expect(await node.client.models.list({})).toMatchObject({ total: 0 })
    await rm(filler)
    const jobId =
      typeof submitted === 'string' ? (await node.client.drafts.test({ id })).jobId : submitted.jobId
    expect((await node.ended(jobId)).state).toMatch(/done|failed/)
    const { jobId: after } = await node.client.drafts.test({ id })
    expect((await node.ended(after)).state).toBe('done')
  },
)
