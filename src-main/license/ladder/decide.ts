/**
 * Decides an operation: each license is taken up the ladder, and of those that allow it one is chosen in a fixed
 * order, so that the same facts always meet the same license.
 */
import { denialCodes, type LicenseDecision } from '../../contract/license/decision.ts'
import type { Refusal } from './refusal.ts'
import {
  graceEnd,
  type LicenseStanding,
  type Question,
  revocationDeadline,
  rungs,
  rungsOfAnyVersion,
} from './rungs.ts'

/** The first rung that refuses; null where all let pass. */
export const firstRefusal = (standing: LicenseStanding, question: Question): Refusal | null =>
  climb(rungs, standing, question)

/** What the license says to any version that it covers, published in time. */
export const refusalOfAny = (standing: LicenseStanding, asked: Omit<Question, 'version'>): Refusal | null =>
  climb(rungsOfAnyVersion, standing, {
    ...asked,
    version: { model: standing.license.model.id, version: '', digest: '', releasedAt: 0 },
  })

function climb(steps: typeof rungs, standing: LicenseStanding, question: Question): Refusal | null {
  for (const rung of steps) {
    const refusal = rung(standing, question)
    if (refusal) return refusal
  }
  return null
}

/**
 * The licenses that allow it, the first to be used first: in their time before in their grace, bought before tried,
 * without a limit before counted, the longer before the shorter, then by id. Where the quota of one is used up the
 * next is asked, since both were paid for.
 */
export function permitting(standings: readonly LicenseStanding[], question: Question): LicenseStanding[] {
  return standings
    .filter((standing) => firstRefusal(standing, question) === null)
    .toSorted(
      (a, b) =>
        compare(rank(a, question.now), rank(b, question.now)) || (a.license.lid < b.license.lid ? -1 : 1),
    )
}

const rank = ({ license }: LicenseStanding, now: number): readonly number[] => [
  license.exp !== null && now >= license.exp ? 1 : 0,
  license.trial ? 1 : 0,
  license.terms.quota.max === null ? 0 : 1,
  -(license.exp ?? Number.MAX_SAFE_INTEGER),
  -license.seq,
]

function compare(a: readonly number[], b: readonly number[]): number {
  for (const [index, value] of a.entries()) if (value !== b[index]) return value - (b[index] ?? 0)
  return 0
}

/** Denied by all: the answer is that of the license that came furthest, the one nearest to what is wanted. */
export function decide(standings: readonly LicenseStanding[], question: Question): LicenseDecision {
  const [chosen] = permitting(standings, question)
  if (chosen) return permissionOf(chosen, question)
  const refusals = standings.map((standing) => ({
    lid: standing.license.lid,
    ...refused(standing, question),
  }))
  const [nearest] = refusals.toSorted(
    (a, b) => denialCodes.indexOf(b.code) - denialCodes.indexOf(a.code) || (a.lid < b.lid ? -1 : 1),
  )
  return nearest ? { allowed: false, ...nearest } : noLicense(question)
}

function refused(standing: LicenseStanding, question: Question): Refusal {
  const refusal = firstRefusal(standing, question)
  if (!refusal) throw new Error('A license that allows the operation was asked for its refusal.')
  return refusal
}

function permissionOf(
  standing: LicenseStanding,
  question: Question,
): Extract<LicenseDecision, { allowed: true }> {
  const { license, emergencyUntil } = standing
  const { now } = question
  const hasEnded = license.exp !== null && now >= license.exp
  const coded = emergencyUntil !== null && now < emergencyUntil ? emergencyUntil : 0
  return {
    allowed: true,
    lid: license.lid,
    until: nextChange(standing, question),
    graceUntil: hasEnded ? Math.max(graceEnd(license) ?? 0, coded) : null,
    byEmergency: holdsByCode(standing, (without) => firstRefusal(without, question)),
    attribution: license.terms.attribution,
  }
}

/** Whether it would be refused but for an emergency code. */
export const holdsByCode = (
  standing: LicenseStanding,
  refusal: (without: LicenseStanding) => Refusal | null,
): boolean => standing.emergencyUntil !== null && refusal({ ...standing, emergencyUntil: null }) !== null

/** The next moment at which a rung may say otherwise; null: none. */
function nextChange(standing: LicenseStanding, { now }: Question): number | null {
  const { license, binding, heardAt, revocationsIssuedAt, emergencyUntil, attested } = standing
  const moments = [
    license.exp,
    graceEnd(license),
    emergencyUntil,
    binding.state === 'rebind' ? binding.until : null,
    revocationDeadline(license, revocationsIssuedAt),
    attested && license.terms.geography.allow ? attested.until : null,
    license.offlineSecondsMax === null ? null : heardAt + license.offlineSecondsMax,
  ].filter((moment) => moment !== null && moment > now)
  return moments.length === 0 ? null : Math.min(...(moments as number[]))
}

const noLicense = ({ version }: Question): LicenseDecision => ({
  allowed: false,
  code: 'LIC_NONE',
  lid: null,
  clause: `${version.model} is the work of another publisher, whose license is needed to use it.`,
  evidence: 'No license for it is installed on this node.',
  remedy: `Make a request (outpost license request ${version.model}), send it to "${version.model.split('.')[0]}", and import the answer.`,
})
