/** What a client asked for again and again is one row of the last refusals. */
import { expect, test } from 'vitest'
import type { RefusalSeen } from '../../../src-main/contract/license/views.ts'
import { groupRefusals } from '../../../src-renderer/pages/licenses/refusal-groups.ts'

const refusal = (minute: number, change: Partial<RefusalSeen> = {}): RefusalSeen => ({
  at: new Date(Date.UTC(2026, 0, 1, 10, minute)).toISOString(),
  of: 'call',
  lid: null,
  code: 'LIC_NONE',
  model: 'acme.cells',
  version: '1.0.0',
  requestId: `${minute}`,
  message: 'No license.',
  ...change,
})

test('the same refusals are one with their number and the newest of them', () => {
  const groups = groupRefusals([refusal(1), refusal(5, { code: 'QUOTA_EXCEEDED' }), refusal(9), refusal(3)])
  expect(groups.map(({ last, times }) => [last.code, last.requestId, times])).toEqual([
    ['LIC_NONE', '9', 3],
    ['QUOTA_EXCEEDED', '5', 1],
  ])
})

test('another version, another message and another operation stand alone', () => {
  const others = [{ version: '1.1.0' }, { message: 'Another.' }, { of: 'export' }] as const
  expect(groupRefusals([refusal(0), ...others.map((change) => refusal(1, change))])).toHaveLength(4)
  expect(groupRefusals([])).toEqual([])
})
