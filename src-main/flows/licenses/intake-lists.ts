/** Lists that an issuer keeps whole, each newer one in the place of the one before: revocations and keysets. */
import { OutpostError } from '../../base/errors.ts'
import { openDocument } from '../../license/envelope/open-document.ts'
import { namesItsKey } from '../../license/issuers/issuers.ts'
import {
  listKeysets,
  listRevocations,
  putKeyset,
  putRevocations,
} from '../../store/tables/license-issuers.ts'
import { licenseHistory } from '../../store/tables/licenses.ts'
import { type Incoming, type Intake, requirePast } from './intake.ts'
import { requireOther } from './standings.ts'

const iso = (seconds: number): string => new Date(seconds * 1000).toISOString()

/** Another list under the same number is none either: an issuer numbers each one anew. */
function requireNewer(
  what: string,
  issuer: string,
  { number, text }: { number: number; text: string },
  former: { number: number; document: string } | null,
  marked: number | undefined,
): void {
  const present = Math.max(former?.number ?? 0, marked ?? 0)
  const isNew = former === null || number > former.number || former.document === text
  if (isNew && number >= (marked ?? 0)) return
  throw new OutpostError(
    'LIC_CRL_ROLLBACK',
    `The ${what} of "${issuer}" here has the number ${present}; this one has ${number}.`,
    {
      hint: 'Keep the newer one.',
      details: { number, present },
    },
  )
}

export function intakeRevocations({ node, text, bytes }: Incoming): Intake {
  const issuers = node.licensing.book.issuers()
  const { payload: list, kid } = openDocument('revocations', bytes, issuers.findKey)
  issuers.require({ kid, iss: list.iss, iat: list.iat }, 'revocations')
  requireOther(node.licensing.book.others(), { kid, iss: list.iss, iat: list.iat }, 'revocations')
  const marks = node.licensing.book.marks()
  const present = listRevocations(node.db).find(({ issuer }) => issuer === list.iss)
  requireNewer(
    'list of revocations',
    list.iss,
    { number: list.number, text },
    present ?? null,
    marks.lists[list.iss],
  )
  requirePast(node, list.iat)
  const ofHere = (lid: string) => licenseHistory(node.db, lid).filter(({ issuer }) => issuer === list.iss)
  const here = list.revoked.filter(({ lid }) => ofHere(lid).length > 0)
  const affected = here.filter(({ lid }) => ofHere(lid).some(({ removedAt }) => removedAt === null))
  return {
    known: present?.document === text,
    effects: [
      `List ${list.number} of "${list.iss}": ${list.revoked.length} licenses are revoked.`,
      ...affected.map(
        ({ lid }) => `The license ${lid}, installed here, is revoked: its models stop answering.`,
      ),
    ],
    warnings: [],
    conflict: null,
    write: (at) => {
      const { iss: issuer, number, nextUpdate } = list
      node.licensing.marks.change((marks) => ({
        ...marks,
        lists: { ...marks.lists, [issuer]: number },
        revoked: {
          ...Object.fromEntries(Object.entries(marks.revoked).filter(([, { iss }]) => iss !== issuer)),
          ...Object.fromEntries(here.map(({ lid, at, reason }) => [lid, { iss: issuer, at, reason }])),
        },
      }))
      putRevocations(node.db, {
        issuer,
        number,
        issuedAt: iso(list.iat),
        nextUpdate: nextUpdate === null ? null : iso(nextUpdate),
        document: text,
        importedAt: at,
      })
    },
  }
}

/** By a key of the publisher itself: a certified key certifies no other. */
export function intakeKeyset({ node, text, bytes }: Incoming): Intake {
  const issuers = node.licensing.book.issuers()
  const { payload: keyset, kid } = openDocument('keyset', bytes, issuers.findPublisherKey)
  if (!issuers.isPublisher(kid, keyset.iss)) {
    throw new OutpostError('LIC_ISSUER', `The key ${kid} is not one of "${keyset.iss}".`, {
      hint: 'A keyset must be signed by the publisher itself.',
    })
  }
  const confused = keyset.keys.find((entry) => !namesItsKey(entry))
  if (confused) {
    throw new OutpostError(
      'LIC_KEY_UNKNOWN',
      `The keyset names a key "${confused.name}" as ${confused.kid}, which is not its fingerprint.`,
      {
        hint: `Ask "${keyset.iss}" for the keyset again.`,
      },
    )
  }
  const present = listKeysets(node.db).find(({ issuer }) => issuer === keyset.iss)
  const former = present ? { number: present.n, document: present.document } : null
  requireNewer(
    'keyset',
    keyset.iss,
    { number: keyset.n, text },
    former,
    node.licensing.book.marks().keysets[keyset.iss],
  )
  requirePast(node, keyset.iat)
  return {
    known: present?.document === text,
    effects: [
      `Keyset ${keyset.n} of "${keyset.iss}":`,
      ...keyset.keys.map(
        ({ name, purposes, revokedAt }) =>
          `“${name}” ${revokedAt === null ? 'may sign' : `was revoked on ${iso(revokedAt).slice(0, 10)} for`} ${purposes.join(', ')}.`,
      ),
    ],
    warnings: [],
    conflict: null,
    write: (importedAt) => {
      const { iss: issuer, n } = keyset
      node.licensing.marks.change((marks) => ({ ...marks, keysets: { ...marks.keysets, [issuer]: n } }))
      putKeyset(node.db, { issuer, n, document: text, importedAt })
    },
  }
}
