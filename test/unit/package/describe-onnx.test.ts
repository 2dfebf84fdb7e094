/** From a bare ONNX file to a package: defaults that hold, and what lies beside the file under a usual name. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import { openPackage } from '../../../src-main/package/archive/open-package.ts'
import { pack } from '../../../src-main/package/archive/pack.ts'
import { describeOnnx } from '../../../src-main/package/onnx/describe-onnx.ts'
import { addModel, floats } from '../../support/onnx-writer.ts'
import { refusal, test } from '../../support/package-folder.ts'

test('a file alone gets an id, a card with every section, and packs', async ({ folder }) => {
  const path = join(folder, 'My Model (v2).onnx')
  await writeFile(path, addModel())
  const source = await describeOnnx(path, { publisher: 'acme' })
  expect(source.descriptor).toMatchObject({
    id: 'acme.my-model-v2',
    version: '1.0.0',
    title: 'My Model (v2)',
    framework: { name: 'test' },
    inputs: [{ kind: 'tensor', tensor: 'x' }],
    outputs: [{ kind: 'tensor', tensor: 'y' }],
    card: 'CARD.md',
  })
  await pack(source, { output: join(folder, 'p.outpost') })
  expect((await openPackage(join(folder, 'p.outpost'))).files.map(({ path: name }) => name)).toEqual([
    'My Model (v2).onnx',
    'outpost.json',
    'CARD.md',
  ])
})

test('labels, card, license, suite and external data beside the file are taken along', async ({ folder }) => {
  const external = { initializers: [{ name: 'w', dims: [4], external: { location: 'iris.bin' } }] }
  await writeFile(join(folder, 'iris.onnx'), addModel(4, external))
  await writeFile(join(folder, 'iris.bin'), floats(1, 2, 3, 4))
  await writeFile(join(folder, 'iris.labels.txt'), 'a\nb\nc\nd\n')
  await writeFile(join(folder, 'README.md'), '# Iris\n')
  await writeFile(join(folder, 'LICENSE'), 'Free.\n')
  await writeFile(join(folder, 'iris.suite.jsonl'), '')
  const { descriptor, files } = await describeOnnx(join(folder, 'iris.onnx'), {
    id: 'acme.iris',
    version: '2.1.0',
  })
  expect(descriptor).toMatchObject({
    id: 'acme.iris',
    version: '2.1.0',
    task: 'tabular-classification',
    model: { file: 'iris.onnx', externalData: ['iris.bin'] },
    outputs: [{ kind: 'classes', tensor: 'y', labelsFile: 'iris.labels.txt' }],
    license: { file: 'LICENSE' },
    card: 'README.md',
    suite: 'iris.suite.jsonl',
  })
  expect(files.map(({ path }) => path)).toEqual([
    'iris.bin',
    'iris.onnx',
    'outpost.json',
    'iris.labels.txt',
    'LICENSE',
    'README.md',
    'iris.suite.jsonl',
  ])
})

test('an export of sentence-transformers is a model of embeddings', async ({ folder }) => {
  const outputs = [
    { name: 'token_embeddings', shape: ['batch', 'tokens', 4] },
    { name: 'sentence_embedding', shape: ['batch', 4] },
  ]
  await writeFile(join(folder, 'minilm.onnx'), addModel(4, { outputs }))
  const { descriptor } = await describeOnnx(join(folder, 'minilm.onnx'))
  expect(descriptor).toMatchObject({
    task: 'embedding',
    outputs: [{ kind: 'embedding', tensor: 'sentence_embedding', pooling: 'none', normalize: false }],
  })
})

test('what is no model, or has a name that no package carries, is refused', async ({ folder }) => {
  await writeFile(join(folder, 'model.onnx'), 'not a model')
  await writeFile(join(folder, 'aux.onnx'), addModel())
  expect(await refusal(() => describeOnnx(join(folder, 'model.onnx')))).toBe('ONNX_INVALID')
  expect(await refusal(() => describeOnnx(join(folder, 'aux.onnx')))).toBe('PACKAGE_PATH')
  expect(await refusal(() => describeOnnx(join(folder, 'absent.onnx')))).toBe('ONNX_INVALID')
})

test('weights that are not beside the model are named, and so is the model', async ({ folder }) => {
  const path = join(folder, 'iris.onnx')
  const external = { initializers: [{ name: 'w', dims: [4], external: { location: 'iris.bin' } }] }
  await writeFile(path, addModel(4, external))
  await expect(describeOnnx(path)).rejects.toMatchObject({
    code: 'ONNX_EXTERNAL_DATA',
    message: expect.stringMatching(/"iris\.onnx".*"iris\.bin"/),
  })
})
