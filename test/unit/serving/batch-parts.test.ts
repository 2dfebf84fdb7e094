/** What tells the many requests under one Idempotency-Key apart. */
import { expect, test } from 'vitest'
import { createBatchParts } from '../../../src-main/serving/infer/batch-parts.ts'

const bytes = (value: number) => Uint8Array.of(value)

test('equal ones are told apart by their order, and others by their body alone', () => {
  const partOf = createBatchParts()
  const order = [1, 2, 1, 1, 2].map((value) => partOf(bytes(value)).equalBefore)
  expect(order).toEqual([0, 0, 1, 2, 1])
})

test('however many there are, so many different ones are remembered at least', () => {
  const partOf = createBatchParts(4)
  const first = partOf(bytes(1)).equalBefore
  for (const value of [2, 3, 4, 5]) partOf(bytes(value))
  expect([first, partOf(bytes(1)).equalBefore]).toEqual([0, 1])
  for (const value of [10, 11, 12, 13, 14, 15, 16, 17, 18]) partOf(bytes(value))
  expect(partOf(bytes(1)).equalBefore).toBe(0)
})
