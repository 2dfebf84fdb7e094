/** How large batches may be where answers have a time to keep to. */
import { expect, test } from 'vitest'
import { createBatchPace } from '../../../src-main/serving/hosting/batch-pace.ts'

test('a target for p99 makes batches smaller while they take more than half of it, and larger again', () => {
  const pace = createBatchPace(64, 10)
  for (let run = 0; run < 50; run++) pace.ran(pace.rowsMax(), pace.rowsMax(), pace.rowsMax() * 0.5)
  expect(pace.rowsMax()).toBeLessThanOrEqual(10)
  expect(pace.rowsMax()).toBeGreaterThan(4)
  for (let run = 0; run < 100; run++) pace.ran(pace.rowsMax(), pace.rowsMax(), pace.rowsMax() * 0.01)
  expect(pace.rowsMax()).toBe(64)
})
