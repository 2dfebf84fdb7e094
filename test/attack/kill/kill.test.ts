/** The short form of the kill campaign; `npm run test:kill` is the whole. */
import { expect, test } from 'vitest'
import { runKillCampaign } from './kill-campaign.ts'

test('43: killed twelve times at random and at named points, nothing is admitted beyond the quota', async () => {
  const counts = await runKillCampaign(12, 43)
  expect(counts.problems).toEqual([])
  expect(counts).toMatchObject({ kills: 12, overAdmissions: 0 })
})
