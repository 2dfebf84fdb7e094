/** From tensors to what a consumer reads, as a package declares, and whether a case was answered rightly. */
import { expect, test } from 'vitest'
import type { Tensor } from '../../../src-main/base/tensors.ts'
import { activate, finishOutputs } from '../../../src-main/processing/finish-outputs.ts'
import { judgeCase } from '../../../src-main/processing/judge-case.ts'
import { plan } from '../../support/processing-plan.ts'

const y = (data: number[], shape: number[]): Tensor => ({
  name: 'y',
  datatype: 'FP32',
  shape,
  data: Float32Array.from(data),
})
const classes = plan([], [], [{ kind: 'classes', tensor: 'y', activation: 'softmax', topK: 2 }])

test('classes: the best with their labels, one record an item', () => {
  const records = finishOutputs(classes, [
    { outputs: [y([0, 1, 0, 5, 0, 0], [2, 3])], rows: [1, 1], masks: [] },
  ])
  expect(records).toMatchObject([
    {
      y: {
        top: [
          { label: 'dog', index: 1 },
          { label: 'cat', index: 0 },
        ],
      },
    },
    {
      y: {
        top: [
          { label: 'cat', index: 0 },
          { label: 'dog', index: 1 },
        ],
      },
    },
  ])
})

test('one score with two labels is that of the second, as its complement is of the first', () => {
  const binary = {
    ...plan([], [], [{ kind: 'classes', tensor: 'y', activation: 'sigmoid' }]),
    labels: { y: ['no', 'yes'] },
  }
  const records = finishOutputs(binary, [{ outputs: [y([100, -100], [2, 1])], rows: [1, 1], masks: [] }])
  expect(records).toEqual([
    {
      y: {
        top: [
          { label: 'yes', score: 1, index: 1 },
          { label: 'no', score: 0, index: 0 },
        ],
      },
    },
    {
      y: {
        top: [
          { label: 'no', score: 1, index: 0 },
          { label: 'yes', score: expect.closeTo(0), index: 1 },
        ],
      },
    },
  ])
})

test('a model that names its class itself is answered with that name', () => {
  const named: Tensor = { name: 'y', datatype: 'BYTES', shape: [2], data: ['spam', 'ham'] }
  const records = finishOutputs({ ...classes, labels: {} }, [{ outputs: [named], rows: [1, 1], masks: [] }])
  expect(records).toEqual([
    { y: { top: [{ label: 'spam', score: 1, index: 0 }] } },
    { y: { top: [{ label: 'ham', score: 1, index: 0 }] } },
  ])
  const expected = { label: 'ham', toleranceAbsolute: 0, toleranceRelative: 0 }
  const judged = judgeCase({ ...classes, labels: {} }, expected, [{ ...named, shape: [1], data: ['ham'] }])
  expect(judged).toMatchObject({ right: true })
})

test('softmax sums to one and does not overflow, sigmoid takes each alone', () => {
  expect(activate('softmax', [1000, 1000, -1000])).toEqual([0.5, 0.5, 0])
  expect(activate('sigmoid', [0, 100])).toEqual([0.5, 1])
})

test('tensors are cut by the rows of each item; those that do not follow the rows stay whole', () => {
  const raw = plan([])
  expect(finishOutputs(raw, [{ outputs: [y([1, 2, 3], [3, 1])], rows: [1, 2], masks: [] }])).toEqual([
    { y: { name: 'y', datatype: 'FP32', shape: [1, 1], data: [1] } },
    { y: { name: 'y', datatype: 'FP32', shape: [2, 1], data: [2, 3] } },
  ])
  expect(finishOutputs(raw, [{ outputs: [y([1], [1])], rows: [1, 1], masks: [] }])).toEqual([
    { y: { name: 'y', datatype: 'FP32', shape: [1], data: [1] } },
    {},
  ])
})

test('a case is judged by its label and by its tensors', () => {
  const outputs = [y([0, 9, 0], [1, 3])]
  expect(judgeCase(classes, { label: 'dog' }, outputs)).toMatchObject({ right: true })
  expect(judgeCase(classes, { label: 'fox' }, outputs)).toMatchObject({
    right: false,
    message: 'expected fox, got dog',
  })
  const tensor = (data: unknown[]) => ({
    tensors: [{ name: 'y', datatype: 'FP32' as const, shape: [1, 3], data }],
  })
  expect(judgeCase(classes, tensor([0, 9.0001, 0]), outputs).right).toBe(true)
  expect(judgeCase(classes, tensor([0, 9.1, 0]), outputs)).toMatchObject({
    right: false,
    message: '"y" has 9 at element 1, expected 9.100000381469727',
  })
  expect(judgeCase(classes, { ...tensor([0, 9.1, 0]), toleranceAbsolute: 0.2 }, outputs).right).toBe(true)
  expect(judgeCase(classes, tensor([0, 'NaN', 0]), outputs).right).toBe(false)
})
