/** What of tensors is compared: fields by their names, labels, pictures by their moments, texts by their length. */
import { expect, test } from 'vitest'
import type { Tensor } from '../../../src-main/base/tensors.ts'
import type { ProcessingPlan } from '../../../src-main/serving/hosting/processing-port.ts'
import { featuresOf, takeRow } from '../../../src-main/serving/watching/drift-features.ts'

const plan = (changes: Partial<ProcessingPlan>): ProcessingPlan => ({
  inputs: [],
  outputs: [],
  inputSpecs: [],
  outputSpecs: [],
  labels: {},
  ...changes,
})

function valuesOf(made: ProcessingPlan, side: 'input' | 'output', tensor: Tensor, row: number, rows: number) {
  const features = featuresOf(made)
  const values = new Float64Array(features.length).fill(Number.NaN)
  takeRow(features, side, [tensor], () => ({ row, rows }), values)
  return Object.fromEntries(features.map(({ name }, at) => [name, values[at]]))
}

test('a row of fields is told field by field, of each row of the batch', () => {
  const fields = [{ name: 'radius', title: 'Mean radius' }, { name: 'area' }]
  const made = plan({
    inputs: [{ kind: 'fields', tensor: 'x', fields }],
    inputSpecs: [{ name: 'x', datatype: 'FP32', shape: [-1, 2] }],
  })
  const tensor: Tensor = { name: 'x', datatype: 'FP32', shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) }
  expect(valuesOf(made, 'input', tensor, 1, 2)).toEqual({ 'Mean radius': 3, area: 4 })
})

test('scores of classes become the label and its score', () => {
  const made = plan({
    outputs: [{ kind: 'classes', tensor: 'p', activation: 'none', topK: 5 }],
    outputSpecs: [{ name: 'p', datatype: 'FP32', shape: [-1, 3] }],
    labels: { p: ['cat', 'dog', 'cow'] },
  })
  const tensor: Tensor = {
    name: 'p',
    datatype: 'FP32',
    shape: [1, 3],
    data: Float32Array.of(0.25, 0.5, 0.25),
  }
  expect(valuesOf(made, 'output', tensor, 0, 1)).toEqual({ label: 1, score: 0.5 })
  expect(featuresOf(made)[0]?.word(1)).toBe('dog')
})

test('a picture is told by its mean and deviation, a text by its length, a whole number as a category', () => {
  const picture = plan({ inputSpecs: [{ name: 'i', datatype: 'FP32', shape: [-1, 1, 8, 8] }] })
  const data = Float32Array.from({ length: 64 }, (_, at) => at % 2)
  const tensor: Tensor = { name: 'i', datatype: 'FP32', shape: [1, 1, 8, 8], data }
  expect(valuesOf(picture, 'input', tensor, 0, 1)).toEqual({ mean: 0.5, deviation: 0.5 })

  const text = plan({ inputSpecs: [{ name: 't', datatype: 'BYTES', shape: [-1] }] })
  const words: Tensor = { name: 't', datatype: 'BYTES', shape: [2], data: ['a', 'four'] }
  expect(valuesOf(text, 'input', words, 1, 2)).toEqual({ characters: 4 })

  const number = plan({ outputSpecs: [{ name: 'n', datatype: 'INT64', shape: [-1] }] })
  expect(featuresOf(number)).toMatchObject([{ kind: 'category', name: 'value' }])
})
