/** What is said of a version that takes or gives other tensors than the one before it. */
import { expect, test } from 'vitest'
import { interfaceDifferences } from '../../../src-renderer/pages/deployments/interface-differences.ts'

const image = { name: 'image', datatype: 'FP32' as const, shape: [-1, 1, 28, 28] }
const scores = { name: 'scores', datatype: 'FP32' as const, shape: [-1, 10] }

test('the same tensors in another order are no difference', () => {
  const now = { inputs: [image, scores], outputs: [scores] }
  expect(interfaceDifferences(now, { inputs: [scores, image], outputs: [scores] })).toEqual([])
})

test('other names, types and shapes are named', () => {
  const pixels = { ...image, name: 'pixels' }
  const next = { inputs: [pixels], outputs: [{ ...scores, shape: [-1, 12] }] }
  expect(interfaceDifferences({ inputs: [image], outputs: [scores] }, next)).toEqual([
    'no input image',
    'input pixels (FP32 any × 1 × 28 × 28) is new',
    'output scores is FP32 any × 12 instead of FP32 any × 10',
  ])
})
