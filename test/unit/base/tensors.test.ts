import { expect, test } from 'vitest'
import {
  concatenate,
  emptyData,
  ownMemory,
  shortLivedData,
  split,
  type Tensor,
  transferable,
} from '../../../src-main/base/tensors.ts'

const floats = (data: Float32Array, shape: number[]): Tensor => ({ name: 'x', datatype: 'FP32', shape, data })

test('small inputs lie beside each other, aligned, all zero, and none in the memory of another', () => {
  const bytes = shortLivedData('UINT8', 3) as Uint8Array
  bytes.fill(255)
  const doubles = shortLivedData('FP64', 100) as Float64Array
  expect(doubles.buffer).toBe(bytes.buffer)
  expect(doubles.every((value) => value === 0)).toBe(true)
  for (let at = 0; at < 1000; at++) {
    const next = shortLivedData('INT64', 200) as BigInt64Array
    expect(next[0]).toBe(0n)
    next.fill(7n)
  }
  expect([...bytes]).toEqual([255, 255, 255])
  expect(doubles.every((value) => value === 0)).toBe(true)
  expect((shortLivedData('FP32', 100_000) as Float32Array).byteOffset).toBe(0)
})

test('what is posted goes with its own memory alone', () => {
  const shared = floats(shortLivedData('FP32', 4) as Float32Array, [4])
  const own = ownMemory(shared)
  expect(transferable([shared])).toEqual([])
  expect(transferable([own])).toHaveLength(1)
  expect(own.data).toEqual(shared.data)
  const whole = floats(emptyData('FP32', 4) as Float32Array, [4])
  expect(ownMemory(whole)).toBe(whole)
})

test('rows that were put together come apart again', () => {
  const parts = [floats(Float32Array.of(1, 2), [1, 2]), floats(Float32Array.of(3, 4, 5, 6), [2, 2])]
  const pieces = split(concatenate(parts), [1, 2])
  expect(pieces).toEqual(parts)
  const texts: Tensor = { name: 't', datatype: 'BYTES', shape: [2], data: ['a', 'b'] }
  expect(split(texts, [1, 1]).map(({ data }) => data)).toEqual([['a'], ['b']])
})
