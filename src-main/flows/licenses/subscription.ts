/**
 * The rule of what is paid by the month, the same for the licensee's statement and for the issuer: a subscription is
 * due for each month (UTC) in which something was counted on its license, at the price of the newest document that had
 * begun in that month. Removing, revoking or moving the license changes nothing of a month that was.
 */
import type { LicensePayload } from '../../contract/license/documents.ts'
import { periodEnd } from '../../metering/quota/period.ts'

/** Of all documents of one license. */
export function documentOfMonth(documents: readonly LicensePayload[], month: string): LicensePayload | null {
  const newest = documents.toSorted((a, b) => b.seq - a.seq)
  return newest.find(({ nbf }) => nbf * 1000 < periodEnd(month)) ?? newest.at(-1) ?? null
}

export const subscriptionDue = (license: LicensePayload | null, units: number): number =>
  license?.terms.price.kind === 'subscription' && units > 0 ? license.terms.price.creditsPerMonth : 0
