/** Files of a draft: what each becomes by its name and its place, at once or one after another, and what is refused. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addToDraft, beginDraft, builtDraft, draftModel } from '../../support/drafts.ts'
import { handOver, refusalOf } from '../../support/handed-over.ts'
import { startWholeNode, type WholeNode } from '../../support/whole-node.ts'

let outpost: WholeNode
beforeAll(async () => {
  outpost = await startWholeNode({ serving: null })
  await outpost.client.publishers.rename({ name: 'acme' })
})
afterAll(() => outpost[Symbol.asyncDispose]())

const filesOf = async (id: string) =>
  (await readdir(join(outpost.dataDirectory, 'drafts', id)).catch(() => [])).toSorted()
const begin = (descriptor?: Record<string, unknown>) => beginDraft(outpost, descriptor)
const add = (id: string, files: Record<string, string | Uint8Array>, kind?: 'document') =>
  addToDraft(outpost, id, files, kind)
const built = (id: string) => builtDraft(outpost, id)

test('a file that cannot be read as a model leaves the one that can, and nothing of its company', async () => {
  const { id } = await begin({ id: 'acme.kept' })
  const before = await outpost.client.drafts.get({ id })
  expect(await refusalOf(add(id, { 'notes.txt': 'x', 'model.onnx': 'no model' }))).toBe('ONNX_INVALID')
  expect(await outpost.client.drafts.get({ id })).toEqual(before)
  expect(await filesOf(id)).toEqual(['model.onnx'])
  expect(await readFile(join(outpost.dataDirectory, 'drafts', id, 'model.onnx'))).toEqual(draftModel)
  expect((await built(id)).failure).toBeNull()
})

test('files of a folder come under their paths, each as what it is said to be', async () => {
  const take = async (path: string, kind?: 'dataset') => {
    const handle = await handOver(
      outpost,
      path.split('/').at(-1) ?? '',
      path === 'model.onnx' ? draftModel : path,
    )
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
