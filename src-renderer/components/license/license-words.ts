/** What stands on a license card in one word, and what a banner says of a license that needs someone. */
import type {
  Explanation,
  LicenseRow,
  LicenseState,
  RefusalSeen,
} from '../../../src-main/contract/license/views.ts'
import type { Tone } from '../chip.tsx'
import { formatDate, formatNumber, formatShare, unbroken } from '../format.ts'

export const licenseStates: Record<LicenseState, [Tone, string]> = {
  revoked: ['bad', 'Revoked'],
  unusable: ['bad', 'Unusable'],
  expired: ['bad', 'Expired'],
  denied: ['bad', 'Does not serve here'],
  'used-up': ['bad', 'Used up'],
  emergency: ['warn', 'By emergency code'],
  grace: ['warn', 'In grace'],
  active: ['ok', 'Active'],
  next: ['info', 'Begins later'],
  superseded: ['neutral', 'Replaced'],
  deactivated: ['neutral', 'Given up here'],
}

export const refusedOperations: Record<RefusalSeen['of'], string> = {
  call: 'Call',
  serve: 'Deployment',
  export: 'Handing on',
  derive: 'Deriving',
  modify: 'Changing',
}

export const typeWords = (type: string): string => `${type.charAt(0)}${type.slice(1).toLowerCase()}`

/** Notices begin this many days before the end, and at this share of the quota. */
const daysNoticed = 90
const shareNoticed = 0.8

export const shareUsed = ({ usage }: Pick<LicenseRow, 'usage'>): number | null =>
  usage === null || usage.limit === null ? null : usage.limit === 0 ? 1 : usage.used / usage.limit

/** Over all licenses that serve it, since they are asked one after another; null where there is no limit. */
export function leftInWords({ licenses }: Pick<Explanation, 'licenses'>): string | null {
  const counted = licenses.flatMap(({ usage }) => (usage === null ? [] : [usage]))
  if (counted.length === 0 || counted.some(({ limit }) => limit === null)) return null
  const sum = (of: (usage: (typeof counted)[number]) => number) =>
    counted.reduce((total, usage) => total + of(usage), 0)
  const left = sum(({ limit, used }) => Math.max(0, (limit ?? 0) - used))
  return `${formatNumber(left)} of ${formatNumber(sum(({ limit }) => limit ?? 0))} left this month`
}

/** What is refused for its quota alone is permitted by the license. */
export const isPermitting = ({ state }: Pick<LicenseRow, 'state'>): boolean =>
  ['active', 'used-up', 'grace', 'emergency'].includes(state)

const utcDay = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  timeZone: 'UTC',
})
const utcMonth = new Intl.DateTimeFormat('en-GB', { month: 'long', year: 'numeric', timeZone: 'UTC' })

/** Written out: the schemas that have them would be loaded with the first screen. */
const types = /\b(?:COMMUNITY|DEVELOPER|PROFESSIONAL|ENTERPRISE)\b/g

/** What the node says, with its types, thousands, days, moments and months of UTC in the way of the screens. */
export const inScreenWords = (text: string): string =>
  text
    .replace(types, (type) => typeWords(type))
    // The end of an id stays with the dots before it.
    .replace(/…(?=\w)/g, '…\u2060')
    .replace(/(\d),(?=\d{3}\b)/g, '$1\u202f')
    .replace(
      /(?<![\w.-])(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d)(?::\d\d(?:\.\d+)?)?(?: UTC|Z))?(?![\w-]|\.\w)/g,
      (_, day: string, time: string | undefined) =>
        `${unbroken(utcDay.format(new Date(day)))}${time === undefined ? '' : `, ${time} UTC`}`,
    )
    .replace(/(?<![\w.-])\d{4}-(?:0\d|1[0-2])(?![\w-]|\.\w)/g, (month) =>
      unbroken(utcMonth.format(new Date(month))),
    )

export const inDays = (days: number): string =>
  days === 0 ? 'today' : days === 1 ? 'tomorrow' : `in ${formatNumber(days)} days`

export interface LicenseNotice {
  lid: string
  model: string
  kind: 'refused' | 'emergency' | 'grace' | 'ends' | 'rebind' | 'quota'
  tone: 'bad' | 'warn' | 'info'
  title: string
  text: string
}

const nameOf = ({ license, model }: LicenseRow): string =>
  license ? `${typeWords(license.terms.type)} license for ${model}` : `license for ${model}`

