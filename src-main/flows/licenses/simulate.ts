/** What the licenses will say at a time to come, after a number of requests: for every model that they are about. */
import type { Explanation } from '../../contract/license/views.ts'
import { periodAt } from '../../metering/quota/period.ts'
import { findModel } from '../../store/tables/models.ts'
import { versionNames } from '../../store/tables/versions.ts'
import type { NodeContext } from '../node-context.ts'
import { countedOn } from './counted.ts'
import { explain } from './explain.ts'
import { monthAccount } from './quota-accounts.ts'

export interface Simulated extends Explanation {
  /** Of the license that allows it; null where its requests have no limit. */
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
      const { decision } = explained
      const license = decision.allowed
        ? usable.findLast(({ standing }) => standing.license.lid === decision.lid)?.standing.license
        : undefined
      return { ...explained, quota: license ? quotaAt(node, license, now, requests) : null }
    }),
  }
}

function isInstalled(node: NodeContext, name: string): boolean {
  const model = findModel(node.db, name)
  return model !== null && versionNames(node.db, model.id).length > 0
}

/** What was used stays used for the rest of its month; another month begins with none. */
function quotaAt(
  node: NodeContext,
  license: Parameters<typeof monthAccount>[1],
  now: number,
  requests: number,
): Simulated['quota'] {
  const month = periodAt(now * 1000)
  const { limit } = monthAccount(node.licensing.book.notes(), license, month)
  if (limit === null) return null
  const used = countedOn(node, license.lid, month)?.counted ?? 0
  const after = Math.min(Math.max(limit, used), used + requests)
  return { limit, used, after, refused: used + requests - after }
}
