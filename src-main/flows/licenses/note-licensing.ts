/**
 * What serving reports of licenses each second, told on at once: a mark of a quota that is reached, and the first
 * refused call of a day.
 */
import { OutpostError } from '../../base/errors.ts'
import type { RefusalSeen } from '../../contract/license/views.ts'
import type { LicensingTold } from '../../contract/processes.ts'
import { asStoreError, inTransaction } from '../../store/sqlite.ts'
import { licenseHistory } from '../../store/tables/licenses.ts'
import type { NodeContext } from '../node-context.ts'
import { noteCounted } from './counted.ts'
import { ofQuota, severityOf } from './notice-words.ts'
import { isInUse, sendNotices, tellNotice } from './notices.ts'

/** What serving counted and refused since its last report: its notices come with it, not with the next look. */
export function noteLicensing(node: NodeContext, told: LicensingTold): void {
  node.quotas.take(told)
  try {
    noteCounted(node, told)
    tellOfQuotas(node, told)
    tellOfRefusals(node, told.refusals)
  } catch (error) {
    const known = asStoreError(error)
    if (!(known instanceof OutpostError && known.code === 'DISK_FULL')) throw known
    node.log.warn({ err: known }, 'what was counted could not be told') // the next look tells of it
  }
  if (told.refusals.length > 0) node.announce('licenses')
}

function tellOfQuotas(node: NodeContext, { accounts }: LicensingTold): void {
  const counted = new Set(accounts.map(({ account }) => account))
  const models = new Set([...counted].flatMap((lid) => licenseHistory(node.db, lid)[0]?.model ?? []))
  const now = node.licensing.now()
  const due = [...models].flatMap((model) =>
    node.licensing.book
      .of(model, now)
      .usable.filter((one) => isInUse(one) && counted.has(one.standing.license.lid))
      .flatMap(({ standing: { license } }) => ofQuota(node, license).map((notice) => ({ license, notice }))),
  )
  if (due.length === 0) return
  let told = false
  inTransaction(node.db, () => {
    for (const { license, notice } of due) told = tellNotice(node, license, notice) || told
  })
  if (told) sendNotices(node)
}

/** What serving refused in the name of a license: told once a day for each license and code. */
function tellOfRefusals(node: NodeContext, refusals: readonly RefusalSeen[]): void {
  if (refusals.length === 0) return
  let told = false
  inTransaction(node.db, () => {
    const first = new Map(refusals.map((refusal) => [`${refusal.lid} ${refusal.code}`, refusal]))
    for (const { at, code, lid, model, message } of first.values()) {
      if (lid === null) continue
      const found = node.licensing.book
        .of(model, node.licensing.now())
        .usable.findLast(({ standing }) => standing.license.lid === lid)
      if (!found) continue
      const kind = `calls-refused-${code}-${at.slice(0, 10)}`
      const notice = {
        kind,
        severity: severityOf(kind),
        message: `Calls to ${model} are refused. ${message}`,
      }
      told = tellNotice(node, found.standing.license, notice) || told
    }
  })
  if (told) sendNotices(node)
}
