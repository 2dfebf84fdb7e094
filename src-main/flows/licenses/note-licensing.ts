/**
 * What serving reports of licenses each second, told on at once: a mark of a quota that is reached, and the first
 * refused call of a day.
 */
import { OutpostError } from '../../base/errors.ts'
import type { RefusalSeen } from '../../contract/license/views.ts'
import type { LicensingTold } from '../../contract/processes.ts'
import { asStoreError } from '../../store/sqlite.ts'
import { licenseHistory } from '../../store/tables/licenses.ts'
import type { NodeContext } from '../node-context.ts'
import { noteCounted } from './counted.ts'
import { ofQuota } from './notice-words.ts'
import { isInUse, tellNotices } from './notices.ts'

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
  tellNotices(
    node,
    [...models].flatMap((model) =>
      node.licensing.book
        .of(model, now)
        .usable.filter((one) => isInUse(one) && counted.has(one.standing.license.lid))
        .flatMap(({ standing: { license } }) =>
          ofQuota(node, license).map((notice) => ({ license, notice })),
        ),
    ),
  )
}

/** What serving refused in the name of a license: told once a day for each license and code. */
function tellOfRefusals(node: NodeContext, refusals: readonly RefusalSeen[]): void {
  const now = node.licensing.now()
  const first = new Map(refusals.map((refusal) => [`${refusal.lid} ${refusal.code}`, refusal]))
  tellNotices(
    node,
    [...first.values()].flatMap(({ at, code, lid, model, message }) => {
      const found = node.licensing.book
        .of(model, now)
        .usable.findLast(({ standing }) => standing.license.lid === lid)
      if (!found) return []
      const notice = {
        kind: `calls-refused-${code}-${at.slice(0, 10)}`,
        message: `Calls to ${model} are refused. ${message}`,
      }
      return [{ license: found.standing.license, notice }]
    }),
  )
}
