/** What a provider should know before a license is signed; none of it is refused. */
import type { LicensePayload } from '../../contract/license/documents.ts'
import { dayOf, machinesUnenforced } from '../../contract/license/words.ts'
import type { NodeContext } from '../node-context.ts'
import { issuedLicenses } from './issued.ts'

const plain = (account: string): string => account.trim().toLowerCase()

export function draftWarnings(node: NodeContext, license: LicensePayload): string[] {
  const warnings = duplicatesOf(node, license).map(
    ({ license: { lid, exp, sub }, seq }) =>
      `${sub} has a license for ${license.model.id} already: …${lid.slice(-8)}, document ${seq}, ${exp === null ? 'without end' : `until before ${dayOf(exp)}`}. Both would hold; to change that one, issue its next document.`,
  )
  if (machinesUnenforced(license))
    warnings.push(
      'The count of machines is not enforced: the license names none, so it holds on each one that it is imported on. Add the request file of each machine, and it is bound to those.',
    )
  return warnings
}

/** Other licenses of the same customer and model which are valid still. */
const duplicatesOf = (node: NodeContext, { lid, sub, model }: LicensePayload) =>
  issuedLicenses(
    node,
    (stored) => stored.lid !== lid && stored.model === model.id && plain(stored.account) === plain(sub),
  ).filter(
    ({ revokedAt, license: { exp } }) => revokedAt === null && (exp === null || exp > node.licensing.now()),
  )
