/** What the playground shows as an example of a tensor can be sent as it stands. */
import { expect, test } from 'vitest'
import type { TensorSpec } from '../../../src-main/contract/tensor.ts'
import { rawTensor } from '../../../src-main/processing/plain-inputs.ts'
import { tensorTemplate } from '../../../src-renderer/pages/playground/tensor-template.ts'

const spec = (shape: number[], datatype: TensorSpec['datatype'] = 'FP32'): TensorSpec => ({
  name: 'x',
  datatype,
  shape,
})

test.each([
  spec([1, 10]),
  spec([-1, 10]),
  spec([-1]),
  spec([]),
  spec([1, 3, 4, 5]),
  spec([-1, 9], 'BYTES'),
  spec([2, 6], 'BOOL'),
  spec([1, 12], 'INT64'),
  spec([1, 10], 'FP16'),
])('$datatype of $shape', (given) => {
  const { text } = tensorTemplate(given)
  const tensor = rawTensor(given, JSON.parse(text))
  expect(tensor.shape).toEqual(given.shape.map((size) => Math.abs(size)))
})

test('a tensor that is too large to be read says so, and is no JSON that could be sent by mistake', () => {
  const { text, isWhole } = tensorTemplate(spec([1, 3, 224, 224]))
  expect(isWhole).toBe(false)
  expect(text.length).toBeLessThan(300)
  expect(text).toContain('150528')
  expect(() => JSON.parse(text)).toThrow(SyntaxError)
})
