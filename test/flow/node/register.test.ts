/** POST /models/register (R97): files that were handed over become a checked, signed version, or nothing at all. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { described, handOver, postJson, register, told } from '../../support/handed-over.ts'
import { linearModel } from '../../support/served-models.ts'
import { startWholeNode, type WholeNode } from '../../support/whole-node.ts'

let outpost: WholeNode
beforeAll(async () => {
  outpost = await startWholeNode({ serving: null })
  await outpost.client.publishers.rename({ name: 'acme' })
})
afterAll(() => outpost[Symbol.asyncDispose]())

const model_name = 'acme.linear'
const metadata = { descriptor: described }
const onnx = linearModel(4, 3)
const leftovers = async (): Promise<string[]> =>
  (
    await Promise.all(
      ['uploads', 'drafts', 'runtime/staging'].map((folder) => readdir(join(outpost.dataDirectory, folder))),
    )
  ).flat()

test('R97: the time that the call states is kept beside the time of the registration', async () => {
  const registration_timestamp = '2026-01-31T12:00:00Z'
  const before = new Date().toISOString()
  const call = { model_name: 'acme.dated', metadata }
  const stated = { ...call, version: '1.0.0', registration_timestamp }
  expect((await register(outpost, stated, { 'model.onnx': onnx })).status).toBe(201)
  const version = await outpost.client.models.version({ model: 'acme.dated', version: '1.0.0' })
  expect(version.claimedAt).toBe('2026-01-31T12:00:00.000Z')
  expect(version.registeredAt >= before).toBe(true)
  const files = { 'model.onnx': onnx, 'notes.txt': 'another' }
  expect((await register(outpost, { ...call, version: '1.1.0' }, files)).status).toBe(201)
  const other = await outpost.client.models.version({ model: 'acme.dated', version: '1.1.0' })
  expect(other.claimedAt).toBeNull()
  const noDay = { ...call, version: '1.2.0', artifacts: {}, registration_timestamp: '2026-02-30T12:00:00Z' }
  expect((await postJson(outpost, '/models/register', noDay)).status).toBe(400)
})

test('R85 R88 R97: the version carries what the call said, under the paths that the call named', async () => {
  const answer = await register(
    outpost,
    {
      model_name,
      version: '1.0.0',
      metadata: {
        version: '1.0.0',
        trainingDataHash: `sha256:${'a'.repeat(64)}`,
        dataVersion: 'data.7',
        hyperparameters: { rate: 0.1 },
        performanceMetrics: { accuracy: 0.9, customMetrics: { auc: 0.95 } },
        dependencies: { framework: 'scikit-learn', frameworkVersion: '1.9.1', libraries: { numpy: '2.4.6' } },
        deploymentTargets: ['cpu'],
        ...metadata,
      },
    },
    { 'weights/model.onnx': onnx, 'CARD.md': '# Linear', 'notes/read.txt': 'hello' },
  )
  expect(answer.status).toBe(201)
  expect(await answer.json()).toMatchObject({ model_id: model_name, version: '1.0.0+data.7' })
  const version = await outpost.client.models.version({ model: model_name, version: '1.0.0' })
  expect(version.descriptor).toMatchObject({
    dataVersion: 'data.7',
    training: { dataHash: `sha256:${'a'.repeat(64)}`, hyperparameters: { rate: 0.1 } },
    evaluation: { overall: { accuracy: 0.9, custom: { auc: 0.95 } } },
    framework: { name: 'scikit-learn', version: '1.9.1' },
    libraries: { numpy: '2.4.6' },
    model: { file: 'weights/model.onnx' },
    change: { type: 'major' },
  })
  expect(version.card).toBe('# Linear')
  expect(version.artifacts.map(({ path }) => path).sort()).toEqual(
    ['CARD.md', 'notes/read.txt', 'outpost.json', 'weights/model.onnx'].sort(),
  )
  expect(await leftovers()).toEqual([])
})

describe('a version that is there', () => {
  const again = (files: Record<string, Uint8Array | string>, more: Record<string, unknown> = {}) =>
    register(
      outpost,
      { model_name: 'acme.twice', version: '1.0.0', metadata: { ...metadata, ...more } },
      files,
    )
  const files = { 'model.onnx': onnx, 'CARD.md': '# Card' }

  test('the same bytes are the same version, other bytes or another data version are refused', async () => {
    expect(await told(again(files))).toBe('201')
    const entries = () =>
      outpost.node.context.db
        .prepare<[], { n: number }>(
          "select count(*) as n from audit_entries where action = 'version.register'",
        )
        .get()?.n
    const before = entries()
    expect(await told(again(files))).toBe('201')
    expect(entries()).toBe(before)
    expect(await told(again({ ...files, 'CARD.md': '# Another' }))).toBe('409 VERSION_EXISTS')
    expect(await told(again(files, { dataVersion: 'data.2' }))).toBe('409 VERSION_EXISTS')
    expect((await outpost.client.models.versions({ model: 'acme.twice' })).total).toBe(1)
  })

  test('two calls at once for one version: one registers it, the other hears the truth', async () => {
    const call = (card: string) =>
      told(
        register(
          outpost,
          { model_name: 'acme.race', version: '1.0.0', metadata },
          { 'model.onnx': onnx, 'CARD.md': card },
        ),
      )
    expect((await Promise.all([call('# One'), call('# Two')])).sort()).toEqual(['201', '409 VERSION_EXISTS'])
  })
})

describe('what is refused leaves nothing behind', () => {
  const good = { 'model.onnx': onnx, 'CARD.md': '# Card' }
  test.each<[string, Record<string, unknown>, Record<string, Uint8Array | string>, string]>([
    ['not an ONNX file', {}, { 'model.onnx': 'MZ, a program' }, '422 ONNX_INVALID'],
    ['truncated ONNX', {}, { 'model.onnx': onnx.subarray(0, onnx.byteLength - 40) }, '422 ONNX_INVALID'],
    ['no model at all', {}, { 'CARD.md': '# Card' }, '422 DESCRIPTOR_INVALID'],
    ['a name outside the grammar', { model_name: 'Acme' }, good, '400 BAD_REQUEST'],
    ['a version outside the grammar', { version: 'v1' }, good, '400 BAD_REQUEST'],
    [
      'another version in the metadata',
      { metadata: { ...metadata, version: '2.0.0' } },
      good,
      '400 BAD_REQUEST',
    ],
    ['an accuracy of 7', { metadata: { performanceMetrics: { accuracy: 7 } } }, good, '400 BAD_REQUEST'],
    ['a path that leaves the package', {}, { ...good, '../evil.txt': 'x' }, '422 PACKAGE_PATH'],
    ['an absolute path', {}, { ...good, '/etc/passwd': 'x' }, '422 PACKAGE_PATH'],
    [
      'two paths that are one on some systems',
      {},
      { ...good, 'a.txt': 'x', 'A.txt': 'y' },
      '422 PACKAGE_PATH',
    ],
    ['a file and a folder of one name', {}, { ...good, a: 'x', 'a/b': 'y' }, '422 PACKAGE_PATH'],
    ['a card of 10 MB', {}, { 'model.onnx': onnx, 'CARD.md': 'x'.repeat(10_000_000) }, '413 PACKAGE_LIMIT'],
    ['another publisher', { model_name: 'other.linear' }, good, '422 DESCRIPTOR_INVALID'],
    ['an outpost.json that is a list', {}, { ...good, 'outpost.json': '[1,2]' }, '422 DESCRIPTOR_INVALID'],
    [
      'an outpost.json with __proto__',
      {},
      { ...good, 'outpost.json': '{"__proto__":{"x":1}}' },
      '422 DESCRIPTOR_INVALID',
    ],
  ])('%s', async (_name, change, files, expected) => {
    const body = { model_name: 'acme.refused', version: '1.0.0', metadata, ...change }
    const before = await leftovers()
    expect(await told(register(outpost, body, files))).toBe(expected)
    const left = await leftovers()
    // What was handed over for a call that says nothing usable stays good for the next try.
    expect(left.length - before.length).toBe(expected.startsWith('400') ? Object.keys(files).length : 0)
    expect(
      await told(
        outpost.node.fetch(new Request('http://localhost/api/models/acme.refused'), { owner: true }),
      ),
    ).toBe('404 MODEL_NOT_FOUND')
  })

  test('a handle is good for one use, and all of them or none are used', async () => {
    const handle = await handOver(outpost, 'model.onnx', onnx)
    const body = (artifacts: Record<string, string>) => ({
      model_name: 'acme.handles',
      version: '1.0.0',
      metadata,
      artifacts,
    })
    const unknown = `file_${'x'.repeat(32)}`
    expect(
      await told(postJson(outpost, '/models/register', body({ 'model.onnx': handle, 'x.txt': unknown }))),
    ).toBe('404 HANDLE_INVALID')
    expect(
      await told(postJson(outpost, '/models/register', body({ 'a.onnx': handle, 'b.onnx': handle }))),
    ).toBe('404 HANDLE_INVALID')
    expect(await told(postJson(outpost, '/models/register', body({ 'model.onnx': handle })))).toBe('201')
    expect(await told(postJson(outpost, '/models/register', body({ 'model.onnx': handle })))).toBe(
      '404 HANDLE_INVALID',
    )
  })

  test('a major version without a guide is told what it lacks, and registers with one', async () => {
    const call = (version: string, files: Record<string, Uint8Array | string>) =>
      told(register(outpost, { model_name: 'acme.major', version, metadata }, files))
    expect(await call('1.0.0', good)).toBe('201')
    const other = { ...good, 'model.onnx': linearModel(5, 3) }
    expect(await call('1.0.1', other)).toBe('422 DESCRIPTOR_INVALID')
    expect(await call('2.0.0', other)).toBe('422 DESCRIPTOR_INVALID')
    expect(await call('2.0.0', { ...other, 'MIGRATION.md': 'Send five numbers.' })).toBe('201')
  })
})
