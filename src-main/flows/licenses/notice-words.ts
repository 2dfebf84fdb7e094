/**
 * What is said of a license when it is looked at: its end, its quota, the machine, and why it does not serve. The kind
 * of a notice is told once for each document of a license.
 */
import type { LicensePayload } from '../../contract/license/documents.ts'
import { dayOf, grouped } from '../../contract/license/words.ts'
import { refusalOfAny } from '../../license/ladder/decide.ts'
import { graceEnd, type LicenseStanding } from '../../license/ladder/rungs.ts'
import { periodAt } from '../../metering/quota/period.ts'
import { tranchesOf } from '../../store/tables/license-issuers.ts'
import type { NodeContext } from '../node-context.ts'
import { askedHere } from './decide-version.ts'
import { quotaUsageOf } from './quota-accounts.ts'
import type { Standings } from './standings.ts'

export interface Notice {
  kind: string
  message: string
}

const daysBefore = [90, 60, 30, 14, 7, 1]
const percents = [100, 95, 80]

type Usable = Standings['usable'][number]

/** Of a license that no other one has replaced. */
export function noticesOf(
  node: NodeContext,
  standing: LicenseStanding,
  all: readonly Usable[],
  now: number,
): Notice[] {
  if (standing.revoked || now < standing.license.nbf) return ofTime(standing, all, now)
  return [
    ...ofTime(standing, all, now),
    ...ofQuota(node, standing.license),
    ...ofRaises(node, standing.license, all),
    ...ofMachine(standing),
    ...ofDenial(node, standing),
  ]
}

/** Of several that are due only the nearest is told: a license of a week begins with 7 days, not with 90. */
function ofTime(
  { license, revoked, emergencyUntil }: LicenseStanding,
  all: readonly Usable[],
  now: number,
): Notice[] {
  const { exp, model, lid, seq } = license
  const subject = `The license for ${model.id}`
  if (revoked)
    return [
      {
        kind: 'revoked',
        message: `${subject} was revoked${revoked.reason === '' ? '' : `: ${revoked.reason}`}.`,
      },
    ]
  if (exp === null) return []
  const end = graceEnd(license) ?? exp
  if (now >= end && emergencyUntil !== null && now < emergencyUntil)
    return [
      {
        kind: `emergency-${dayOf(emergencyUntil)}`,
        message: `${subject} has expired, and an emergency code lets it serve until before ${dayOf(emergencyUntil)}. Renew it before that.`,
      },
    ]
  if (now >= end)
    return [
      {
        kind: 'grace-over',
        message: `${subject} has expired, and its grace is over: it serves no more.`,
      },
    ]
  if (now >= exp)
    return [
      {
        kind: 'grace',
        message: `${subject} has expired. What was running runs on until before ${dayOf(end)}.`,
      },
    ]
  const isRenewed = all.some(
    ({ standing: { license: other } }) => other.lid === lid && other.seq > seq && other.nbf <= exp,
  )
  if (isRenewed) return []
  const left = (exp - now) / 86_400
  const due = daysBefore.filter((days) => left <= days).at(-1)
  if (due === undefined) return []
  return [
    {
      kind: `ends-${due}`,
      message: `${subject} ends on ${dayOf(exp)}, ${left <= 1 ? 'within a day' : `in ${Math.ceil(left)} days`}. Renew it in time: the next one can be installed ahead.`,
    },
  ]
}

/** Of several marks only the highest that was reached: one that was passed within a second needs no word of its own. */
export function ofQuota(node: NodeContext, license: LicensePayload): Notice[] {
  const { used, limit, month } = quotaUsageOf(node, license)
  if (limit === null || limit === 0) return []
  // A month whose quota was raised is told of anew.
  const of = limit === license.terms.quota.max ? month : `${month}-of-${limit}`
  const due = percents.find((percent) => used * 100 >= limit * percent)
  if (due === undefined) return []
  const count = `${grouped(used)} of ${grouped(limit)} requests`
  return [
    {
      kind: `quota-${of}-${due}`,
      message:
        due === 100
          ? `The quota of ${license.model.id} for ${month} is used up (${count}).`
          : `${due} % of the quota of ${license.model.id} for ${month} are used (${count}).`,
    },
  ]
}

const ofMachine = ({ binding, license }: LicenseStanding): Notice[] =>
  binding.state === 'rebind'
    ? [
        {
          kind: `rebind-${dayOf(binding.until)}`,
          message: `This machine has changed: the license for ${license.model.id} must be bound anew before ${dayOf(binding.until)}. Make a request file and send it to the issuer.`,
        },
      ]
    : []

/** By what was bought for this month or one to come, and by the document that replaced another. */
function ofRaises(node: NodeContext, license: LicensePayload, all: readonly Usable[]): Notice[] {
  const { lid, seq, model, terms } = license
  const month = periodAt(node.licensing.now() * 1000)
  const bought = tranchesOf(node.db, lid)
    .filter(({ kind, month: of }) => kind === 'credits' || of >= month)
    .map(({ kind, number, amount, month: of }) => ({
      kind: `raised-${number}`,
      message:
        kind === 'credits'
          ? `${grouped(amount)} credits were added to the balance of ${model.id}.`
          : `${grouped(amount)} requests were added to the quota of ${model.id} for ${of}.`,
    }))
  const former = all
    .map(({ standing }) => standing.license)
    .filter((other) => other.lid === lid && other.seq < seq)
    .toSorted((a, b) => b.seq - a.seq)[0]?.terms.quota.max
  const max = terms.quota.max ?? Number.POSITIVE_INFINITY
  if (former == null || max <= former) return bought
  const now = terms.quota.max === null ? 'as many as wanted' : `${grouped(max)} requests a month`
  const message = `The quota of ${model.id} was raised from ${grouped(former)} to ${now}, by document ${seq} of its license.`
  return [...bought, { kind: 'raised', message }]
}

/** What no other notice tells, and what somebody can set right. */
const deniedBeside: ReadonlySet<string> = new Set([
  'LIC_AUDIENCE',
  'LIC_NODE_MISMATCH',
  'LIC_IAT_FUTURE',
  'LIC_CRL_STALE',
  'LIC_OFFLINE_TOO_LONG',
  'LIC_GEO_DENIED',
])

function ofDenial(node: NodeContext, standing: LicenseStanding): Notice[] {
  const refusal = refusalOfAny(standing, askedHere(node.licensing, { operation: 'serve' }))
  if (!refusal || !deniedBeside.has(refusal.code)) return []
  const { code, clause, evidence, remedy } = refusal
  const message = `The license for ${standing.license.model.id} does not serve here. ${clause} ${evidence} ${remedy}`
  return [{ kind: `denied-${code}`, message }]
}

/** Of what was told only the kind is kept, so it says this as well. */
export const severityOf = (kind: string): 'info' | 'warning' | 'danger' =>
  /^(revoked|grace|emergency-|denied-|calls-refused-|quota-.*-100$)/.test(kind)
    ? 'danger'
    : /^(ends-(90|60|30)$|raised)/.test(kind)
      ? 'info'
      : 'warning'
