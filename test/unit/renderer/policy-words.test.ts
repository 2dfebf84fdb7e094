/** What a policy says is taken out is what its rule can be about. */
import { expect, test } from 'vitest'
import { trafficPolicy } from '../../../src-main/contract/traffic.ts'
import { policyWords } from '../../../src-renderer/pages/deployments/policy-words.ts'

test.each([
  ['error-rate', 'A candidate or shadow'],
  ['quality', 'A candidate'],
  ['divergence', 'A shadow'],
] as const)('a rule on %s takes out %s', (metric, subject) => {
  const policy = trafficPolicy.parse({ rollback: [{ metric, threshold: 0.5 }] })
  expect(policyWords(policy).find((text) => text.includes('is taken out'))).toMatch(
    new RegExp(`^${subject} is taken out`),
  )
})
