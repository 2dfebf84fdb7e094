/** A tenth of the requests may be asked again, and a few that were saved up. */
import { expect, test } from 'vitest'
import { createRetryBudget } from '../../../src-main/serving/remote/retry-budget.ts'

test('each ten requests save up one retry, and no more than so many are kept', () => {
  const budget = createRetryBudget(0.1, 3)
  const takeAll = () => {
    let taken = 0
    while (budget.take()) taken += 1
    return taken
  }
  expect(takeAll()).toBe(1) // the first request may be asked again
  for (let at = 0; at < 9; at++) budget.request()
  expect(takeAll()).toBe(0)
  budget.request()
  expect(takeAll()).toBe(1)
  for (let at = 0; at < 1000; at++) budget.request()
  expect(takeAll()).toBe(3)
})
