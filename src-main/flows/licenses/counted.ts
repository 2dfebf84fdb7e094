/** What the quota ledger counted: as serving told last, or as the ledger's file stands while serving does not run. */
import { existsSync } from 'node:fs'
import type { QuotaUsage } from '../../metering/quota/types.ts'
import { readQuotaDatabase } from '../../store/open.ts'
import { type QuotaTotals, quotaAccounts, quotaPeriods } from '../../store/tables/quota.ts'
import type { NodeContext } from '../node-context.ts'

type Counted = Pick<QuotaUsage, 'account' | 'period' | 'counted' | 'forfeited'>

export const countedOn = (node: NodeContext, account: string, period: string): Counted | null =>
  node.quotas.find(account, period) ??
  stored(node).find((one) => one.account === account && one.period === period) ??
  null

function stored(node: NodeContext): Counted[] {
  if (!existsSync(node.paths.quotaDatabase)) return []
  const db = readQuotaDatabase(node.paths.root)
  try {
    return [...quotaAccounts(db), ...quotaPeriods(db)].map(asCounted)
  } finally {
    db.close()
  }
}

const asCounted = ({ account, period, settled, forfeited }: QuotaTotals): Counted => ({
  account,
  period,
  counted: settled,
  forfeited,
})
