/** A version has the colour of its line in the charts wherever the page of its endpoint names it. */
import { expect, test } from 'vitest'
import { extended } from '../../../src-renderer/pages/deployments/figures-history.ts'
import { seriesOf } from '../../../src-renderer/pages/deployments/series.ts'

const target = (version: string, role: 'primary' | 'candidate' | 'previous') => ({
  version,
  digest: `sha256:${'0'.repeat(64)}`,
  role,
  weight: 0,
  state: 'ready' as const,
  failure: null,
  executionProvider: { requested: 'auto', used: 'cpu', reason: null },
  bytesLoaded: 1,
  countedSince: null,
  requestsTotal: 0,
  failuresTotal: 0,
  refusalsTotal: 0,
  queueLength: 0,
  latencyMsP50: null,
  latencyMsP95: null,
  latencyMsP99: null,
  batches: { requests: 0, rows: 0 },
  shadow: null,
  quality: null,
})

test('a version that answered before takes no colour from the candidate behind it', () => {
  const targets = [target('1.1.0', 'primary'), target('1.0.0', 'previous'), target('1.2.0', 'candidate')]
  const lines = extended([], { targets }, 1).map(({ version }) => version)
  expect(lines).toEqual(['1.1.0', '1.2.0'])
  expect(lines.map((version) => seriesOf(targets, version))).toEqual([0, 1])
  expect(seriesOf(targets, '1.0.0')).toBeNull()
})
