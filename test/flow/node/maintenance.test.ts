/** What keeps a node sound: samples that come and go, files that are looked at again, what is collected, what is backed up. */
import { createHash } from 'node:crypto'
import { chmod, copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { restoreBackup } from '../../../src-main/flows/upkeep/restore.ts'
import { asOwner, described, refusalOf, register } from '../../support/handed-over.ts'
import { linearModel } from '../../support/served-models.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { temporaryNode } from '../../support/temporary-node.ts'
import { samplesDirectory, startWholeNode, type WholeNode } from '../../support/whole-node.ts'

let outpost: WholeNode
let samples: string
beforeEach(async () => {
  // Two versions of the smallest family are as good as all of them.
  samples = temporaryFolder()
  for (const version of ['1.0.0', '1.1.0']) {
    const from = join(samplesDirectory, 'breast-cancer', version)
    const to = join(samples, 'breast-cancer', version)
    await mkdir(to, { recursive: true })
    for (const name of await readdir(from)) await copyFile(join(from, name), join(to, name))
  }
  outpost = await startWholeNode({ samplesDirectory: samples })
  await outpost.client.publishers.rename({ name: 'acme' })
})
afterEach(() => outpost[Symbol.asyncDispose]())

const newVersion = async (version: string, more: Record<string, string | Uint8Array> = {}) =>
  (
    await register(
      outpost,
      { model_name: 'acme.linear', version, metadata: { descriptor: described } },
      { 'model.onnx': linearModel(4, 3), ...more },
    )
  ).status
const ended = async ({ jobId }: { jobId: string }) => outpost.ended(jobId)

async function blobs(): Promise<string[]> {
  const names = await readdir(join(outpost.dataDirectory, 'blobs'), { recursive: true, withFileTypes: true })
  return names.filter((name) => name.isFile()).map((name) => join(name.parentPath, name.name))
}
const blobOf = async (digest: string) =>
  (await blobs()).find((path) => path.endsWith(digest.slice('sha256:'.length))) ?? ''

test('the samples are installed, deployed, removed to the last blob, and installed again', async () => {
  const { client } = outpost
  for (const _ of [1, 2]) {
    expect((await ended(await client.system.installSamples())).failure).toBeNull()
    expect((await client.models.list({})).rows.map(({ id, versions }) => [id, versions])).toEqual([
      ['samples.breast-cancer', 2],
    ])
    expect((await client.deployments.list()).map(({ state }) => state)).toEqual(['ready'])
    expect(await client.system.removeSamples()).toEqual({ removed: 2 })
    expect((await client.models.list({})).total).toBe(0)
    expect(await blobs()).toEqual([])
  }
})

test('an installation that is cut off in the middle is finished by the next, and twice is once', async () => {
  const { client } = outpost
  const job = await client.system.installSamples()
  await expect.poll(async () => (await client.models.list({})).total, { interval: 10 }).toBeGreaterThan(0)
  await client.jobs.cancel({ id: job.jobId }).catch(() => undefined)
  expect((await ended(job)).state).toMatch(/cancelled|done/)
  const rows = await Promise.all(
    [client.system.installSamples(), client.system.installSamples()].map(async (asked) => ended(await asked)),
  )
  expect(rows.map(({ failure }) => failure)).toEqual([null, null])
  expect((await client.models.versions({ model: 'samples.breast-cancer' })).total).toBe(2)
})

test('samples that were removed can be added again', async () => {
  const { client } = outpost
  const added = async () => expect((await ended(await client.system.installSamples())).failure).toBeNull()
  await added()
  const digestsOf = async () =>
    (await client.models.versions({ model: 'samples.breast-cancer' })).rows.map(({ digest }) => digest)
  const before = await digestsOf()
  await client.system.removeSamples()
  expect((await client.models.list({})).total).toBe(0)
  await added()
  expect(await digestsOf()).toEqual(before)
})

test('a changed byte and a missing file are found and named, and a whole one clears the verdict', async () => {
  expect(await newVersion('1.0.0', { 'CARD.md': '# Sound' })).toBe(201)
  expect(await newVersion('1.1.0', { 'CARD.md': '# To be changed' })).toBe(201)
  const version = await outpost.client.models.version({ model: 'acme.linear', version: '1.1.0' })
  const card = await blobOf(version.artifacts.find(({ path }) => path === 'CARD.md')?.digest ?? '')
  const bytes = await readFile(card)
  await chmod(card, 0o600)
  await writeFile(card, Buffer.from(bytes.map((byte, at) => (at === 3 ? byte ^ 1 : byte))))
  const changed = await ended(await outpost.client.models.verify({}))
  expect(changed.output).toMatchObject({
    versions: 2,
    damaged: [{ version: '1.1.0', problems: [{ path: 'CARD.md', found: 'changed' }] }],
  })
  await rm(card)
  const missing = await ended(await outpost.client.models.verify({ model: 'acme.linear' }))
  expect(missing.output).toMatchObject({ damaged: [{ problems: [{ found: 'missing' }] }] })
  await writeFile(card, bytes)
  expect((await ended(await outpost.client.models.verify({}))).output).toMatchObject({ damaged: [] })
})

test('a collection takes what nothing refers to, and nothing of what is being imported', async () => {
  expect(await newVersion('1.0.0')).toBe(201)
  const orphan = 'left over by nobody knows what'
  const name = createHash('sha256').update(orphan).digest('hex')
  const folder = join(outpost.dataDirectory, 'blobs')
  const [some = ''] = await blobs()
  const path = join(some.slice(0, some.lastIndexOf('/')), '..', name.slice(0, 2), name)
  expect(path.startsWith(folder)).toBe(true)
  await mkdir(join(path, '..'), { recursive: true })
  await writeFile(path, orphan)

  const registering = Promise.all(
    ['1.1.0', '1.2.0', '1.3.0'].map((version) => newVersion(version, { 'notes.txt': `notes of ${version}` })),
  )
  const collected: Array<Record<string, unknown> | null> = []
  let going = true
  const collecting = (async () => {
    while (going) collected.push((await ended(await outpost.client.system.collect())).output)
  })()
  expect((await registering).filter((status) => status === 201).length).toBeGreaterThan(0)
  going = false
  await collecting
  expect(collected[0]).toMatchObject({ blobs: 1, bytesFreed: orphan.length })
  expect((await ended(await outpost.client.models.verify({}))).output).toMatchObject({ damaged: [] })
})

test('a backup that is made while models are registered and asked is whole, and a node starts from it', async () => {
  const { client } = outpost
  expect(await newVersion('1.0.0')).toBe(201)
  await client.deployments.deploy({ model: 'acme.linear', version: '1.0.0' })
  const { secret } = await client.keys.create({ name: 'consumer', scopes: ['infer'] })
  const asked = (node: WholeNode) =>
    node.ask(secret, '/v1/models/acme.linear/inference', { inputs: [1, 2, 3, 4] })
  let going = true
  const busy = (async () => {
    while (going) expect((await asked(outpost)).status).toBe(200)
  })()
  const registering = newVersion('1.1.0', { 'big.bin': new Uint8Array(20_000_000) })
  const elsewhere = temporaryFolder()
  const backup = await ended(await client.system.backup({ directory: elsewhere }))
  expect(backup.failure).toBeNull()
  going = false
  await busy
  await registering
  const status = await client.system.status()

  expect(String(backup.output?.path).startsWith(join(elsewhere, 'backup-'))).toBe(true)
  for (const directory of ['relative', outpost.dataDirectory])
    expect(await refusalOf(client.system.backup({ directory }))).toBe('BAD_REQUEST')
  const folder = join(temporaryFolder(), 'restored')
  await restoreBackup(String(backup.output?.path), folder, () => undefined)
  const second = await temporaryNode({ dataDirectory: folder })
  expect((await second.client.system.status()).nodeId).toBe(status.nodeId)
  await expect
    .poll(async () => (await second.client.deployments.list())[0]?.state, { timeout: 10_000 })
    .toBe('ready')
  expect((await asked(second)).status).toBe(200)
  const { jobId } = await second.client.models.verify({})
  expect((await second.ended(jobId)).output).toMatchObject({ damaged: [] })
  expect((await asOwner(second, '/api/packages/acme.linear/1.0.0')).status).toBe(200)
})

test('a draft is offered the next number that nothing was ever registered under', async () => {
  for (const version of ['1.0.0', '1.1.0'])
    expect(await newVersion(version, { 'notes.txt': version })).toBe(201)
  const { client } = outpost
  await client.models.remove({ model: 'acme.linear', version: '1.1.0' })
  expect(await newVersion('1.1.0', { 'notes.txt': 'others' })).toBe(409)
  const draft = await client.drafts.create({ handles: [], basedOn: 'acme.linear' })
  expect(draft).toMatchObject({ suggestedVersion: '1.2.0', descriptor: { version: '1.2.0' } })
  expect(await newVersion('1.1.0', { 'notes.txt': '1.1.0' })).toBe(201)
  expect(await newVersion('1.2.0', { 'notes.txt': 'others' })).toBe(201)
})

test('a version that goes takes its own files along and leaves the others theirs', async () => {
  for (const version of ['1.0.0', '1.1.0'])
    expect(await newVersion(version, { 'notes.txt': version })).toBe(201)
  const before = (await blobs()).length
  expect(await refusalOf(outpost.client.models.remove({ model: 'acme.linear', version: 'latest' }))).not.toBe(
    'INTERNAL',
  )
  const left = (await outpost.client.models.versions({ model: 'acme.linear' })).rows
  for (const { version } of left)
    expect((await asOwner(outpost, `/api/packages/acme.linear/${version}`)).status).toBe(200)
  expect((await blobs()).length).toBeLessThanOrEqual(before)
})
