/** The wizard's drafts as wholes: what is built is what was seen and typed, and what is thrown away is gone. */
import { execFile } from 'node:child_process'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { pack } from '../../../src-main/package/archive/pack.ts'
import { readSource } from '../../../src-main/package/archive/read-source.ts'
import { addToDraft, beginDraft, builtDraft } from '../../support/drafts.ts'
import { asOwner, handOver, refusalOf, told } from '../../support/handed-over.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { startWholeNode, type WholeNode } from '../../support/whole-node.ts'

let outpost: WholeNode
beforeAll(async () => {
  outpost = await startWholeNode({ serving: null })
  await outpost.client.publishers.rename({ name: 'acme' })
})
afterAll(() => outpost[Symbol.asyncDispose]())

const begin = (descriptor?: Record<string, unknown>) => beginDraft(outpost, descriptor)
const add = (id: string, files: Record<string, string | Uint8Array>, kind?: 'document') =>
  addToDraft(outpost, id, files, kind)
const built = (id: string) => builtDraft(outpost, id)

test('the folder of a draft packs to the very package that the wizard builds', async () => {
  const { id } = await begin({ id: 'acme.scripted' })
  await outpost.client.drafts.update({ id, texts: { license: 'Ours.' } })
  const { command } = await add(id, { 'notes/read me.txt': 'n' })
  expect(command).toBe(
    'tar -xf scripted-1.0.0.tar\nnpx outpost pack ./scripted-1.0.0 -o acme.scripted-1.0.0.outpost',
  )
  const downloaded = await asOwner(outpost, `/api/drafts/${id}/folder`)
  expect(downloaded.headers.get('content-disposition')).toContain('"scripted-1.0.0.tar"')
  const folder = temporaryFolder()
  await writeFile(join(folder, 'scripted-1.0.0.tar'), Buffer.from(await downloaded.arrayBuffer()))
  await promisify(execFile)('tar', ['-xf', 'scripted-1.0.0.tar'], { cwd: folder })
  const packed = await pack(await readSource(join(folder, 'scripted-1.0.0')), {
    output: join(folder, 'packed.outpost'),
  })
  const { output } = await built(id)
  expect(output).toMatchObject({ version: '1.0.0', digest: packed.digest })
  expect(await readdir(join(outpost.dataDirectory, 'runtime', 'staging'))).toEqual([])
  expect(await told(asOwner(outpost, `/api/drafts/${id}/folder`))).toBe('404 DRAFT_NOT_FOUND')
})

test('two builds at once make one version; its number cannot be built with other contents', async () => {
  const { id } = await begin({ id: 'acme.twice' })
  const jobs = await Promise.all([outpost.client.drafts.build({ id }), outpost.client.drafts.build({ id })])
  const rows = await Promise.all(jobs.map(({ jobId }) => outpost.ended(jobId)))
  // The draft goes with the first that ends, and the other may have found it or not.
  for (const { failure } of rows) expect(failure?.code ?? 'DRAFT_NOT_FOUND').toBe('DRAFT_NOT_FOUND')
  expect(rows.some(({ failure }) => failure === null)).toBe(true)
  expect((await outpost.client.models.versions({ model: 'acme.twice' })).total).toBe(1)
  const other = await begin({ id: 'acme.twice' })
  await outpost.client.drafts.update({ id: other.id, texts: { card: '# Other' } })
  expect((await built(other.id)).failure?.code).toBe('VERSION_EXISTS')
})

test('provenance is kept half typed, named where it is wrong, and part of the version', async () => {
  const { id } = await begin({ id: 'acme.traced' })
  const training = { hyperparameters: { epochs: 12, optimizer: 'adam' }, dataHash: 'sha256:abc' }
  const evaluation = { overall: { custom: { auc: 'high' } } }
  const wrong = await outpost.client.drafts.update({ id, descriptor: { training, evaluation } })
  expect(wrong.descriptor).toMatchObject({ training, evaluation })
  const errors = wrong.problemList.filter(({ level }) => level === 'error')
  expect(errors.map(({ step, field }) => [step, field])).toEqual([
    ['card', 'training.dataHash'],
    ['card', 'evaluation.overall.custom.auc'],
  ])
  expect(errors.map(({ message }) => message)).toEqual([
    expect.stringContaining('The digest of the training data must be sha256:'),
    'The metric "auc" must be a number.',
  ])
  const descriptor = {
    training: { ...training, dataHash: `sha256:${'a'.repeat(64)}`, trainedAt: '2026-05-01T00:00:00Z' },
    evaluation: { overall: { custom: { auc: 0.93 } } },
    libraries: { numpy: '2.1.0' },
    deploymentTargets: ['cpu', 'cuda'],
  }
  await outpost.client.drafts.update({ id, descriptor })
  expect((await built(id)).failure).toBeNull()
  const version = await outpost.client.models.version({ model: 'acme.traced', version: '1.0.0' })
  expect(version.descriptor).toMatchObject(descriptor)
})

test('a draft that is thrown away is gone, also while files arrive', async () => {
  const { id } = await begin({ id: 'acme.gone' })
  const adding = add(id, { 'a.txt': 'x' }).catch((error: { code: string }) => error.code)
  await outpost.client.drafts.remove({ id })
  await adding
  expect(await refusalOf(outpost.client.drafts.get({ id }))).toBe('DRAFT_NOT_FOUND')
  await expect
    .poll(async () => (await readdir(join(outpost.dataDirectory, 'drafts'))).includes(id))
    .toBe(false)
  expect(await readdir(join(outpost.dataDirectory, 'runtime', 'staging'))).toEqual([])
})

test('pictures in folders named by their labels are the suite of a model that reads pictures', async () => {
  const { drafts } = outpost.client
  const image = { kind: 'image', tensor: 'x', width: 2, height: 2, channels: 'L', layout: 'flat' }
  const { id } = await begin({ id: 'acme.pictures', inputs: [image] })
  await drafts.update({
    id,
    descriptor: { outputs: [{ kind: 'classes', tensor: 'scores' }] },
    texts: { labels: 'cat\ndog\nowl\n' },
  })
  const png = await sharp({ create: { width: 2, height: 2, channels: 3, background: '#888' } })
    .png()
    .toBuffer()
  const paths = ['photos/cat/1.png', 'photos/cat/2.png', 'photos/dog/1.png', 'photos/other/1.png']
  const handles = await Promise.all(
    paths.map(async (path) => ({ handle: await handOver(outpost, path.split('/').at(-1) ?? '', png), path })),
  )
  await drafts.addFiles({ id, handles })
  const tested = await outpost.ended((await drafts.test({ id })).jobId)
  expect(tested.failure).toBeNull()
  expect((await drafts.get({ id })).report).toMatchObject({ verdict: 'passed', measured: { cases: 3 } })
  // What they measured may be stated without asking them again; another figure may not.
  const state = (accuracy: number) =>
    drafts.update({ id, descriptor: { evaluation: { overall: { accuracy } } }, texts: {} })
  expect((await state(0.6667)).report).toMatchObject({ verdict: 'passed' })
  expect((await state(0.6)).report).toBeNull()
  expect((await built(id)).failure).toBeNull()
  const { examples } = await outpost.client.models.version({ model: 'acme.pictures', version: '1.0.0' })
  expect(examples.map(({ id: name, label }) => [name, label])).toEqual([
    ['photos/cat/1.png', 'cat'],
    ['photos/cat/2.png', 'cat'],
    ['photos/dog/1.png', 'dog'], // which the model takes for a cat
  ])
})
