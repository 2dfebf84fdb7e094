/** What the quota ledger counted: as serving told last, or as the ledger's file stands while serving does not run. */
import { existsSync } from 'node:fs'
import { z } from 'zod'
import type { LicensingTold } from '../../contract/processes.ts'
import type { QuotaUsage } from '../../metering/quota/types.ts'
import { readQuotaDatabase } from '../../store/open.ts'
import { type QuotaTotals, quotaAccounts, quotaPeriods } from '../../store/tables/quota.ts'
import { getSetting, setSetting } from '../../store/tables/settings.ts'
import type { NodeContext } from '../node-context.ts'

/** Stands in node.db once something was counted: a folder without the ledger's files has then lost them. */
export const countedSetting = 'quota-counted'

type Counted = Pick<QuotaUsage, 'account' | 'period' | 'counted' | 'forfeited'>

export const countedOn = (node: NodeContext, account: string, period: string): Counted | null =>
  node.quotas.find(account, period) ??
  stored(node).find((one) => one.account === account && one.period === period) ??
  null

/** Of all accounts and months, as serving told last before as its file says. */
export const countedAll = (node: NodeContext): Counted[] =>
  stored(node).map((one) => node.quotas.find(one.account, one.period) ?? one)

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

/** Kept apart from the ledger, whose files may be lost together: from then on a folder without them is no first start. */
export function noteCounted(node: NodeContext, { accounts }: Pick<LicensingTold, 'accounts'>): void {
  if (accounts.length === 0 || getSetting(node.db, countedSetting, z.boolean())) return
  setSetting(node.db, countedSetting, true)
}
