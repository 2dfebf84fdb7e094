/** A scikit-learn classifier without any file beside it: what it is stands in its inputs and outputs. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { describeOnnx } from '../../../src-main/package/onnx/describe-onnx.ts'
import { elementType, onnxModel, type ValueInput } from '../../support/onnx-writer.ts'
import { test } from '../../support/package-folder.ts'

const rows: ValueInput = { name: 'X', shape: ['n', 4] }
const label: ValueInput = { name: 'label', type: elementType.string, shape: ['n'] }
const probabilities: ValueInput = { name: 'probabilities', shape: ['n', 3] }
const numbered = { ...label, name: 'output_label', type: elementType.int64 }
const oldScores = { ...probabilities, name: 'output_probability' }

async function described(folder: string, inputs: ValueInput[], outputs: ValueInput[]) {
  const path = join(folder, 'iris.onnx')
  await writeFile(path, onnxModel({ nodes: [{ operator: 'Identity' }], inputs, outputs }))
  const { descriptor } = await describeOnnx(path)
  return { task: descriptor.task, kinds: descriptor.outputs.map(({ tensor, kind }) => `${tensor} ${kind}`) }
}

test('its labels as text or as numbers, its probabilities as classes', async ({ folder }) => {
  expect(await described(folder, [rows], [label, probabilities])).toEqual({
    task: 'tabular-classification',
    kinds: ['label tensor', 'probabilities classes'],
  })
  expect(await described(folder, [rows], [numbered, oldScores])).toEqual({
    task: 'tabular-classification',
    kinds: ['output_label tensor', 'output_probability classes'],
  })
})

describe('what only looks like one is described by its tensors', () => {
  test.for<[string, ValueInput[], ValueInput[]]>([
    ['text goes in', [{ ...rows, type: elementType.string }], [label, probabilities]],
    ['a picture goes in', [{ name: 'X', shape: ['n', 1, 8, 8] }], [label, probabilities]],
    ['two inputs', [rows, { ...rows, name: 'Z' }], [label, probabilities]],
    ['no label comes out', [rows], [{ ...label, name: 'names' }, probabilities]],
    ['no probabilities come out', [rows], [label, { ...probabilities, type: elementType.int64 }]],
  ])('%s', async ([_name, inputs, outputs], { folder }) => {
    const { task, kinds } = await described(folder, inputs, outputs)
    expect(task).toBe('other')
    expect(kinds.every((kind) => kind.endsWith(' tensor'))).toBe(true)
  })
})
