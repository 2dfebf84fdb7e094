/** The installed licenses as the page shows them: state, what is wrong, how this machine stands under each. */
import type { LicensePayload } from '../../contract/license/documents.ts'
import type { LicenseRow, LicenseState } from '../../contract/license/views.ts'
import { makeChallenge } from '../../license/emergency/challenge.ts'
import { nextCode } from '../../license/emergency/redeem.ts'
import { holdsByCode, refusalOfAny } from '../../license/ladder/decide.ts'
import type { Refusal } from '../../license/ladder/refusal.ts'
import { graceEnd, type LicenseStanding } from '../../license/ladder/rungs.ts'
import type { NodeContext } from '../node-context.ts'
import { askedHere } from './decide-version.ts'
import { quotaUsageOf } from './quota-accounts.ts'
import { usedUpOf } from './quota-words.ts'
import type { Standings } from './standings.ts'

const iso = (seconds: number): string => new Date(seconds * 1000).toISOString()
const isoOrNull = (seconds: number | null): string | null => (seconds === null ? null : iso(seconds))

const order: readonly LicenseState[] = [
  'revoked',
  'unusable',
  'expired',
  'denied',
  'used-up',
  'emergency',
  'grace',
  'active',
  'next',
  'superseded',
  'deactivated',
]

export function licenseRows(node: NodeContext, model: string | null): LicenseRow[] {
  const { usable, unusable } = node.licensing.book.of(model, node.licensing.now())
  const rows = [
    ...usable.map((entry) => usableRow(node, entry)),
    ...unusable.map(({ stored, failure }) => ({
      ...storedPart(stored),
      state: 'unusable' as const,
      problem: {
        code: failure.code,
        message: failure.message,
        remedy: failure.hint ?? 'Ask the issuer for the document again.',
      },
      license: null,
      kid: null,
      daysLeft: null,
      graceUntil: null,
      emergencyUntil: null,
      emergencyLeft: 0,
      emergencyChallenge: null,
      binding: { state: 'any' as const, matched: null, until: null },
      usage: null,
    })),
  ]
  return rows.toSorted(
    (a, b) =>
      order.indexOf(a.state) - order.indexOf(b.state) ||
      (a.daysLeft ?? 1e9) - (b.daysLeft ?? 1e9) ||
      (a.lid < b.lid ? -1 : 1),
  )
}

type Stored = Standings['usable'][number]['stored']

const storedPart = ({ lid, seq, model, issuer, installedAt, installedBy }: Stored) => ({
  lid,
  seq,
  model,
  issuer,
  installedAt,
  installedBy,
})

function usableRow(node: NodeContext, { stored, standing, kid }: Standings['usable'][number]): LicenseRow {
  const now = node.licensing.now()
  const { license, binding } = standing
  const asked = askedHere(node.licensing, { operation: 'serve' })
  const refusal = refusalOfAny(standing, asked)
  const byCode = refusal === null && holdsByCode(standing, (without) => refusalOfAny(without, asked))
  const { emergencyUntil } = standing
  const usage = quotaUsageOf(node, license)
  const state = byCode ? 'emergency' : stateOf(standing, refusal, now)
  return {
    ...storedPart(stored),
    state: state === 'active' && usedUpOf(license, usage) ? 'used-up' : state,
    problem: refusal && {
      code: refusal.code,
      message: `${refusal.clause} ${refusal.evidence}`,
      remedy: refusal.remedy,
    },
    license,
    kid,
    daysLeft: license.exp === null ? null : Math.floor((license.exp - now) / 86_400),
    graceUntil: isoOrNull(graceEnd(license)),
    emergencyUntil: isoOrNull(emergencyUntil !== null && now < emergencyUntil ? emergencyUntil : null),
    emergencyLeft: Math.max(0, license.emergency.length - stored.emergency.length),
    emergencyChallenge: challengeOf(node, license, stored),
    binding: {
      state: binding.state,
      matched: 'matched' in binding ? binding.matched : null,
      until: 'until' in binding ? iso(binding.until) : null,
    },
    usage: state === 'superseded' ? null : usage,
  }
}

function stateOf(
  { license, deactivated }: LicenseStanding,
  refusal: Refusal | null,
  now: number,
): LicenseState {
  if (refusal === null) return license.exp !== null && now >= license.exp ? 'grace' : 'active'
  switch (refusal.code) {
    case 'LIC_SUPERSEDED':
      return deactivated ? 'deactivated' : 'superseded'
    case 'LIC_REVOKED':
      return 'revoked'
    case 'LIC_NOT_YET_VALID':
      return 'next'
    case 'LIC_EXPIRED':
      return 'expired'
    default:
      return 'denied'
  }
}

function challengeOf(node: NodeContext, { lid, emergency }: LicensePayload, stored: Stored): string | null {
  const number = nextCode(emergency, { redeemed: stored.emergency })
  return number === null ? null : makeChallenge(lid, node.licensing.identity.id, number)
}
