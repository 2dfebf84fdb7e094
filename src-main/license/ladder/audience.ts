/** The rung of whom a license is for, in words. */
import { audienceMismatch } from '../../contract/license/audience.ts'
import type { LicensePayload } from '../../contract/license/documents.ts'
import type { SiteDeclaration } from '../../contract/license/views.ts'
import { type Refusal, renewal } from './refusal.ts'

/** Asked at import as well, before anything of the license is kept. */
export function audienceRefusal(
  license: LicensePayload,
  site: Pick<SiteDeclaration, 'name' | 'accounts'>,
): Refusal | null {
  const { aud, sub } = license
  switch (audienceMismatch(license, site)) {
    case null:
      return null
    case 'site':
      return {
        code: 'LIC_AUDIENCE',
        clause: `The license is for the site "${aud}".`,
        evidence: site.name === null ? 'This site is not named.' : `This site is named "${site.name}".`,
        remedy: `If this is "${aud}", say so under Licenses and usage, This site (or outpost license site --name "${aud}"); otherwise ask ${renewal(license)} for a license for this site.`,
      }
    case 'account':
      return {
        code: 'LIC_AUDIENCE',
        clause: `The license is for the account "${sub}".`,
        evidence: `This site is declared as ${someOf(site.accounts)}.`,
        remedy: `If "${sub}" is a name of yours, add it under Licenses and usage, This site (or outpost license site --account); otherwise ask ${renewal(license)} for a license for your account.`,
      }
  }
}

/** "A", "B", "C" and 2 more: a refusal stays short enough for any protocol. */
function someOf(names: readonly string[]): string {
  const some = names.slice(0, 3).map((name) => `"${name}"`)
  return `${some.join(', ')}${names.length > 3 ? ` and ${names.length - 3} more` : ''}`
}
