/** Figures of the page's charts: counts become rates, a process that began anew shows no fall, memory stays bounded. */
import { expect, test } from 'vitest'
import {
  extended,
  isMeasured,
  type VersionHistory,
} from '../../../src-renderer/pages/deployments/figures-history.ts'

const target = (requestsTotal: number, rows = 0) => ({
  version: '1.0.0',
  digest: `sha256:${'0'.repeat(64)}`,
  role: 'primary' as const,
  weight: 10_000,
  state: 'ready' as const,
  failure: null,
  executionProvider: { requested: 'auto', used: 'cpu', reason: null },
  bytesLoaded: 1,
  countedSince: null,
  requestsTotal,
  failuresTotal: 0,
  refusalsTotal: 0,
  queueLength: 2,
  latencyMsP50: 1,
  latencyMsP95: 2,
  latencyMsP99: 3,
  batches: { requests: requestsTotal, rows },
  shadow: null,
  quality: null,
})
const after = (counts: number[]) =>
  counts.reduce<VersionHistory[]>(
    (history, count, at) => extended(history, { targets: [target(count)] }, at),
    [],
  )

test('counts become rates', () => {
  expect(after([10, 15, 15])[0]?.samples.map(({ rate }) => rate)).toEqual([null, 5, 0])
})

test('the size of batches is that of the last second alone, and none where nothing ran', () => {
  const history = [target(10, 10), target(14, 42), target(14, 42)].reduce<VersionHistory[]>(
    (known, one, at) => extended(known, { targets: [one] }, at),
    [],
  )
  expect(history[0]?.samples.map(({ batch }) => batch)).toEqual([null, 8, null])
})

test('a count that fell is a process that began anew', () => {
  expect(after([10, 3, 4])[0]?.samples.map(({ rate }) => rate)).toEqual([null, null, 1])
})

test('five minutes are kept, and nothing of a version that is gone', () => {
  const history = after(Array.from({ length: 400 }, (_, at) => at))
  expect(history[0]?.samples).toHaveLength(300)
  expect(extended(history, { targets: [] }, 401)).toEqual([])
})

test('a figure is measured once any version has a value of it', () => {
  const idle = { ...target(0), latencyMsP50: null }
  const before = extended([], { targets: [idle] }, 1)
  expect(isMeasured(before, 'p50')).toBe(false)
  expect(isMeasured(before, 'queue')).toBe(true)
  expect(
    isMeasured(extended(before, { targets: [idle, { ...target(1), version: '2.0.0' }] }, 2), 'p50'),
  ).toBe(true)
})
