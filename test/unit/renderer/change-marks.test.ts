/** Marks of what changed stand where it did, and only in the time that the charts show. */
import { expect, test } from 'vitest'
import type { TransitionRow } from '../../../src-main/contract/traffic.ts'
import { marksOf } from '../../../src-renderer/pages/deployments/change-marks.ts'

const change = (changes: Partial<TransitionRow>): TransitionRow => ({
  id: 'one',
  endpoint: 'digits',
  model: 'acme.digits',
  strategy: 'replace',
  from: '1.0.0',
  to: '1.1.0+data',
  status: 'complete',
  weight: 10_000,
  reason: null,
  actor: 'owner',
  startedAt: '1970-01-01T00:00:20.000Z',
  endedAt: '1970-01-01T00:00:30.000Z',
  ...changes,
})
const sample = { at: 10, rate: 1, errors: 0, p50: 1, p95: 1, p99: 1, batch: 1, queue: 0 }
const history = [{ samples: [sample] }]

test.each([
  [{}, [[30, '1.1.0 deployed']]],
  [{ strategy: 'canary', status: 'partial', endedAt: null }, [[20, 'Canary of 1.1.0 begun']]],
  [
    { strategy: 'canary', status: 'rolled_back' },
    [
      [20, 'Canary of 1.1.0 begun'],
      [30, '1.1.0 rolled back'],
    ],
  ],
  [
    { strategy: 'blue-green' },
    [
      [20, 'Blue-green of 1.1.0 begun'],
      [30, '1.1.0 answers all'],
    ],
  ],
  [{ startedAt: '1970-01-01T00:00:01.000Z', endedAt: '1970-01-01T00:00:02.000Z' }, []],
] as [Partial<TransitionRow>, [number, string][]][])('%j', (changes, marks) => {
  expect(marksOf([change(changes)], history).map(({ at, words }) => [at, words])).toEqual(marks)
})

test('nothing is marked before anything is drawn', () => {
  expect(marksOf([change({})], [])).toEqual([])
})
