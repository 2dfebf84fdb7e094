/** The ladder of checks, with ONNX Runtime on small models: which rung fails for what, and what a report tells. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import type { ValidationCheck } from '../../../src-main/contract/validation.ts'
import { validationReport } from '../../../src-main/contract/validation.ts'
import { rungNames } from '../../../src-main/package/ladder.ts'
import type { CaseProcessing } from '../../../src-main/package/model-runner.ts'
import { pack } from '../../../src-main/package/pack.ts'
import { readSource } from '../../../src-main/package/read-source.ts'
import { type ValidateOptions, type Validation, validate } from '../../../src-main/package/validate.ts'
import { engineRunner } from '../../support/engine-runner.ts'
import { addModel, elementType, floats, type ModelInput, onnxModel } from '../../support/onnx-writer.ts'
import { test, writeSource } from '../../support/package-folder.ts'

type Source = Parameters<typeof writeSource>

async function validated(
  folder: string,
  more: Source[1] = {},
  files: Source[2] = {},
  options: Partial<ValidateOptions> = {},
): Promise<Validation> {
  const source = await writeSource(join(folder, 's'), more, files)
  return await validate({ kind: 'folder', path: source }, { runner: engineRunner(folder), ...options })
}

const withModel = (more: Partial<ModelInput>) => ({ 'model.onnx': addModel(4, more) })
const failure = ({ report }: Validation): ValidationCheck | undefined =>
  report.checks.find(({ outcome }) => outcome === 'failed')

/** Takes the row of a case as it stands; right is the sum that the case expects. */
const processing = (): CaseProcessing => ({
  prepare: async (inputs) => [
    { name: 'x', datatype: 'FP32', shape: [1, 4], data: Float32Array.from(inputs.x as number[]) },
  ],
  judge: async (expected, outputs) => {
    const actual = String(outputs[0]?.data[0])
    return { right: actual === expected.label, message: `${actual} instead of ${expected.label}` }
  },
})

test('a good package climbs all rungs, each told in order, and the report fits its schema', async ({
  folder,
  signer,
}) => {
  const suite = [1, 2, 3].map((value) =>
    JSON.stringify({ id: `c${value}`, inputs: { x: [value, 0, 0, 0] }, expected: { label: String(value) } }),
  )
  const source = await writeSource(
    join(folder, 's'),
    { suite: 'suite.jsonl' },
    { 'suite.jsonl': suite.join('\n') },
  )
  const path = join(folder, 'p.outpost')
  await pack(await readSource(source), { output: path, signer })
  const told: string[] = []
  const scratch = join(folder, 'scratch')
  await mkdir(scratch)
  const { report, graph } = await validate(
    { kind: 'package', path, scratch },
    { runner: engineRunner(folder), processing, onCheck: ({ name }) => told.push(name) },
  )
  expect(
    report.checks
      .filter(({ outcome }) => outcome !== 'passed')
      .map(({ name, outcome }) => `${name} ${outcome}`),
  ).toEqual(['external-data skipped'])
  expect(told).toEqual(rungNames)
  expect(validationReport.parse(report)).toMatchObject({
    verdict: 'passed',
    batchSafe: true,
    measured: { cases: 3, accuracy: 1 },
  })
  expect(report.latencyMs?.runs).toBeGreaterThan(0)
  expect(report.memory?.peakBytes).toBeGreaterThanOrEqual(report.memory?.loadedBytes ?? 0)
  expect(graph?.parameterCount).toBe(4)
})

