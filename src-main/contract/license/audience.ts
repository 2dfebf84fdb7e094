/** Whom a license is for: the site and the account that it names, against what a site declares of itself. */
import type { LicensePayload } from './documents.ts'
import type { SiteDeclaration } from './views.ts'

/** The account of the licenses that a node makes for its own samples: whoever uses it. */
export const sampleAccount = 'The user of this node'

/** Null where it is for this site. One that declares no accounts takes a license for any. */
export function audienceMismatch(
  { aud, sub }: Pick<LicensePayload, 'aud' | 'sub'>,
  { name, accounts }: Pick<SiteDeclaration, 'name' | 'accounts'>,
): 'site' | 'account' | null {
  if (aud !== null && aud !== name) return 'site'
  return accounts.length === 0 || sub === sampleAccount || accounts.includes(sub) ? null : 'account'
}

/** By which a request is made where nobody says otherwise; null where there are several, or none. */
export const onlyAccount = (accounts: readonly string[]): string | null =>
  accounts.length === 1 ? (accounts[0] ?? null) : null
