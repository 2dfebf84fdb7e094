/** The receipt of a call says what was counted, and why nothing was. */
import { expect, test } from 'vitest'
import { countedInWords } from '../../../src-renderer/pages/requests/counted.ts'

const call = { code: null, units: 3, credits: 0, period: '2026-11' }

test('what is counted is told with its month and its credits', () => {
  expect(countedInWords(call)).toMatch(/^3\sunits of November\s2026$/)
  expect(countedInWords({ ...call, units: 1, credits: 20, period: null })).toMatch(/^1\sunit, 20\scredits$/)
})

test('what is sent again under its key says why nothing was counted', () => {
  expect(countedInWords({ ...call, units: 0 })).toBe(
    'nothing, an earlier request under the same Idempotency-Key was counted',
  )
})

test('what is refused counts nothing', () => {
  expect(countedInWords({ ...call, units: 0, code: 'QUOTA_EXCEEDED' })).toBe('nothing')
})
