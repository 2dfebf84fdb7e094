/**
 * What a licensee is told before it is too late: at 90, 60, 30, 14, 7 and 1 days before an end, and at 80, 95 and 100
 * per cent of a quota. Each is told once, on the page, to the webhooks and by mail; and the moment from which a machine
 * that changed must be bound anew is kept here.
 */
import { isoTime } from '../../base/clock.ts'
import type { LicensePayload } from '../../contract/license/documents.ts'
import { inTransaction } from '../../store/sqlite.ts'
import { insertNotice, listNotices } from '../../store/tables/license-notices.ts'
import { changeLicense } from '../../store/tables/licenses.ts'
import { nextSnapshot } from '../../store/tables/meta.ts'
import { enqueue } from '../alerts/webhook-outbox.ts'
import { enqueueMail } from '../mail/mail-outbox.ts'
import type { NodeContext } from '../node-context.ts'
import { type Notice, noticesOf, severityOf } from './notice-words.ts'
import type { Standings } from './standings.ts'
import { tellOfLicenses } from './tell.ts'

const shownMax = 200

type Usable = Standings['usable'][number]
export const isInUse = ({ standing }: Usable): boolean =>
  standing.supersededBy === null && !standing.deactivated

/** Looks once, at those of one model or at all; what it finds new is told. */
export async function lookAtLicenses(node: NodeContext, model: string | null = null): Promise<void> {
  node.quotas.keep()
  const now = node.licensing.now()
  const { usable } = node.licensing.book.of(model, now)
  const inUse = usable.filter(isInUse)
  tellNotices(
    node,
    inUse.flatMap(({ standing }) =>
      noticesOf(node, standing, usable, now).map((notice) => ({ license: standing.license, notice })),
    ),
  )
  if (keepRebind(node, inUse)) await tellOfLicenses(node)
}

export interface LicenseNotice {
  license: LicensePayload
  notice: Notice
}

/** All or none; those that were told before are left out. */
export function tellNotices(node: NodeContext, due: readonly LicenseNotice[]): void {
  if (due.length === 0) return
  const told = inTransaction(node.db, () => due.filter((one) => tellNotice(node, one)))
  if (told.length === 0) return
  node.announce('licenses')
  node.webhooks.wake()
  node.mails.wake()
}

const subjects = { danger: 'Now', warning: 'Soon', info: 'Note' } as const

/** False where it was told before. */
function tellNotice(node: NodeContext, { license, notice: { kind, message } }: LicenseNotice): boolean {
  const severity = severityOf(kind)
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
  enqueueMail(node, { subject: `${subjects[severity]}: license of ${model.id}`, body }, at)
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
