/**
 * One request from the page: through serving's own door like any consumer's, with control's key. A version that is not
 * deployed is loaded for the try and let go when it is idle.
 */
import { z } from 'zod'
import { OutpostError } from '../../base/errors.ts'
import { type Prediction, prediction } from '../../contract/api/serving.ts'
import type { Asker } from '../../contract/internal-key.ts'
import { graphSummary } from '../../contract/package.ts'
import { resolveVersion } from '../../registry/resolve.ts'
import { readJsonOrNull } from '../../store/sqlite.ts'
import { endpointsOfModel } from '../../store/tables/endpoints.ts'
import { readDocuments } from '../../store/tables/versions.ts'
import type { NodeContext } from '../node-context.ts'

const refusal = z.object({
  error: z.object({
    code: z.string(),
    message: z.string(),
    hint: z.string().optional(),
    details: z.record(z.string(), z.unknown()).optional(),
  }),
})

export async function tryModel(
  node: NodeContext,
  input: { model: string; version?: string | undefined; inputs?: unknown; from?: Asker | undefined },
  signal?: AbortSignal,
): Promise<Prediction> {
  const found = resolveVersion(node.db, input.model, input.version)
  const running = endpointsOfModel(node.db, found.model.id).filter(({ desired }) => desired === 'running')
  const deployed = running.some(({ versionId }) => versionId === found.version.id)
  // Without a version the endpoint's own rules answer, as they would a consumer.
  const byEndpoint = input.version === undefined && running.length > 0
  if (!deployed && !byEndpoint) await node.serving.load(found.version.id)
  // As it was named, so that the receipt says how the version was chosen.
  const reference = deployed ? (input.version ?? found.name) : found.name
  const path = byEndpoint
    ? `/v1/models/${found.model.name}/inference`
    : `/v1/models/${found.model.name}@${encodeURIComponent(reference)}/predict`
  const { status, body } = await node.askServing(
    path,
    { inputs: input.inputs },
    {
      tryVersionId: deployed || byEndpoint ? null : found.version.id,
      from: input.from ?? 'playground',
      signal,
    },
  )
  if (status === 200) return prediction.parse(body)
  const refused = refusal.safeParse(body)
  if (!refused.success)
    throw new OutpostError('SERVING_UNAVAILABLE', `The serving process answered ${status}.`)
  throw OutpostError.fromFailure(refused.data.error)
}

export function tensorInterface(node: NodeContext, model: string, version: string) {
  const found = resolveVersion(node.db, model, version)
  const graph = readJsonOrNull(
    graphSummary,
    readDocuments(node.db, found.version.id)?.graph ?? null,
    'graph summary',
  )
  return { inputs: graph?.inputs ?? [], outputs: graph?.outputs ?? [] }
}
