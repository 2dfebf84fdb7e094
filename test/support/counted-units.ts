/** Tells control how many units of a license were used this month, as serving tells it of what it counted. */
import { periodAt } from '../../src-main/metering/quota/period.ts'
import type { WholeNode } from './whole-node.ts'

export function countUnits(outpost: WholeNode, lid: string, counted: number): void {
  const rest = { ceiling: null, remaining: null, forfeited: 0, givenBack: 0, shortfall: 0 }
  const accounts = [{ account: lid, period: periodAt(Date.now()), counted, ...rest }]
  outpost.node.context.quotas.take({ accounts, refusals: [], ledger: null })
}