describe('a rung fails for', () => {
  const cases: Record<string, { rung: string; more?: Source[1]; files?: Source[2] }> = {
    'a description that is none': { rung: 'descriptor', files: { 'outpost.json': '{}' } },
    'a path out of the folder': { rung: 'paths', more: { documents: ['../secret'] } },
    'a major version without a guide': {
      rung: 'documents',
      more: { version: '2.0.0', change: { type: 'major', releaseNotes: '' } },
    },
    'breaking changes without a guide': {
      rung: 'documents',
      more: { change: { type: 'minor', releaseNotes: '', breakingChanges: ['x'] } },
    },
    'an empty card': { rung: 'documents', files: { 'CARD.md': ' \n' } },
    'a license that is no expression': { rung: 'documents', more: { license: { spdx: 'free (as in beer' } } },
    'text instead of a model': { rung: 'graph', files: { 'model.onnx': 'not a model' } },
    'a cut-off model': { rung: 'graph', files: { 'model.onnx': addModel().subarray(0, 60) } },
    'external data outside': {
      rung: 'external-data',
      files: withModel({ initializers: [{ name: 'w', dims: [4], external: { location: '../w' } }] }),
    },
    'a newer operator set': { rung: 'opsets', files: withModel({ opset: 99 }) },
    'a newer file format': { rung: 'opsets', files: withModel({ irVersion: 99 }) },
    'an operator older than its kernel': { rung: 'operators', files: withModel({ opset: 6 }) },
    'an operator that does not exist': {
      rung: 'operators',
      files: withModel({ nodes: [{ operator: 'Foo', inputs: ['x'], outputs: ['y'] }] }),
    },
    'an operator of a library': {
      rung: 'operators',
      files: withModel({
        nodes: [{ operator: 'Foo', domain: 'acme', inputs: ['x'], outputs: ['y'] }],
        opsets: { acme: 1 },
      }),
    },
    'an operator of a set that is not imported': {
      rung: 'operators',
      files: {
        'model.onnx': onnxModel({
          opset: 1,
          opsets: { '': 0 },
          nodes: [{ operator: 'Add' }],
          outputs: [{ name: 'y' }],
        }),
      },
    },
    'a gradient': {
      rung: 'operators',
      files: withModel({
        nodes: [{ operator: 'Gradient', domain: 'ai.onnx.preview.training', inputs: ['x'], outputs: ['y'] }],
        opsets: { 'ai.onnx.preview.training': 1 },
      }),
    },
    'bfloat16 at the door': {
      rung: 'datatypes',
      files: withModel({ inputs: [{ name: 'x', shape: ['n', 4], type: elementType.bfloat16 }] }),
    },
    'an input that the model has not': {
      rung: 'interface',
      more: { inputs: [{ kind: 'tensor', tensor: 'z' }] },
    },
    'fields that are too few': {
      rung: 'interface',
      more: { inputs: [{ kind: 'fields', tensor: 'x', fields: [{ name: 'a' }] }] },
    },
    'text for numbers': { rung: 'interface', more: { inputs: [{ kind: 'text', tensor: 'x' }] } },
    'a picture of another size': {
      rung: 'interface',
      more: { inputs: [{ kind: 'image', tensor: 'x', width: 3, height: 3, channels: 'L', layout: 'flat' }] },
    },
    'labels that are too few': {
      rung: 'interface',
      more: { outputs: [{ kind: 'classes', tensor: 'y', labels: ['a'] }] },
    },
    'a label file that is too short': {
      rung: 'interface',
      more: { outputs: [{ kind: 'classes', tensor: 'y', labelsFile: 'l' }] },
      files: { l: 'a\nb\n' },
    },
    'sizes that do not fit each other': {
      rung: 'load',
      files: withModel({
        nodes: [{ operator: 'MatMul', inputs: ['x', 'w'], outputs: ['y'] }],
        initializers: [{ name: 'w', dims: [3, 3], raw: Buffer.alloc(36) }],
      }),
    },
  }
  for (const [what, { rung, more, files }] of Object.entries(cases)) {
    test(what, async ({ folder }) => {
      const result = await validated(folder, more, files)
      expect(failure(result)).toMatchObject({ name: rung })
      expect(result.report.verdict).toBe('failed')
      expect(result.report.checks.map(({ name }) => name).toSorted()).toEqual(rungNames.toSorted())
    })
  }

  test('a package whose byte was changed', async ({ folder, signer }) => {
    const path = join(folder, 'p.outpost')
    await pack(await readSource(await writeSource(join(folder, 's'))), { output: path, signer })
    const bytes = await readFile(path)
    bytes[bytes.indexOf('graph')] = 0x47
    await writeFile(path, bytes)
    expect(
      failure(await validate({ kind: 'package', path, scratch: folder }, { runner: engineRunner(folder) })),
    ).toMatchObject({ name: 'digests', details: { code: 'PACKAGE_DIGEST' } })
  })
})

