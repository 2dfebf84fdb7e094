/** Why a quota or a balance refuses, in the words of the license: the clause, what was found, and the way out. */
import { OutpostError } from '../../base/errors.ts'
import type { LicensePayload } from '../../contract/license/documents.ts'
import type { QuotaUsage } from '../../contract/license/views.ts'
import { grouped, priceInWords, quotaInWords } from '../../contract/license/words.ts'
import type { NodeContext } from '../node-context.ts'
import { countedOn } from './counted.ts'
import { quotaUsageOf } from './quota-accounts.ts'

const issuerOf = ({ iss, contact }: LicensePayload): string =>
  contact === '' ? `"${iss}"` : `"${iss}" (${contact})`

/** `limit` is that of the month, with what tranches added. */
function clauseOf({ terms }: LicensePayload, limit: number | null): string {
  const clause = quotaInWords(terms)
  const { max, onExceed } = terms.quota
  const bought = limit === null || max === null || onExceed !== 'deny' ? 0 : limit - max
  return bought > 0 ? `${clause} ${grouped(bought)} more were bought for this month.` : clause
}

const quotaRemedy = (license: LicensePayload, resetAt: string | null): string =>
  `The next month begins at ${resetAt}. For more before that, ask ${issuerOf(license)} for a larger license or for more requests of this month; they hold as soon as the file is imported.`

const creditsRemedy = (license: LicensePayload): string =>
  `Ask ${issuerOf(license)} for credits (a tranche for this machine), and import the file.`

export interface UsedUp {
  code: 'QUOTA_EXCEEDED' | 'CREDITS_INSUFFICIENT'
  clause: string
  evidence: string
  remedy: string
}

/** What a request would be told by a license that permits it; null where something is left. */
export function usedUpOf(license: LicensePayload, usage: QuotaUsage): UsedUp | null {
  const { quota, price } = license.terms
  const { used, limit, month, resetsAt, creditsLeft } = usage
  const overage = quota.onExceed === 'overage' ? (quota.overageMax ?? Number.POSITIVE_INFINITY) : 0
  if (limit !== null && used >= limit + overage)
    return {
      code: 'QUOTA_EXCEEDED',
      clause: clauseOf(license, limit),
      evidence: `${grouped(used)} of ${grouped(limit + overage)} ${quota.unit}s of ${month} are used.`,
      remedy: quotaRemedy(license, resetsAt),
    }
  const least = price.kind === 'per-request' ? price.creditsPerRequest : 1
  if (creditsLeft !== null && creditsLeft < least)
    return {
      code: 'CREDITS_INSUFFICIENT',
      clause: priceInWords(price),
      evidence: `${grouped(creditsLeft)} credits are left; a request costs at least ${grouped(least)}.`,
      remedy: creditsRemedy(license),
    }
  return null
}

/** How a license stands in this month, also while serving does not run. */
export function quotaStanding(
  node: NodeContext,
  license: LicensePayload,
): { usage: QuotaUsage; usedUp: UsedUp | null } {
  const told = quotaUsageOf(node, license)
  const used = countedOn(node, license.lid, told.month)?.counted ?? told.used
  const usage = { ...told, used }
  return { usage, usedUp: usedUpOf(license, usage) }
}

/** The refusal of the ledger, with the clause of the license and the way out. */
export function refusedInWords(refusal: OutpostError, license: LicensePayload): OutpostError {
  const { code, message, hint, details } = refusal
  const limit = typeof details?.limit === 'number' ? details.limit : null
  const clause =
    code === 'CREDITS_INSUFFICIENT' ? priceInWords(license.terms.price) : clauseOf(license, limit)
  const ofLicense = { license: license.lid, clause, evidence: message }
  if (code === 'QUOTA_EXCEEDED') {
    const resetAt = typeof details?.resetAt === 'string' ? details.resetAt : null
    const seconds = resetAt === null ? 0 : Math.max(1, Math.ceil((Date.parse(resetAt) - Date.now()) / 1000))
    const remedy = quotaRemedy(license, resetAt)
    return new OutpostError(code, `${message} The license says: ${clause}`, {
      hint: remedy,
      details: { ...details, ...ofLicense, remedy, retryAfterSeconds: seconds },
    })
  }
  if (code === 'CREDITS_INSUFFICIENT') {
    const remedy = creditsRemedy(license)
    return new OutpostError(code, `${message} The license says: ${clause}`, {
      hint: remedy,
      details: { ...details, ...ofLicense, remedy },
    })
  }
  return new OutpostError(code, message, {
    ...(hint !== undefined && { hint }),
    details: { ...details, license: license.lid },
    cause: refusal,
  })
}
