/** The wizard's drafts: files go in and out all or none, what is typed meanwhile stays, and what is built is what was seen. */
import { execFile } from 'node:child_process'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pack } from '../../../src-main/package/archive/pack.ts'
import { readSource } from '../../../src-main/package/archive/read-source.ts'
import { asOwner, described, handOver, refusalOf, told } from '../../support/handed-over.ts'
import { linearModel } from '../../support/served-models.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { startWholeNode, type WholeNode } from '../../support/whole-node.ts'

let outpost: WholeNode
beforeAll(async () => {
  outpost = await startWholeNode({ serving: null })
  await outpost.client.publishers.rename({ name: 'acme' })
})
afterAll(() => outpost[Symbol.asyncDispose]())

const onnx = linearModel(4, 3)
const filesOf = async (id: string) =>
  (await readdir(join(outpost.dataDirectory, 'drafts', id)).catch(() => [])).toSorted()
const begin = async (descriptor: Record<string, unknown> = {}) => {
  const { id } = await outpost.client.drafts.create({
    handles: [await handOver(outpost, 'model.onnx', onnx)],
  })
  return outpost.client.drafts.update({
    id,
    descriptor: { ...described, title: 'Linear', version: '1.0.0', ...descriptor },
  })
}
const add = async (id: string, files: Record<string, string | Uint8Array>, kind?: 'document') =>
  outpost.client.drafts.addFiles({
    id,
    handles: await Promise.all(Object.entries(files).map(([name, bytes]) => handOver(outpost, name, bytes))),
    ...(kind ? { kind } : {}),
  })
const built = async (id: string) => outpost.ended((await outpost.client.drafts.build({ id })).jobId)

test('a file that cannot be read as a model leaves the one that can, and nothing of its company', async () => {
  const { id } = await begin({ id: 'acme.kept' })
  const before = await outpost.client.drafts.get({ id })
  expect(await refusalOf(add(id, { 'notes.txt': 'x', 'model.onnx': 'no model' }))).toBe('ONNX_INVALID')
  expect(await outpost.client.drafts.get({ id })).toEqual(before)
  expect(await filesOf(id)).toEqual(['model.onnx'])
  expect(await readFile(join(outpost.dataDirectory, 'drafts', id, 'model.onnx'))).toEqual(onnx)
  expect((await built(id)).failure).toBeNull()
})

test('files of a folder come under their paths, each as what it is said to be', async () => {
  const take = async (path: string, kind?: 'dataset') => {
    const handle = await handOver(outpost, path.split('/').at(-1) ?? '', path === 'model.onnx' ? onnx : path)
    return { handle, path, ...(kind ? { kind } : {}) }
  }
  const { drafts } = outpost.client
  const { id } = await drafts.create({ handles: [await take('model.onnx'), await take('CARD.md')] })
  const draft = await drafts.addFiles({
    id,
    handles: [
      await take('pictures/1.png'),
      await take('tables/rows', 'dataset'),
      await handOver(outpost, 'notes.txt', 'n'),
    ],
  })
  expect(draft.texts.card).toBe('CARD.md')
  expect(Object.fromEntries(draft.files.map(({ path, kind }) => [path, kind]))).toEqual({
    'model.onnx': 'weight',
    'pictures/1.png': 'dataset',
    'tables/rows': 'dataset',
    'notes.txt': 'document',
  })
  expect(await refusalOf(drafts.addFiles({ id, handles: [await take('../out.png')] }))).toBe('PACKAGE_PATH')
})

test('a suite in a folder of its own is the suite of the package', async () => {
  const { id } = await begin({ id: 'acme.suited' })
  const line = { id: 'one', inputs: { x: [1, 2, 3, 4] }, expected: {} }
  const handle = await handOver(outpost, 'cases.jsonl', JSON.stringify(line))
  const { files } = await outpost.client.drafts.addFiles({
    id,
    handles: [{ handle, path: 'suite/cases.jsonl' }],
  })
  expect(files).toContainEqual(expect.objectContaining({ path: 'suite/cases.jsonl', kind: 'dataset' }))
  expect((await built(id)).failure).toBeNull()
  const { descriptor } = await outpost.client.models.version({ model: 'acme.suited', version: '1.0.0' })
  expect(descriptor).toMatchObject({ suite: 'suite/cases.jsonl', data: [] })
})

test('what is typed while files arrive is kept, and files that arrive at once all arrive', async () => {
  const { id } = await begin({ id: 'acme.busy' })
  const adding = Array.from({ length: 6 }, (_, at) => add(id, { [`notes-${at}.txt`]: `${at}` }))
  const typed = outpost.client.drafts.update({
    id,
    texts: { card: '# Typed meanwhile' },
    descriptor: { tags: ['typed'] },
  })
  await Promise.all([...adding, typed])
  const draft = await outpost.client.drafts.get({ id })
  expect(draft.texts.card).toBe('# Typed meanwhile')
  expect(draft.descriptor.tags).toEqual(['typed'])
  expect(draft.files.map(({ path }) => path).toSorted()).toEqual([
    'model.onnx',
    ...Array.from({ length: 6 }, (_, at) => `notes-${at}.txt`),
  ])
  expect(await filesOf(id)).toEqual(draft.files.map(({ path }) => path).toSorted())
})

