/** Which rule allows or denies, the evidence and the way out; now, or at a time to come. */
import { withBuild } from '../../base/version-order.ts'
import type { LicensePayload } from '../../contract/license/documents.ts'
import type { Explanation } from '../../contract/license/views.ts'
import { firstRefusal } from '../../license/ladder/decide.ts'
import { graceEnd, type LicenseStanding, revocationDeadline } from '../../license/ladder/rungs.ts'
import { resolveVersion } from '../../registry/resolve.ts'
import type { NodeContext } from '../node-context.ts'
import { type Asked, askedHere, decideVersion, factsOf } from './decide-version.ts'

const iso = (seconds: number): string => new Date(seconds * 1000).toISOString()

export function explain(
  node: NodeContext,
  { model, version: reference, ...asked }: Asked & { model: string; version: string },
): Explanation {
  const { licensing } = node
  const { version } = resolveVersion(node.db, model, reference)
  const facts = factsOf(model, version)
  const here = askedHere(licensing, asked)
  const { usable, unusable } = licensing.book.of(model, here.now)
  return {
    model,
    version: withBuild(version.version, version.dataVersion),
    operation: here.operation,
    commercial: here.commercial,
    own: licensing.book.isOwn(version.publisherFingerprint),
    at: iso(here.now),
    decision: decideVersion(licensing, facts, asked),
    licenses: [
      ...usable.map(({ standing }) => {
        const refusal = firstRefusal(standing, { ...here, version: facts })
        return {
          ...nameOf(standing.license),
          allowed: refusal === null,
          ...(refusal ?? { code: null, clause: 'Every rung lets it pass.', evidence: '', remedy: '' }),
        }
      }),
      ...unusable.map(({ stored, failure }) => ({
        lid: stored.lid,
        seq: stored.seq,
        type: '',
        allowed: false,
        code: failure.code,
        clause: 'A license must be signed by the publisher, or by a key that it certified.',
        evidence: failure.message,
        remedy: failure.hint ?? '',
      })),
    ],
    next: usable
      .flatMap(({ standing }) => momentsOf(standing, here.now))
      .toSorted((a, b) => a.at - b.at)
      .map(({ at, what }) => ({ at: iso(at), what })),
  }
}

const nameOf = ({ lid, seq, terms }: LicensePayload) => ({ lid, seq, type: terms.type })

/** What will change, and when. */
function momentsOf(standing: LicenseStanding, now: number): Array<{ at: number; what: string }> {
  const { license, binding, heardAt, revocationsIssuedAt, emergencyUntil } = standing
  const subject = `${license.terms.type} license ${license.lid}`
  const moments: Array<{ at: number | null; what: string }> = [
    { at: license.nbf, what: `The ${subject} begins.` },
    { at: license.exp, what: `The ${subject} ends; its grace begins.` },
    { at: graceEnd(license), what: `The grace of the ${subject} ends.` },
    { at: emergencyUntil, what: `The emergency code of the ${subject} ends.` },
    {
      at: binding.state === 'rebind' ? binding.until : null,
      what: `The ${subject} must be bound to this machine anew by then.`,
    },
    {
      at: revocationDeadline(license, revocationsIssuedAt),
      what: `The ${subject} needs a newer list of revocations.`,
    },
    {
      at: license.offlineSecondsMax === null ? null : heardAt + license.offlineSecondsMax,
      what: `The ${subject} needs a receipt of its issuer.`,
    },
  ]
  return moments.flatMap(({ at, what }) => (at !== null && at > now ? [{ at, what }] : []))
}
