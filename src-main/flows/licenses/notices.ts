/**
 * What a licensee is told before it is too late: at 90, 60, 30, 14, 7 and 1 days before an end, and at 80, 95 and 100
 * per cent of a quota. Each is told once, on the page, to the webhooks and by mail; and the moment from which a machine
 * that changed must be bound anew is kept here.
 */
import { isoTime } from '../../base/clock.ts'
import type { LicensePayload } from '../../contract/license/documents.ts'
import { dayOf } from '../../contract/license/words.ts'
import { graceEnd, type LicenseStanding } from '../../license/ladder/rungs.ts'
import { inTransaction } from '../../store/sqlite.ts'
import { insertNotice, listNotices } from '../../store/tables/license-notices.ts'
import { changeLicense } from '../../store/tables/licenses.ts'
import { nextSnapshot } from '../../store/tables/meta.ts'
import { enqueue } from '../alerts/webhook-outbox.ts'
import { enqueueMail } from '../mail/mail-outbox.ts'
import type { NodeContext } from '../node-context.ts'
import { tellOfLicenses } from './documents.ts'
import { quotaUsageOf } from './quota-accounts.ts'
import type { Standings } from './standings.ts'

interface Notice {
  kind: string
  severity: 'info' | 'warning' | 'danger'
  message: string
}

const daysBefore = [90, 60, 30, 14, 7, 1]
const percents = [100, 95, 80]
const shownMax = 200

type Usable = Standings['usable'][number]

/** Looks once; what it finds new is told. */
export async function lookAtLicenses(node: NodeContext): Promise<void> {
  const now = node.licensing.now()
  const { usable } = node.licensing.book.of(null, now)
  const inUse = usable.filter(({ standing }) => standing.supersededBy === null && !standing.deactivated)
  let told = false
  inTransaction(node.db, () => {
    for (const one of inUse)
      for (const notice of noticesOf(node, one, usable, now)) told = tell(node, one, notice) || told
  })
  const rebound = keepRebind(node, inUse)
  if (rebound) await tellOfLicenses(node)
  if (!told) return
  node.announce('licenses')
  node.webhooks.wake()
  node.mails.wake()
}

function noticesOf(node: NodeContext, { standing }: Usable, all: readonly Usable[], now: number): Notice[] {
  return [...ofTime(standing, all, now), ...ofQuota(node, standing.license), ...ofMachine(standing)]
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
        severity: 'danger',
        message: `${subject} was revoked${revoked.reason === '' ? '' : `: ${revoked.reason}`}.`,
      },
    ]
  if (exp === null) return []
  const end = graceEnd(license) ?? exp
  if (now >= end && emergencyUntil !== null && now < emergencyUntil)
    return [
      {
        kind: `emergency-${dayOf(emergencyUntil)}`,
        severity: 'danger',
        message: `${subject} has expired, and an emergency code lets it serve until before ${dayOf(emergencyUntil)}. Renew it before that.`,
      },
    ]
  if (now >= end)
    return [
      {
        kind: 'grace-over',
        severity: 'danger',
        message: `${subject} has expired, and its grace is over: it serves no more.`,
      },
    ]
  if (now >= exp)
    return [
      {
        kind: 'grace',
        severity: 'danger',
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
      severity: due <= 14 ? 'warning' : 'info',
      message: `${subject} ends on ${dayOf(exp)}, ${left <= 1 ? 'within a day' : `in ${Math.ceil(left)} days`}. Renew it in time: the next one can be installed ahead.`,
    },
  ]
}

function ofQuota(node: NodeContext, license: LicensePayload): Notice[] {
  const { used, limit, month } = quotaUsageOf(node, license)
  if (limit === null || limit === 0) return []
  const due = percents.find((percent) => used * 100 >= limit * percent)
  if (due === undefined) return []
  const count = `${used.toLocaleString('en-US')} of ${limit.toLocaleString('en-US')} requests`
  return [
    {
      kind: `quota-${month}-${due}`,
      severity: due === 100 ? 'danger' : 'warning',
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
          severity: 'warning',
          message: `This machine has changed: the license for ${license.model.id} must be bound anew before ${dayOf(binding.until)}. Make a request file and send it to the issuer.`,
        },
      ]
    : []

function tell(
  node: NodeContext,
  { standing: { license } }: Usable,
  { kind, severity, message }: Notice,
): boolean {
  const at = isoTime(node.clock)
  const { lid, seq, model } = license
  if (!insertNotice(node.db, { lid, seq, kind, at, message })) return false
  enqueue(
    node,
    {
      type: 'license.notice',
      data: { license: lid, document: seq, model: model.id, kind, severity, message },
    },
    at,
  )
  const body = `${message}\n\nLicense ${lid}, document ${seq}, of ${license.iss}.\n${license.contact === '' ? '' : `Renew at ${license.contact}.\n`}`
  enqueueMail(
    node,
    { subject: `${severity === 'danger' ? 'Now' : 'Soon'}: license of ${model.id}`, body },
    at,
  )
  return true
}

/** Since when too few traits are found again; none where they are found. */
function keepRebind(node: NodeContext, inUse: readonly Usable[]): boolean {
  const changed = inUse.filter(({ stored, standing: { binding } }) =>
    binding.state === 'bound'
      ? stored.rebindSince !== null
      : binding.state === 'rebind' && stored.rebindSince === null,
  )
  if (changed.length === 0) return false
  const now = node.licensing.now() * 1000
  const since = new Date(now).toISOString()
  inTransaction(node.db, () => {
    node.licensing.marks.change((marks) => {
      const belowSince = { ...marks.belowSince }
      for (const { standing } of changed) {
        const { lid } = standing.license
        if (standing.binding.state === 'bound') delete belowSince[lid]
        else belowSince[lid] ??= now
      }
      return { ...marks, belowSince }
    })
    for (const { stored, standing } of changed)
      changeLicense(node.db, stored, { rebindSince: standing.binding.state === 'bound' ? null : since })
    nextSnapshot(node.db)
  })
  return true
}

const severityOf = (kind: string): Notice['severity'] =>
  /^(revoked|grace|emergency-|quota-.*-100$)/.test(kind)
    ? 'danger'
    : /^ends-(90|60|30)$/.test(kind)
      ? 'info'
      : 'warning'

export function licenseNotices(node: NodeContext) {
  const models = new Map(
    node.licensing.book.of(null, node.licensing.now()).usable.map(({ stored }) => [stored.lid, stored.model]),
  )
  return listNotices(node.db, shownMax).map((notice) => ({
    ...notice,
    model: models.get(notice.lid) ?? null,
    severity: severityOf(notice.kind),
  }))
}

const lookEveryMs = 30_000

/** Looks again and again until it is stopped. */
export function watchLicenses(node: () => NodeContext): { stop(): Promise<void> } {
  let looking: Promise<void> = Promise.resolve()
  const look = () => {
    looking = lookAtLicenses(node()).catch((error: unknown) =>
      node().log.error({ err: error }, 'the licenses could not be looked at'),
    )
  }
  const timer = setInterval(look, lookEveryMs)
  timer.unref()
  return {
    stop: async () => {
      clearInterval(timer)
      await looking
    },
  }
}