describe('cases', () => {
  const suite = (...lines: unknown[]) => ({
    'suite.jsonl': lines.map((line) => JSON.stringify(line)).join('\n'),
  })
  const run = (folder: string, files: Record<string, string>, more: Source[1] = {}) =>
    validated(folder, { suite: 'suite.jsonl', ...more }, files, { processing })

  test('that fail to run name the case', async ({ folder }) => {
    const bad = await run(
      folder,
      suite(
        { id: 'good', inputs: { x: [1, 2, 3, 4] }, expected: {} },
        { id: 'short', inputs: { x: [1] }, expected: {} },
      ),
    )
    expect(failure(bad)).toMatchObject({ name: 'cases', details: { case: 'short' } })
  })
  test('that are wrong are measured, and warned of where the description claims better', async ({
    folder,
  }) => {
    const files = suite(
      { id: 'a', inputs: { x: [1, 0, 0, 0] }, expected: { label: '1' } },
      { id: 'b', inputs: { x: [1, 0, 0, 0] }, expected: { label: '2' } },
    )
    const { report } = await run(folder, files, { evaluation: { overall: { accuracy: 0.9 } } })
    expect(report.measured).toEqual({ cases: 2, accuracy: 0.5 })
    expect(report.checks.find(({ name }) => name === 'cases')).toMatchObject({ outcome: 'warned' })
  })
  test('that promise a tensor and give another fail', async ({ folder }) => {
    const tensors = [{ name: 'y', datatype: 'FP32', shape: [1, 4], data: [9, 9, 9, 9] }]
    expect(
      failure(
        await run(folder, suite({ id: 'a', inputs: { x: [1, 0, 0, 0] }, expected: { label: '9', tensors } })),
      ),
    ).toMatchObject({ name: 'cases' })
  })
  test('that are no cases name the line', async ({ folder }) => {
    const result = await run(folder, {
      'suite.jsonl': `${suite({ id: 'a', inputs: {}, expected: {} })['suite.jsonl']}\n{"id":1}`,
    })
    expect(failure(result)).toMatchObject({ name: 'cases', message: expect.stringContaining('Line 2') })
  })
})

describe('batching', () => {
  const io = (shape: (number | string)[]) => ({
    inputs: [{ name: 'x', shape: ['n', 4] }],
    outputs: [{ name: 'y', shape }],
  })
  const one = {
    ...io(['n', 4]),
    nodes: [{ operator: 'MatMul', inputs: ['x', 'w'], outputs: ['y'] }],
    initializers: [
      { name: 'w', dims: [4, 4], raw: floats(...Array.from({ length: 16 }, (_, at) => at / 7)) },
    ],
  }

  test('is proved for a model whose rows do not meet', async ({ folder }) => {
    const { report } = await validated(folder, {}, withModel(one))
    expect(report.batchSafe).toBe(true)
  })
  test('is denied where a row changes with its neighbours', async ({ folder }) => {
    const softmax = {
      ...io(['n', 4]),
      nodes: [{ operator: 'Softmax', inputs: ['x'], outputs: ['y'], attributes: [{ name: 'axis', int: 0 }] }],
      initializers: [],
    }
    const { report } = await validated(folder, {}, withModel(softmax))
    expect(report).toMatchObject({ verdict: 'passed', batchSafe: false })
    expect(report.checks.find(({ name }) => name === 'batch')?.message).toContain('one by one')
  })
  test('is denied where rows are joined into one', async ({ folder }) => {
    const sum = {
      ...io(['m', 4]),
      opset: 11,
      nodes: [
        { operator: 'ReduceMax', inputs: ['x'], outputs: ['y'], attributes: [{ name: 'keepdims', int: 1 }] },
      ],
      initializers: [],
    }
    expect((await validated(folder, {}, withModel(sum))).report.batchSafe).toBe(false)
  })
  test('is not asked of a model of one item', async ({ folder }) => {
    const fixed = { inputs: [{ name: 'x', shape: [1, 4] }], outputs: [{ name: 'y', shape: [1, 4] }] }
    const { report } = await validated(folder, {}, withModel(fixed))
    expect(report.batchSafe).toBe(false)
    expect(report.checks.find(({ name }) => name === 'batch')).toMatchObject({ outcome: 'skipped' })
  })
})
