/** Which rule allows or denies, the evidence and the way out; now, or at a time to come. */
import { withBuild } from '../../base/version-order.ts'
import type { LicenseDecision } from '../../contract/license/decision.ts'
import type { LicensePayload } from '../../contract/license/documents.ts'
import type { Explanation, QuotaUsage } from '../../contract/license/views.ts'
import { firstRefusal } from '../../license/ladder/decide.ts'
import {
  graceEnd,
  type LicenseStanding,
  type Question,
  revocationDeadline,
} from '../../license/ladder/rungs.ts'
import { resolveVersion } from '../../registry/resolve.ts'
import type { NodeContext } from '../node-context.ts'
import { type Asked, askedHere, decideVersion, factsOf } from './decide-version.ts'
import { quotaStanding, type UsedUp } from './quota-words.ts'
import type { Standings } from './standings.ts'

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
  const decision = decideVersion(licensing, facts, asked)
  // A quota is of requests, and of the present month alone.
  const counts = here.operation === 'serve' && asked.now === undefined
  const licenses = usable.map(({ standing }) =>
    explained(node, standing, { ...here, version: facts }, counts),
  )
  return {
    model,
    version: withBuild(version.version, version.dataVersion),
    operation: here.operation,
    commercial: here.commercial,
    own: licensing.book.isOwn(version.publisherFingerprint),
    at: iso(here.now),
    decision,
    usedUp: usedUpOfAll(decision, licenses),
    licenses: [
      ...present(licenses).map(({ usedUp: _usedUp, ...one }) => one),
      ...unusable.map(({ stored, failure }) => ({
        lid: stored.lid,
        seq: stored.seq,
        type: '',
        allowed: false,
        code: failure.code,
        clause: 'A license must be signed by the publisher, or by a key that it certified.',
        evidence: failure.message,
        remedy: failure.hint ?? '',
        usage: null,
      })),
    ],
    next: [
      ...usable.flatMap(({ standing }) => momentsOf(standing, usable, here.now)),
      ...licenses.flatMap(({ usedUp, usage }) => (usedUp && usage ? [newMonth(usage)] : [])),
    ]
      .toSorted((a, b) => a.at - b.at)
      .filter(({ at, what }, index, all) => !(all[index - 1]?.at === at && all[index - 1]?.what === what))
      .map(({ at, what }) => ({ at: iso(at), what })),
  }
}

/** One that another has replaced says nothing any more, unless there is no other. */
function present<One extends { code: string | null }>(licenses: readonly One[]): readonly One[] {
  const found = licenses.filter(({ code }) => code !== 'LIC_SUPERSEDED')
  return found.length > 0 ? found : licenses
}

function explained(node: NodeContext, standing: LicenseStanding, question: Question, counts: boolean) {
  const { license } = standing
  const refusal = firstRefusal(standing, question)
  const { usage, usedUp } =
    refusal === null && counts ? quotaStanding(node, license) : { usage: null, usedUp: null }
  const passes = { code: null, clause: 'Every check lets it pass.', evidence: '', remedy: '' }
  return { ...nameOf(license), allowed: !refusal && !usedUp, ...(refusal ?? usedUp ?? passes), usage, usedUp }
}

/** Where one license is used up the next is asked: something is refused where nothing is left on any. */
function usedUpOfAll(
  decision: LicenseDecision,
  licenses: ReadonlyArray<{ lid: string; allowed: boolean; usedUp: UsedUp | null }>,
): Explanation['usedUp'] {
  if (!decision.allowed || licenses.some(({ allowed }) => allowed)) return null
  const chosen = licenses.find(({ lid, usedUp }) => lid === decision.lid && usedUp !== null)
  return chosen?.usedUp ? { ...chosen.usedUp, lid: chosen.lid } : null
}

const newMonth = ({ resetsAt }: QuotaUsage) => ({
  at: Date.parse(resetsAt) / 1000,
  what: 'A new month begins, and with it the quota.',
})

const nameOf = ({ lid, seq, terms }: LicensePayload) => ({ lid, seq, type: terms.type })

/** What will change, and when. Nothing of a license that changes nothing any more. */
function momentsOf(
  standing: LicenseStanding,
  all: Standings['usable'],
  now: number,
): Array<{ at: number; what: string }> {
  const { license, binding, heardAt, revocationsIssuedAt, emergencyUntil } = standing
  if (standing.supersededBy !== null || standing.deactivated || standing.revoked) return []
  const { exp } = license
  const next = all
    .map(({ standing: other }) => other.license)
    .find(({ lid, seq, nbf }) => lid === license.lid && seq > license.seq && (exp === null || nbf <= exp))
  const subject = `${license.terms.type} license ${license.lid}`
  const moments: Array<{ at: number | null; what: string }> = [
    { at: license.nbf, what: `The ${subject} begins${license.seq > 1 ? `, document ${license.seq}` : ''}.` },
    ...(next ? [] : endsOf(license, subject)),
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

/** Without days of grace the two are one. */
const endsOf = (license: LicensePayload, subject: string): Array<{ at: number | null; what: string }> =>
  license.terms.graceDays === 0
    ? [{ at: license.exp, what: `The ${subject} ends.` }]
    : [
        { at: license.exp, what: `The ${subject} ends; its grace begins.` },
        { at: graceEnd(license), what: `The grace of the ${subject} ends.` },
      ]