const about = (
  row: LicenseRow,
  kind: LicenseNotice['kind'],
  tone: LicenseNotice['tone'],
  title: string,
  text: string,
): LicenseNotice => ({ lid: row.lid, model: row.model, kind, tone, title, text })

/** It has never allowed it: nobody has to do anything, unless they want another license. */
const isAsSold = ({ problem }: LicenseRow): boolean =>
  problem?.code === 'LIC_ONPREM_DENIED' || problem?.code === 'LIC_COMMERCIAL_DENIED'

const refusedTone = (row: LicenseRow) => (isAsSold(row) ? 'info' : 'bad')

const severity = { bad: 0, warn: 1, info: 2 } as const

/** What a person must do about one license, the gravest first; none where all is well. */
export function noticesOf(row: LicenseRow): LicenseNotice[] {
  const found: LicenseNotice[] = []
  const { problem, daysLeft, graceUntil, emergencyUntil, usage } = row
  const [, word] = licenseStates[row.state]
  if (row.state === 'emergency' && emergencyUntil !== null) {
    const until = formatDate(emergencyUntil)
    const text = `An emergency code lets the ${nameOf(row)} serve until then, and no longer: get its renewal before that.`
    found.push(about(row, 'emergency', 'warn', `Serves until ${until} by an emergency code.`, text))
  } else if (row.state === 'grace') {
    const until =
      graceUntil === null ? '' : ` Versions published before its end run until ${formatDate(graceUntil)}.`
    found.push(about(row, 'grace', 'warn', 'In grace.', `The ${nameOf(row)} has ended.${until}`))
  } else if (problem && ['revoked', 'unusable', 'expired', 'denied'].includes(row.state)) {
    found.push(
      about(
        row,
        'refused',
        refusedTone(row),
        `${word}.`,
        inScreenWords(`The ${nameOf(row)}: ${problem.message} ${problem.remedy}`),
      ),
    )
  } else if (['active', 'used-up'].includes(row.state) && daysLeft !== null && daysLeft <= daysNoticed) {
    const tone = daysLeft <= 14 ? 'warn' : 'info'
    found.push(
      about(row, 'ends', tone, `Ends ${inDays(daysLeft)}.`, `The ${nameOf(row)} can be renewed before that.`),
    )
  }
  if (row.binding.state === 'rebind') {
    const until = row.binding.until === null ? '' : ` until ${formatDate(row.binding.until)}`
    const text = `The ${nameOf(row)} was bound to it as it was: ask for it anew${until}.`
    found.push(about(row, 'rebind', 'warn', 'This machine has changed.', text))
  }
  const share = shareUsed(row)
  if (isPermitting(row) && usage && share !== null && share >= shareNoticed) {
    const deny = row.license?.terms.quota.onExceed !== 'overage'
    const after = deny ? 'refused' : 'billed apart'
    const full = share >= 1
    const title = full
      ? 'The quota of the month is used up.'
      : `${formatShare(share, 0)} of the quota is used.`
    const used = `${formatNumber(usage.used)} of ${formatNumber(usage.limit ?? 0)} on the ${nameOf(row)}.`
    const rest = `What is more is ${after} until ${formatDate(usage.resetsAt)}.`
    found.push(about(row, 'quota', full && deny ? 'bad' : 'warn', title, `${used} ${rest}`))
  }
  return found.toSorted((a, b) => severity[a.tone] - severity[b.tone])
}

/** A license that another one stands in for needs nobody. */
export function noticesOfAll(rows: readonly LicenseRow[]): LicenseNotice[] {
  const served = new Set(rows.filter(({ state }) => state === 'active').map(({ model }) => model))
  return rows
    .filter(({ state, model }) => state === 'active' || !served.has(model))
    .flatMap(noticesOf)
    .toSorted((a, b) => severity[a.tone] - severity[b.tone])
}

const urgency = (row: LicenseRow): number =>
  isAsSold(row)
    ? severity.info + 1
    : Math.min(severity.info, ...noticesOf(row).map(({ tone }) => severity[tone]))

/** As the node orders them, but what is used up stands beside what is refused, and what never served behind what does. */
export const urgentFirst = (rows: readonly LicenseRow[]): LicenseRow[] =>
  rows.toSorted((a, b) => urgency(a) - urgency(b))
