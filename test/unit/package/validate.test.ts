/** The ladder of checks, with ONNX Runtime on small models: which rung fails for what, and what a report tells. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { validationReport } from '../../../src-main/contract/validation.ts'
import { pack } from '../../../src-main/package/archive/pack.ts'
import { readSource } from '../../../src-main/package/archive/read-source.ts'
import { rungNames } from '../../../src-main/package/checks/ladder.ts'
import { validate } from '../../../src-main/package/checks/validate.ts'
import { engineRunner } from '../../support/engine-runner.ts'
import { addModel, elementType, onnxModel } from '../../support/onnx-writer.ts'
import { test, writeSource } from '../../support/package-folder.ts'
import { failure, processing, type Source, validated, withModel } from '../../support/validated.ts'

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
