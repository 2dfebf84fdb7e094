/** The list of problems beside a draft: it begins with the cause and speaks of fields; what was built is no draft any more. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { described, handOver } from '../../support/handed-over.ts'
import { bytesField, elementType, intField, onnxModel, valueInfo } from '../../support/onnx-writer.ts'
import { externalModel, linearModel } from '../../support/served-models.ts'
import { startWholeNode, type WholeNode } from '../../support/whole-node.ts'

let outpost: WholeNode
beforeAll(async () => {
  outpost = await startWholeNode({ serving: null })
  await outpost.client.publishers.rename({ name: 'acme' })
})
afterAll(() => outpost[Symbol.asyncDispose]())

async function draftOf(files: Record<string, Uint8Array>) {
  const handles: string[] = []
  for (const [name, bytes] of Object.entries(files)) handles.push(await handOver(outpost, name, bytes))
  return outpost.client.drafts.create({ handles })
}

let linear: string
beforeEach(async () => {
  linear = (await draftOf({ 'model.onnx': linearModel(4, 3) })).id
})

const errorsOf = ({ problemList }: Awaited<ReturnType<typeof draftOf>>) =>
  problemList.filter(({ level }) => level === 'error').map(({ message }) => message)

test('weights that are missing are the first problem, and the rest is filled in all the same', async () => {
  const { model, weights } = externalModel()
  const draft = await draftOf({ 'model.onnx': model })
  expect(errorsOf(draft)).toEqual(['The weights file weights.bin is missing: add it.'])
  expect(draft.problemList[0]).toMatchObject({ step: 'source', field: 'model' })
  expect(draft.descriptor).toMatchObject({ title: 'model', outputs: [{ tensor: 'scores' }] })
  const handles = [await handOver(outpost, 'weights.bin', weights)]
  expect(errorsOf(await outpost.client.drafts.addFiles({ id: draft.id, handles }))).toEqual([])
})

test('weights in a file of any name are weights, as the graph says', async () => {
  const external = { location: 'MatMul_7', offset: '0', length: '16' }
  const onnx = onnxModel({
    nodes: [{ operator: 'MatMul', inputs: ['x', 'w'], outputs: ['y'] }],
    initializers: [{ name: 'w', dims: [4, 1], external }],
    inputs: [{ name: 'x', shape: ['n', 4] }],
    outputs: [{ name: 'y', shape: ['n', 1] }],
  })
  const draft = await draftOf({ 'model.onnx': onnx, MatMul_7: Buffer.alloc(16) })
  expect(errorsOf(draft)).toEqual([])
  expect(draft.files.find(({ path }) => path === 'MatMul_7')?.kind).toBe('weight')
})

test('a field that is missing or wrong is named in words', async () => {
  const draft = await outpost.client.drafts.update({
    id: linear,
    descriptor: {
      id: '',
      version: 'one',
      task: 'magic',
      owner: null,
      license: {},
      tags: ['Ünfit'],
      inputs: [
        {
          kind: 'image',
          tensor: 'x',
          width: 0,
          height: 'tall',
          channels: 'L',
          layout: 'flat',
          scale: null,
          depth: 1,
        },
      ],
    },
  })
  expect(errorsOf(draft)).toEqual([
    'The id is missing.',
    'The version must be a semantic version such as 1.2.0 or 1.2.0+data.7.',
    'The task must be one of image-classification, object-detection, tabular-classification, tabular-regression, text-classification, embedding, other.',
    'The tag 1 must be of lower case letters, digits and dashes.',
    'The owner is missing.',
    'The license is missing.',
    'The width of input 1 is less than 1.',
    'The height of input 1 must be a number.',
    'The scale of input 1 must be a number.',
    'The input 1 has no field "depth".',
  ])
})

test('a graph that gives maps cannot be built, and the way out is said', async () => {
  const map = (inner: Buffer) =>
    bytesField(
      4,
      bytesField(
        1,
        Buffer.concat([bytesField(5, Buffer.concat([intField(1, elementType.int64), bytesField(2, inner)]))]),
      ),
    )
  const onnx = onnxModel({
    nodes: [{ operator: 'Identity', inputs: ['x'], outputs: ['y'] }],
    inputs: [{ name: 'x', shape: ['n', 4] }],
    outputs: [{ name: 'y', shape: ['n', 4] }, valueInfo({ name: 'output_probability' }, map)],
  })
  const [error, ...more] = errorsOf(await draftOf({ 'model.onnx': onnx }))
  expect(error).toMatch(/^"output_probability" is .*map.*zipmap=False/)
  expect(more).toEqual([])
})

test('classes without labels are a warning', async () => {
  const draft = await outpost.client.drafts.update({
    id: linear,
    descriptor: { outputs: [{ kind: 'classes', tensor: 'scores' }] },
  })
  expect(draft.problemList).toContainEqual({
    level: 'warning',
    step: 'schema',
    field: 'outputs.0',
    message: 'The classes of "scores" have no labels: answers give their numbers.',
  })
  const labelled = await outpost.client.drafts.update({ id: linear, texts: { labels: 'a\nb\nc\n' } })
  expect(labelled.problemList.filter(({ field }) => field === 'outputs.0')).toEqual([])
  const wrong = await outpost.client.drafts.update({ id: linear, texts: { labels: 'a\nb\n' } })
  expect(errorsOf(wrong)).toEqual(['The output "scores" gives 3 classes and has 2 labels.'])
})

test('what was built is a version and no draft; all that is wrong with the next number is one problem', async () => {
  const descriptor = { ...described, id: 'acme.linear', version: '1.0.0' }
  await outpost.client.drafts.update({ id: linear, descriptor })
  const { jobId } = await outpost.client.drafts.build({ id: linear })
  expect(await outpost.ended(jobId)).toMatchObject({
    state: 'done',
    output: { model: 'acme.linear', version: '1.0.0' },
  })
  expect((await outpost.client.drafts.list({})).rows.map(({ id }) => id)).not.toContain(linear)
  await expect(outpost.client.drafts.get({ id: linear })).rejects.toMatchObject({ code: 'DRAFT_NOT_FOUND' })

  const next = await draftOf({ 'model.onnx': linearModel(5, 2) })
  const change = { type: 'minor', releaseNotes: 'More.', breakingChanges: ['Other input.'], apiVersion: 'v2' }
  const draft = await outpost.client.drafts.update({
    id: next.id,
    descriptor: { ...descriptor, version: '1.1.0', change },
  })
  const [only, ...more] = errorsOf(draft)
  expect(more).toEqual([])
  expect(only).toMatch(
    /^Call it 2\.0\.0, a major version, or keep .*Breaking changes.*Another API.*"x".*"scores"/,
  )
})

test('what is wrong with a license is said of it, whatever else is wrong', async () => {
  const { drafts } = outpost.client
  const ofLicense = async (descriptor: Record<string, unknown>) =>
    (await drafts.update({ id: linear, descriptor })).problemList
      .filter(({ step }) => step === 'license')
      .map(({ level, field, message }) => `${level} ${field}: ${message}`)
  const empty = 'warning license: The license text is empty.'
  expect(await ofLicense({ license: { spdx: 'FooBar' } })).toEqual([
    empty,
    'warning license.spdx: "FooBar" is not on the list of SPDX licenses: write LicenseRef-FooBar, with its text.',
  ])
  expect(await ofLicense({ license: { spdx: 'see file' } })).toEqual([
    empty,
    'error license.spdx: "see file" is no SPDX license expression. Write for example Apache-2.0, or LicenseRef- and a name of your own.',
  ])
  const wrongElsewhere = {
    license: { spdx: 'MIT' },
    version: 'one',
    change: { type: 'minor', releaseNotes: '' },
  }
  expect(await ofLicense(wrongElsewhere)).toEqual([empty])
  const { problemList } = await drafts.get({ id: linear })
  expect(problemList.map(({ field }) => field)).toEqual(
    expect.arrayContaining(['version', 'change.releaseNotes', 'suite', 'evaluation']),
  )
})
