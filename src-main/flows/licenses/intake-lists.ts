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
): void {
  const present = former?.number ?? 0
  if (number > present || former?.document === text) return
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
  const present = listRevocations(node.db).find(({ issuer }) => issuer === list.iss)
  requireNewer('list of revocations', list.iss, { number: list.number, text }, present ?? null)
  requirePast(node, list.iat)
  const affected = list.revoked.filter(({ lid }) =>
    licenseHistory(node.db, lid).some(({ issuer, removedAt }) => issuer === list.iss && removedAt === null),
  )
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
  requireNewer('keyset', keyset.iss, { number: keyset.n, text }, former)
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
    write: (at) => putKeyset(node.db, { issuer: keyset.iss, n: keyset.n, document: text, importedAt: at }),
  }
}
