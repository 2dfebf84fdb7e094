/** What the licenses will say at a time to come, after a number of requests: for every model that they are about. */
import type { LicensePayload } from '../../contract/license/documents.ts'
import type { Explanation } from '../../contract/license/views.ts'
import { permitting } from '../../license/ladder/decide.ts'
import { periodAt } from '../../metering/quota/period.ts'
import { resolveVersion } from '../../registry/resolve.ts'
import { findModel } from '../../store/tables/models.ts'
import { versionNames } from '../../store/tables/versions.ts'
import type { NodeContext } from '../node-context.ts'
import { countedOn } from './counted.ts'
import { askedHere, factsOf } from './decide-version.ts'
import { explain } from './explain.ts'
import { monthAccount } from './quota-accounts.ts'

export interface Simulated extends Explanation {
  /** Of the licenses that allow it, together; null where its requests have no limit. */
  quota: { limit: number; used: number; after: number; refused: number } | null
}

/** Nothing is counted and nothing changes. Tranches and renewals that are here already are part of it. */
export function simulate(
  node: NodeContext,
  { at, requests, model }: { at: string; requests: number; model?: string | undefined },
): { at: string; models: Simulated[] } {
  const now = Math.floor(Date.parse(at) / 1000)
  const { usable } = node.licensing.book.of(model ?? null, now)
  const models = [...new Set(usable.map(({ stored }) => stored.model))].filter((name) =>
    isInstalled(node, name),
  )
  return {
    at: new Date(now * 1000).toISOString(),
    models: models.map((name) => {
      const explained = explain(node, { model: name, version: 'latest', operation: 'serve', now })
      const { version } = resolveVersion(node.db, name, 'latest')
      const question = {
        ...askedHere(node.licensing, { operation: 'serve', now }),
        version: factsOf(name, version),
      }
      const ofModel = usable.filter(({ stored }) => stored.model === name).map(({ standing }) => standing)
      const licenses = explained.own ? [] : permitting(ofModel, question).map(({ license }) => license)
      return { ...explained, quota: quotaAt(node, licenses, now, requests) }
    }),
  }
}

function isInstalled(node: NodeContext, name: string): boolean {
  const model = findModel(node.db, name)
  return model !== null && versionNames(node.db, model.id).length > 0
}

/** What was used stays used for the rest of its month; another month begins with none. Null: nothing ends it. */
function quotaAt(
  node: NodeContext,
  licenses: readonly LicensePayload[],
  now: number,
  requests: number,
): Simulated['quota'] {
  const month = periodAt(now * 1000)
  let limit = 0
  let used = 0
  let free = 0
  for (const license of licenses) {
    const own = monthAccount(node.licensing.book.notes(), license, month).limit
    const { onExceed, overageMax } = license.terms.quota
    const overage = onExceed === 'overage' ? overageMax : 0
    if (own === null || overage === null) return null
    const counted = countedOn(node, license.lid, month)?.counted ?? 0
    limit += own
    used += counted
    free += Math.max(0, own + overage - counted)
  }
  if (licenses.length === 0) return null
  const taken = Math.min(free, requests)
  return { limit, used, after: used + taken, refused: requests - taken }
}
