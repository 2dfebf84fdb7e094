/** The licenses that this node issued: found, listed, and handed out again as files. */
import { OutpostError } from '../../base/errors.ts'
import type { LicensePayload } from '../../contract/license/documents.ts'
import type { IssuedLicense } from '../../contract/license/issuing.ts'
import { termDaysOf } from '../../contract/license/renewal.ts'
import { peekDocument } from '../../license/envelope/open-document.ts'
import { issuedOf, listIssued, type StoredIssued } from '../../store/tables/issued-licenses.ts'
import type { NodeContext } from '../node-context.ts'

/** With the end of its id: two licenses of one customer must not lie over each other. */
export const fileNameOf = ({ lid, model, sub, seq }: LicensePayload): string =>
  `${model.id}-${sub
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 40)}-${lid.slice(-8)}-${seq}.license`

export function requireIssued(node: NodeContext, lid: string): StoredIssued[] {
  const found = issuedOf(node.db, lid)
  if (found.length > 0) return found
  throw new OutpostError('LIC_NOT_FOUND', `This node has issued no license ${lid}.`, {
    hint: 'outpost license issued shows those that it has.',
  })
}

export const payloadOf = ({ document }: StoredIssued): LicensePayload =>
  peekDocument('license', Buffer.from(document)).payload

/** Of all documents of one license, the newest first. */
export function rowOf([stored, ...before]: readonly StoredIssued[]): IssuedLicense {
  if (!stored) throw new Error('a license has one document at least')
  const { lid, seq, account, model, type, issuedAt, endsAt, revokedAt, revokedReason } = stored
  const license = payloadOf(stored)
  const termDays = termDaysOf([license, ...before.map(payloadOf)])
  return { lid, seq, account, model, type, issuedAt, endsAt, termDays, revokedAt, revokedReason, license }
}

/** The newest document of each. */
export function issuedLicenses(
  node: NodeContext,
  among: (stored: StoredIssued) => boolean = () => true,
): IssuedLicense[] {
  const documents = Map.groupBy(listIssued(node.db).filter(among), ({ lid }) => lid)
  return [...documents.values()].map((all) => rowOf(all.toSorted((a, b) => b.seq - a.seq)))
}

export function issuedDocument(node: NodeContext, lid: string) {
  const [stored] = requireIssued(node, lid)
  if (!stored) throw new Error('requireIssued gives at least one')
  return { fileName: fileNameOf(payloadOf(stored)), document: stored.document }
}

/** LIC_REVOKED: what was taken back is not renewed, sold to or helped. */
export function requireUnrevoked(node: NodeContext, lid: string): void {
  const revoked = requireIssued(node, lid).find(({ revokedAt }) => revokedAt !== null)
  if (!revoked) return
  throw new OutpostError(
    'LIC_REVOKED',
    `The license ${lid} was revoked on ${revoked.revokedAt?.slice(0, 10)}.`,
    {
      hint: 'Issue a new license instead.',
    },
  )
}
