/** Which accounts of the quota ledger stand for a license, and what is left on them. */
import type { LicensePayload } from '../../contract/license/documents.ts'
import type { QuotaUsage } from '../../contract/license/views.ts'
import { periodAt, periodEnd } from '../../metering/quota/period.ts'
import type { QuotaAccount } from '../../metering/quota/types.ts'
import type { NodeContext } from '../node-context.ts'
import type { IssuerNotes } from './issuer-notes.ts'

/** Units of a month: the license's own, and what was bought for this month. Null: without a limit. */
export function monthAccount(notes: IssuerNotes, license: LicensePayload, month: string): QuotaAccount {
  const { lid, terms } = license
  const { max } = terms.quota
  if (max === null) return { id: lid, period: month, limit: null }
  const bought = notes
    .tranches(license)
    .filter((grants) => grants.kind === 'quota' && grants.month === month)
    .reduce((sum, { amount }) => sum + amount, 0)
  return { id: lid, period: month, limit: max + bought }
}

export const isPrepaid = ({ terms: { price } }: LicensePayload): boolean =>
  'prepaid' in price && price.prepaid

/** The balance of what is paid beforehand; null where nothing is. */
export function creditAccount(notes: IssuerNotes, license: LicensePayload): QuotaAccount | null {
  if (!isPrepaid(license)) return null
  const limit = notes
    .tranches(license)
    .filter(({ kind }) => kind === 'credits')
    .reduce((sum, { amount }) => sum + amount, 0)
  return { id: `${license.lid}:credits`, period: '', limit }
}

const dayMs = 86_400_000

/** As serving told last; what it counts now may be a second further. */
export function quotaUsageOf(node: NodeContext, license: LicensePayload): QuotaUsage {
  const now = node.licensing.now() * 1000
  const month = periodAt(now)
  const account = monthAccount(node.licensing.book.notes(), license, month)
  const counted = node.quotas.find(license.lid, month)
  const used = counted?.counted ?? 0
  const credits = creditAccount(node.licensing.book.notes(), license)
  const balance = node.quotas.find(`${license.lid}:credits`, '')
  const spent = balance ? balance.counted + balance.shortfall : 0
  return {
    month,
    used,
    limit: account.limit,
    forfeited: counted?.forfeited ?? 0,
    resetsAt: new Date(periodEnd(month)).toISOString(),
    exhaustedAt: exhaustion(used, account.limit, now, month),
    creditsLeft: credits && Math.max(0, (credits.limit ?? 0) - spent),
  }
}

/** If it goes on as in this month so far; of less than an hour nothing is said. */
function exhaustion(used: number, limit: number | null, now: number, month: string): string | null {
  if (limit === null || used === 0) return null
  const end = periodEnd(month)
  const begin = Date.UTC(new Date(now).getUTCFullYear(), new Date(now).getUTCMonth())
  const passed = now - begin
  if (used >= limit) return new Date(now).toISOString()
  if (passed < dayMs / 24) return null
  const at = now + ((limit - used) / used) * passed
  return at < end ? new Date(at).toISOString() : null
}