test('a file under the name of a text is that text, whatever it is called to be; other texts can be files', async () => {
  const { id } = await begin({ id: 'acme.texts' })
  await add(id, { 'CARD.md': '# As a file', 'README.md': '# Readme' }, 'document')
  const draft = await outpost.client.drafts.update({ id, texts: { card: '# As typed' } })
  expect(draft.files.map(({ path }) => path).toSorted()).toEqual(['README.md', 'model.onnx'])
  expect(await readFile(join(outpost.dataDirectory, 'drafts', id, 'README.md'), 'utf8')).toBe('# Readme')
  expect((await built(id)).failure).toBeNull()
  const version = await outpost.client.models.version({ model: 'acme.texts', version: '1.0.0' })
  expect(version.card).toBe('# As typed')
})

test.each([
  ['a list', '[]', 'DESCRIPTOR_INVALID'],
  ['a string', '"x"', 'DESCRIPTOR_INVALID'],
  ['null', 'null', 'DESCRIPTOR_INVALID'],
  ['__proto__', '{"__proto__":{"id":"acme.x"}}', 'DESCRIPTOR_INVALID'],
  ['a depth of 10 000', `{"id":${'['.repeat(10_000)}${']'.repeat(10_000)}}`, 'DESCRIPTOR_INVALID'],
  ['10 MB', `{"summary":"${'x'.repeat(10_000_000)}"}`, 'PACKAGE_LIMIT'],
])('an outpost.json that is %s is refused and leaves the draft alone', async (_name, text, code) => {
  const { id } = await begin({ id: 'acme.hostile' })
  const before = await outpost.client.drafts.get({ id })
  expect(await refusalOf(add(id, { 'outpost.json': text }))).toBe(code)
  expect(await outpost.client.drafts.get({ id })).toEqual(before)
})

test('an outpost.json of the strangest kind is shown with its problems, and no command is made of it', async () => {
  const { id } = await begin()
  const strange = {
    id: 'a.b; rm -rf $HOME',
    version: '`reboot`',
    inputs: 'none',
    outputs: [null, 7],
    change: null,
    license: 3,
    training: [],
  }
  const draft = await add(id, { 'outpost.json': JSON.stringify(strange) })
  expect(draft.problemList.length).toBeGreaterThan(3)
  expect(draft.command).toBeNull()
  const job = await built(id)
  expect(job.failure).toMatchObject({ code: 'DESCRIPTOR_INVALID', hint: expect.any(String) })
})

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

test('labels and a suite become part of the version, and go again', async () => {
  const { id } = await begin({ id: 'acme.classes', outputs: [{ tensor: 'scores', kind: 'classes' }] })
  const line = JSON.stringify({
    id: 'one',
    inputs: { x: { name: 'x', datatype: 'FP32', shape: [1, 4], data: [1, 2, 3, 4] } },
    expected: { label: 'b' },
  })
  const draft = await add(id, { 'labels.txt': 'a\nb\nc\n', 'suite.jsonl': `${line}\n` })
  expect(draft.texts.labels).toBe('a\nb\nc\n')
  const without = await outpost.client.drafts.removeFile({ id, path: 'suite.jsonl' })
  expect(without.problemList.some(({ field, level }) => field === 'suite' && level === 'hint')).toBe(true)
  expect(await refusalOf(outpost.client.drafts.removeFile({ id, path: '../../node.db' }))).toBe('NOT_FOUND')
  expect((await built(id)).failure).toBeNull()
  expect((await outpost.client.models.version({ model: 'acme.classes', version: '1.0.0' })).labels).toEqual({
    scores: ['a', 'b', 'c'],
  })
})

test.each([
  ['labels.txt', 'a\nb\nc\n'],
  ['labels.json', '["a","b","c"]'],
  ['labels.json', '{"2":"c","0":"a","1":"b"}'],
])('as many labels as the output has numbers make it scores over classes: %s %s', async (name, text) => {
  const { id } = await begin({ id: 'acme.labelled', outputs: [{ tensor: 'scores', kind: 'tensor' }] })
  const draft = await add(id, { [name]: text })
  expect(draft.texts.labels).toBe('a\nb\nc\n')
  expect(draft.descriptor.outputs).toEqual([{ tensor: 'scores', kind: 'classes' }])
  // What is chosen by hand afterwards stays, whatever else is added.
  const outputs = [{ tensor: 'scores', kind: 'tensor' }]
  await outpost.client.drafts.update({ id, descriptor: { outputs } })
  expect((await add(id, { 'notes.txt': 'x' })).descriptor.outputs).toEqual(outputs)
})

