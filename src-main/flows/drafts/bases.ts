/** The models that a draft may begin from: the own ones, and those of others whose license allows a change. */
import type { z } from 'zod'
import type { draftBase } from '../../contract/draft-views.ts'
import { findModel } from '../../store/tables/models.ts'
import { newestVersion } from '../../store/tables/versions.ts'
import { decideVersion, factsOf } from '../licenses/decide-version.ts'
import type { NodeContext } from '../node-context.ts'
import { listModels } from '../registry.ts'

/** Of a registry full of models that may not be changed no more are looked at; a search leads to the others. */
const lookedAtMax = 1_000
const windowRows = 200

export function listBases(
  node: NodeContext,
  { search, limit }: { search?: string | undefined; limit: number },
): { rows: z.infer<typeof draftBase>[] } {
  const sought =
    search === undefined ? ({ sort: 'updated' } as const) : { search, sort: 'relevance' as const }
  const found: z.infer<typeof draftBase>[] = []
  for (let offset = 0; offset < lookedAtMax && found.length < limit; offset += windowRows) {
    const { rows } = listModels(node, { ...sought, order: 'descending', offset, limit: windowRows })
    found.push(...rows.filter(({ id }) => mayChange(node, id)).map(({ id, title }) => ({ id, title })))
    if (rows.length < windowRows) break
  }
  return { rows: found.slice(0, limit) }
}

/** Asked and not refused: a list that leaves a model out stands among no refusals. */
function mayChange(node: NodeContext, model: string): boolean {
  const version = newestVersion(node.db, findModel(node.db, model))
  return (
    version !== null &&
    decideVersion(node.licensing, factsOf(model, version), { operation: 'modify' }).allowed
  )
}
