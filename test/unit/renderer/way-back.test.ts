/** What "roll back" of the page says is what the node does: it ends what is under way first. */
import { expect, test } from 'vitest'
import { wayBack } from '../../../src-renderer/pages/deployments/way-back.ts'

const of = (
  ...targets: [version: string, role: 'primary' | 'candidate' | 'shadow' | 'previous', weight: number][]
) =>
  wayBack({
    endpoint: 'acme.risk',
    version: '1.0.0',
    targets: targets.map(([version, role, weight]) => ({ version, role, weight })),
  })

test.each([
  ['a canary is taken out', of(['1.0.0', 'primary', 9500], ['1.1.0', 'candidate', 500]), 'Take out 1.1.0'],
  [
    'also one with all requests',
    of(['1.0.0', 'primary', 0], ['1.1.0', 'candidate', 10_000]),
    'Take out 1.1.0',
  ],
  ['a shadow too', of(['1.0.0', 'primary', 10_000], ['1.1.0', 'shadow', 0]), 'Take out 1.1.0'],
  [
    'what stands by comes back',
    of(['1.0.0', 'primary', 10_000], ['0.9.0', 'candidate', 0]),
    'Roll back to 0.9.0',
  ],
  [
    'what was before, first',
    of(['1.0.0', 'primary', 10_000], ['0.8.0', 'previous', 0]),
    'Roll back to 0.8.0',
  ],
])('%s', (_what, { action }, expected) => expect(action).toBe(expected))