test('labels of another number leave the output as it is, and a labels.json that is no list is refused', async () => {
  const outputs = [{ tensor: 'scores', kind: 'tensor' }]
  const { id } = await begin({ id: 'acme.unlabelled', outputs })
  expect((await add(id, { 'labels.txt': 'a\nb\n' })).descriptor.outputs).toEqual(outputs)
  expect(await refusalOf(add(id, { 'labels.json': '{"a":1}' }))).toBe('DESCRIPTOR_INVALID')
  expect(await refusalOf(add(id, { 'labels.json': '{"1":"a","2":"b"}' }))).toBe('DESCRIPTOR_INVALID')
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
  expect((await built(id)).failure).toBeNull()
  const { examples } = await outpost.client.models.version({ model: 'acme.pictures', version: '1.0.0' })
  expect(examples.map(({ id: name, label }) => [name, label])).toEqual([
    ['photos/cat/1.png', 'cat'],
    ['photos/cat/2.png', 'cat'],
    ['photos/dog/1.png', 'dog'], // which the model takes for a cat
  ])
})

describe('a draft that begins from a version', () => {
  const lineage = [{ model: 'other.base', version: '2.0.0', relation: 'fine-tuned' }]
  const card = '# Card\n\n## Intended use\n\nTrials.\n'

  test('takes over its words, labels and lineage, and what is the new one’s to say is empty', async () => {
    const { drafts } = outpost.client
    const { id } = await begin({
      id: 'acme.parent',
      lineage,
      outputs: [{ kind: 'classes', tensor: 'scores' }],
      change: { type: 'minor', releaseNotes: 'First.', improvements: ['All.'], apiVersion: 'v1' },
      training: { dataSource: 'Trials', hyperparameters: { epochs: 3 } },
      evaluation: { overall: { accuracy: 0.5 } },
    })
    const texts = { card, license: 'Ours.', migrationGuide: 'None.', labels: 'cat\ndog\nowl\n' }
    await drafts.update({ id, texts })
    expect((await built(id)).failure).toBeNull()

    const draft = await drafts.create({ handles: [], basedOn: 'acme.parent' })
    expect(draft).toMatchObject({
      texts: { card, license: 'Ours.', migrationGuide: '', labels: 'cat\ndog\nowl' },
      origins: { labels: { from: 'version', version: '1.0.0' } },
      descriptor: {
        ...{ id: 'acme.parent', version: '1.1.0', title: 'Linear', lineage },
        change: { type: 'minor', releaseNotes: '' },
        training: { hyperparameters: { epochs: 3 } },
      },
    })
    expect(draft.descriptor).not.toHaveProperty('evaluation')
    expect(draft.descriptor).not.toHaveProperty('training.dataSource')
    // It says nothing of the new weights until a person has looked.
    const told = draft.problemList.find(({ field }) => field === 'lineage')
    expect(told).toMatchObject({ level: 'hint', step: 'card' })
    expect(told?.message).toContain('fine-tuned from other.base 2.0.0')
    const other = await drafts.update({ id: draft.id, descriptor: { lineage: null } })
    expect(other.problemList.filter(({ field }) => field === 'lineage')).toEqual([])
    // A file or a hand that brings labels is told from what was taken over.
    const brought = await add(draft.id, { 'labels.txt': 'cat\ndog\nowl' })
    expect(brought.origins.labels).toEqual({ from: 'file', path: 'labels.txt' })
    const typed = await drafts.update({ id: draft.id, texts: { license: 'Ours still.' } })
    expect(typed.origins).toMatchObject({ card: { from: 'version', version: '1.0.0' } })
    expect(typed.origins).not.toHaveProperty('license')

    await add(draft.id, { 'model.onnx': onnx })
    await drafts.update({ id: draft.id, descriptor: { change: { type: 'minor', releaseNotes: 'More.' } } })
    expect((await built(draft.id)).failure).toBeNull()
    const detail = await outpost.client.models.version({ model: 'acme.parent', version: '1.1.0' })
    expect(detail.descriptor.lineage).toBeUndefined()
    expect(detail.labels).toEqual({ scores: ['cat', 'dog', 'owl'] })
  })

  test('may begin from any version of it, under the next number of all', async () => {
    const { drafts } = outpost.client
    expect((await drafts.bases({ search: 'parent' })).rows).toEqual([{ id: 'acme.parent', title: 'Linear' }])
    expect(await drafts.create({ handles: [], basedOn: 'acme.parent@1.0.0' })).toMatchObject({
      descriptor: { version: '1.2.0', lineage },
    })
    expect(await refusalOf(drafts.create({ handles: [], basedOn: 'acme.parent@9.0.0' }))).toBe(
      'VERSION_NOT_FOUND',
    )
    expect(await refusalOf(drafts.create({ handles: [], basedOn: 'acme.nothing' }))).toBe('MODEL_NOT_FOUND')
  })
})
