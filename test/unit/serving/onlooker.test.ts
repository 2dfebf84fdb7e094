/** A fault of what only watches stays its own. */
import { expect, test } from 'vitest'
import { createOnlooker } from '../../../src-main/serving/watching/onlooker.ts'

test('what throws gives what stands for nothing, and is told of once a minute', () => {
  const told: unknown[] = []
  const clock = { now: 0 }
  const unharmed = createOnlooker(
    (error) => told.push(error),
    () => clock.now,
  )
  const half = unharmed((value: number): number | null => {
    if (value % 2 === 1) throw new Error(`odd: ${value}`)
    return value / 2
  }, null)
  expect([2, 1, 4, 3].map((value) => half(value))).toEqual([1, null, 2, null])
  expect(told).toMatchObject([{ message: 'odd: 1' }])
  clock.now = 60_000
  half(5)
  expect(told).toMatchObject([{ message: 'odd: 1' }, { message: 'odd: 5' }])
})
