/** Licenses and decisions as a terminal shows them. */

import type { LicensePayload } from '../contract/license/documents.ts'
import type { DocumentPreview, Explanation, LicenseRow, QuotaUsage } from '../contract/license/views.ts'
import { clausesInWords, dayOf, grouped, rightsInWords } from '../contract/license/words.ts'

export const usageText = (usage: QuotaUsage | null): string =>
  usage === null ? '' : `${grouped(usage.used)} of ${usage.limit === null ? 'any' : grouped(usage.limit)}`

export const stateText = ({ state, problem }: LicenseRow): string =>
  problem === null ? state : `${state} (${problem.code})`

/** With an emergency code it is the code that ends next. */
export function endText({ state, emergencyUntil, license }: LicenseRow): string {
  if (state === 'emergency' && emergencyUntil !== null) return emergencyUntil.slice(0, 10)
  return license?.exp == null ? 'none' : dayOf(license.exp)
}

export function termsText(license: LicensePayload): string {
  const rights = rightsInWords(license.terms).map(
    ({ title, allowed }) => `  ${allowed ? 'yes' : 'no '}  ${title}`,
  )
  const clauses = clausesInWords(license)
  const width = Math.max(...clauses.map(({ title }) => title.length))
  return [...rights, ...clauses.map(({ title, text }) => `  ${title.padEnd(width)}  ${text}`)].join('\n')
}

export function licenseText(row: LicenseRow): string {
  const { license, problem } = row
  return [
    `${row.lid}  document ${row.seq}, ${stateText(row)}`,
    ...(problem ? [`  ${problem.message}`, `  ${problem.remedy}`] : []),
    ...(license
      ? [`  ${license.terms.type} for ${license.sub}, issued by ${license.iss}`, termsText(license)]
      : []),
    `  Used this month  ${usageText(row.usage)}`,
    ...(row.emergencyUntil ? [`  Emergency code until ${row.emergencyUntil}`] : []),
    ...(row.emergencyChallenge
      ? [
          `  In an emergency read this to the issuer: ${row.emergencyChallenge} (${row.emergencyLeft} codes are left)`,
        ]
      : []),
  ].join('\n')
}

export function previewText({
  kind,
  issuer,
  issuedAt,
  failure,
  known,
  effects,
  changes,
  warnings,
  license,
}: DocumentPreview): string {
  return [
    `${kind} of ${issuer}, issued ${issuedAt}`,
    ...(failure
      ? [
          `It cannot be imported. ${failure.code}: ${failure.message}`,
          ...(failure.hint ? [failure.hint] : []),
        ]
      : []),
    ...(known ? ['It is here already.'] : effects),
    ...(changes ?? []).map(({ title, before, after }) => `changes: ${title}: ${before} -> ${after}`),
    ...warnings.map((warning) => `warning: ${warning}`),
    ...(license ? [termsText(license)] : []),
  ].join('\n')
}

export function explanationText(explained: Explanation): string {
  const { model, version, operation, commercial, own, decision, usedUp, licenses, next } = explained
  const use = commercial ? 'commercially' : 'not commercially'
  const head = `${operation} ${model}@${version} (${use}): ${verdictOf(explained)}`
  if (own) return `${head}\nThe version is signed with a key of this node, so nobody's terms stand over it.`
  const refusal = decision.allowed ? usedUp : decision
  const why = [
    ...(decision.allowed ? [`By the license ${decision.lid}${graceText(decision)}.`] : []),
    ...(refusal
      ? [`Rule      ${refusal.clause}`, `Evidence  ${refusal.evidence}`, `Way out   ${refusal.remedy}`]
      : []),
  ]
  return [
    head,
    ...why,
    ...licenses.map(({ lid, seq, type, allowed, code, clause, evidence, usage }) =>
      allowed
        ? `  ${lid} document ${seq} ${type}: allows it${usage ? `, ${usageText(usage)} used this month` : ''}`
        : `  ${lid} document ${seq} ${type}: ${code}. ${clause} ${evidence}`,
    ),
    ...(next.length > 0 ? ['What comes next'] : []),
    ...next.map(({ at, what }) => `  ${at.slice(0, 10)}  ${what}`),
  ].join('\n')
}

function verdictOf({ decision, usedUp }: Explanation): string {
  if (!decision.allowed) return `denied, ${decision.code}`
  return usedUp ? `allowed, but refused, ${usedUp.code}` : 'allowed'
}

function graceText({ graceUntil, byEmergency }: Extract<Explanation['decision'], { allowed: true }>): string {
  const how = byEmergency ? 'by an emergency code' : 'in its grace'
  if (graceUntil === null) return byEmergency ? ` ${how}` : ''
  return ` ${how}, until before ${dayOf(graceUntil)}`
}

/** One line a model, and the way out where it is denied. */
export function simulationText(
  {
    at,
    models,
  }: {
    at: string
    models: readonly (Explanation & { quota: { limit: number; used: number; refused: number } | null })[]
  },
  requests: number,
): string {
  if (models.length === 0) return 'No licensed model is installed.'
  const lines = models.map(({ model, version, decision, quota }) => {
    if (!decision.allowed)
      return `${model}@${version}: denied, ${decision.code}. ${decision.evidence} ${decision.remedy}`
    const grace = graceText(decision)
    if (quota === null) return `${model}@${version}: allowed${grace}, without a limit`
    const { limit, used, refused } = quota
    const sum = `${grouped(used)} used and ${grouped(requests)} more, of ${grouped(limit)}`
    return `${model}@${version}: allowed${grace}; ${sum}${refused > 0 ? `: ${grouped(refused)} would be refused` : ''}`
  })
  return [at, ...lines].join('\n')
}
