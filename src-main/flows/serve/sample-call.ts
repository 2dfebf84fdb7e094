/** One line of curl that gives a prediction from a deployed sample: what the console shows a person who just came. */
import type { VersionDetail } from '../../contract/views.ts'
import { listEndpoints } from '../../store/tables/endpoints.ts'
import { modelsFrom } from '../../store/tables/models.ts'
import type { NodeContext } from '../node-context.ts'
import { findVersion } from '../registry.ts'
import { endpointState } from './deployment-rows.ts'

/** Text reads best on a terminal, a row of numbers next; a picture is too long for one line. */
const preference = ['text', 'fields']

export async function sampleCall(node: NodeContext, secret: string): Promise<string | null> {
  await node.serving.apply(node.snapshot()) // settled: each deployment is ready or has failed
  const { url } = node.serving.state()
  const stateOf = endpointState(node)
  const samples = new Set(modelsFrom(node.db, 'sample').map(({ id }) => id))
  const deployed = listEndpoints(node.db).filter(
    (endpoint) => samples.has(endpoint.modelId) && stateOf(endpoint) === 'ready',
  )
  const versions = await Promise.all(deployed.map(({ model, version }) => findVersion(node, model, version)))
  const ranked = versions
    .map((version) => ({ version, rank: preference.indexOf(version.descriptor.inputs[0]?.kind ?? '') }))
    .filter(({ rank }) => rank !== -1)
    .toSorted((a, b) => a.rank - b.rank)
  const [best] = ranked
  const inputs = best && exampleOf(best.version)
  if (!url || !best || inputs === undefined) return null
  const body = JSON.stringify({ inputs }).replaceAll("'", String.raw`'\''`)
  return [
    'Try it, with a key that is gone when this stops:',
    `  curl -s ${url}/v1/models/${best.version.model}/inference -H 'Authorization: Bearer ${secret}' -H 'Content-Type: application/json' -d '${body}'`,
  ].join('\n')
}

function exampleOf(version: VersionDetail): unknown {
  const [example] = version.examples
  const [input] = version.descriptor.inputs
  return example && input ? example.inputs[input.tensor] : undefined
}
