/**
 * Which deployment answers /v1/models/{id}[@reference] (R40 to R44): without a reference the endpoint's own rules,
 * with one the newest deployed version that it means. Registered but not deployed is told apart from unknown.
 */
import { OutpostError } from '../../base/errors.ts'
import { versionSortKey } from '../../base/version-order.ts'
import { chooseVersion, meaningOf } from '../../base/version-reference.ts'
import type { EndpointRoute, ModelNames, Routes, ServedVersion } from './routes.ts'

export interface Resolved {
  endpoint: EndpointRoute
  /** Why this version answers: exact, alias stable, range 2.x, endpoint default. */
  rule: string
}

/**
 * `answering` gives what answers for an endpoint now: while its next version is being loaded, or where that failed,
 * the one before. NAME_INVALID, MODEL_NOT_FOUND, VERSION_NOT_FOUND, NOT_DEPLOYED.
 */
export function resolveVersion(
  routes: Routes,
  model: string,
  reference: string | null,
  answering: (endpoint: string) => EndpointRoute | null,
): Resolved {
  const served = [...routes.endpoints.values()].filter((endpoint) => endpoint.version.model === model)
  if (reference === null) {
    const { endpoint, rule } = byEndpoint(routes, model, served)
    return { endpoint: answering(endpoint.name) ?? endpoint, rule }
  }
  const meaning = meaningOf(reference)
  if (!meaning || meaning.kind === 'none') {
    throw new OutpostError('NAME_INVALID', `"${reference.slice(0, 140)}" is no version, range or alias.`, {
      hint: 'Write a version such as 1.2.0 (without a leading v), a range such as 2.x, or an alias such as stable.',
    })
  }
  const running = served.filter(({ desired }) => desired !== 'stopped')
  const ready = running.map(({ name }) => answering(name)).filter((endpoint) => endpoint !== null)
  const names = routes.namesOf(model)
  if (!names) throw unknownModel(model)
  const pinned = (alias: string) => names.pins.get(alias) ?? null
  const deployed =
    chooseVersion(meaning, candidatesOf(ready), pinned) ??
    chooseVersion(meaning, candidatesOf(running), pinned)
  if (deployed) return { endpoint: deployed.chosen.endpoint, rule: deployed.rule }
  const registered = chooseVersion(meaning, names.versions, pinned)
  if (registered) {
    throw notDeployed(
      `${model}@${reference} means ${registered.chosen.version}, which is registered but not deployed.`,
    )
  }
  throw new OutpostError('VERSION_NOT_FOUND', `${model} has no version, range or alias "${reference}".`, {
    hint: describe(names, running),
  })
}

/** The endpoint that is named after the model, else the first that serves it. */
function byEndpoint(routes: Routes, model: string, served: readonly EndpointRoute[]): Resolved {
  const running = served.filter(({ desired }) => desired === 'running')
  const endpoint = running.find(({ name }) => name === model) ?? running[0] ?? served[0]
  if (endpoint) return { endpoint, rule: 'endpoint default' }
  if (!routes.namesOf(model)) throw unknownModel(model)
  throw notDeployed(`No version of ${model} is deployed.`)
}

interface Candidate {
  version: string
  dataVersion: string | null
  endpoint: EndpointRoute
}

/** Newest first; a version that several endpoints serve is answered by one that runs. */
function candidatesOf(endpoints: readonly EndpointRoute[]): Candidate[] {
  return endpoints
    .map((endpoint) => ({
      version: endpoint.version.number,
      dataVersion: endpoint.version.dataVersion,
      endpoint,
    }))
    .sort((a, b) => {
      const [left, right] = [versionSortKey(a.version), versionSortKey(b.version)]
      if (left !== right) return left < right ? 1 : -1
      return Number(b.endpoint.desired === 'running') - Number(a.endpoint.desired === 'running')
    })
}

/** Two versions that differ in build metadata alone are the same; one that names its metadata means that one. */
export function isVersion(version: ServedVersion, reference: string): boolean {
  return reference === version.version || reference === version.number
}

function describe(names: ModelNames, running: readonly EndpointRoute[]): string {
  const newest = names.versions[0]?.version ?? 'none'
  const deployed = running.map(({ version }) => version.version).join(', ') || 'none'
  return `Newest registered version: ${newest}; deployed: ${deployed}.`
}

const unknownModel = (model: string) =>
  new OutpostError('MODEL_NOT_FOUND', `There is no model ${model} here.`)
const notDeployed = (message: string) =>
  new OutpostError('NOT_DEPLOYED', message, { hint: 'Deploy it, or name a version that is deployed.' })
