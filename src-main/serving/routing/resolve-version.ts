/**
 * Which deployed version answers /v1/models/{id}[@reference] and /v2/models/{endpoint}[/versions/{reference}] (R40 to
 * R44): without a reference the endpoint's traffic decides, with one the newest deployed version that it means.
 * Registered but not deployed is told apart from unknown.
 */
import { OutpostError } from '../../base/errors.ts'
import { versionSortKey } from '../../base/version-order.ts'
import { chooseVersion, meaningOf, type VersionMeaning } from '../../base/version-reference.ts'
import { chooseTarget, type RequestTraits } from './choose-target.ts'
import type { EndpointRoute, ModelNames, Routes, RouteTarget } from './routes.ts'

export interface Resolved {
  endpoint: EndpointRoute
  target: RouteTarget
  /** Why this version answers: exact, alias stable, range 2.x, flag beta, split, endpoint default. */
  rule: string
  /** Whether another version may answer where this one cannot: not where the caller named it. */
  mayFailOver: boolean
}

/** What is known of the targets at this moment. */
export interface Standing {
  isReady(endpoint: EndpointRoute, target: RouteTarget): boolean
  /** Neither set aside nor taken out of the traffic by a rule. */
  isUsable(endpoint: EndpointRoute, target: RouteTarget): boolean
}

/** ENDPOINT_NOT_FOUND; VERSION_NOT_FOUND where the endpoint serves no version that is meant. */
export function resolveEndpoint(
  routes: Routes,
  name: string,
  reference: string | null,
  traits: RequestTraits,
  standing: Standing,
): Resolved {
  const endpoint = routes.endpoints.get(name)
  if (!endpoint) throw new OutpostError('ENDPOINT_NOT_FOUND', `There is no endpoint ${name} here.`)
  if (reference === null) return byTraffic(endpoint, traits, standing)
  const meaning = meaningOf(reference)
  const names = routes.namesOf(endpoint.model)
  const found =
    meaning && meaning.kind !== 'none' ? chooseDeployed([endpoint], meaning, names, standing) : null
  if (found) return found
  const served = endpoint.targets
    .filter(isAsked)
    .map((target) => target.name)
    .join(', ')
  throw new OutpostError('VERSION_NOT_FOUND', `The endpoint ${name} serves ${served}, not ${reference}.`)
}

/** NAME_INVALID, MODEL_NOT_FOUND, VERSION_NOT_FOUND, NOT_DEPLOYED. */
export function resolveVersion(
  routes: Routes,
  model: string,
  reference: string | null,
  traits: RequestTraits,
  standing: Standing,
): Resolved {
  const served = [...routes.endpoints.values()].filter((endpoint) => endpoint.model === model)
  if (reference === null) return byTraffic(endpointOf(routes, model, served), traits, standing)
  const meaning = readMeaning(reference)
  const names = routes.namesOf(model)
  if (!names) throw unknownModel(model)
  const running = served.filter(({ desired }) => desired !== 'stopped')
  const deployed = chooseDeployed(running, meaning, names, standing)
  if (deployed) return deployed
  const registered = chooseVersion(meaning, names.versions, pinnedIn(names))
  if (registered) {
    throw notDeployed(
      `${model}@${reference} means ${registered.chosen.version}, which is registered but not deployed.`,
    )
  }
  throw new OutpostError('VERSION_NOT_FOUND', `${model} has no version, range or alias "${reference}".`, {
    hint: describe(names, running),
  })
}

function byTraffic(endpoint: EndpointRoute, traits: RequestTraits, standing: Standing): Resolved {
  const { target, rule } = chooseTarget(endpoint.split, traits, (one) => standing.isUsable(endpoint, one))
  return { endpoint, target, rule, mayFailOver: true }
}

function readMeaning(reference: string): VersionMeaning {
  const meaning = meaningOf(reference)
  if (meaning && meaning.kind !== 'none') return meaning
  throw new OutpostError('NAME_INVALID', `"${reference.slice(0, 140)}" is no version, range or alias.`, {
    hint: 'Write a version such as 1.2.0 (without a leading v), a range such as 2.x, or an alias such as stable.',
  })
}

/** One that is ready goes before one that is still being loaded. */
function chooseDeployed(
  endpoints: readonly EndpointRoute[],
  meaning: VersionMeaning,
  names: ModelNames | null,
  standing: Standing,
): Resolved | null {
  const all = candidatesOf(endpoints)
  const ready = all.filter(({ endpoint, target }) => standing.isReady(endpoint, target))
  const pinned = pinnedIn(names)
  const found = chooseVersion(meaning, ready, pinned) ?? chooseVersion(meaning, all, pinned)
  if (!found) return null
  const { endpoint, target } = found.chosen
  return { endpoint, target, rule: found.rule, mayFailOver: false }
}

const pinnedIn = (names: ModelNames | null) => (alias: string) => names?.pins.get(alias) ?? null

/** The endpoint that is named after the model, else the first that serves it. */
function endpointOf(routes: Routes, model: string, served: readonly EndpointRoute[]): EndpointRoute {
  const running = served.filter(({ desired }) => desired === 'running')
  const endpoint = running.find(({ name }) => name === model) ?? running[0] ?? served[0]
  if (endpoint) return endpoint
  if (!routes.namesOf(model)) throw unknownModel(model)
  throw notDeployed(`No version of ${model} is deployed.`)
}

interface Candidate {
  version: string
  dataVersion: string | null
  endpoint: EndpointRoute
  target: RouteTarget
}

/** Shadows answer nobody, and the version before is not loaded. */
const isAsked = ({ role }: RouteTarget): boolean => role !== 'shadow' && role !== 'previous'

/** Newest first; a version that several endpoints serve is answered by one that runs. */
function candidatesOf(endpoints: readonly EndpointRoute[]): Candidate[] {
  return endpoints
    .flatMap((endpoint) =>
      endpoint.targets.filter(isAsked).map((target) => ({
        version: target.version.number,
        dataVersion: target.version.dataVersion,
        endpoint,
        target,
      })),
    )
    .sort((a, b) => {
      const [left, right] = [versionSortKey(a.version), versionSortKey(b.version)]
      if (left !== right) return left < right ? 1 : -1
      return Number(b.endpoint.desired === 'running') - Number(a.endpoint.desired === 'running')
    })
}

function describe(names: ModelNames, running: readonly EndpointRoute[]): string {
  const newest = names.versions[0]?.version ?? 'none'
  const deployed =
    running.flatMap(({ targets }) => targets.filter(isAsked).map(({ name }) => name)).join(', ') || 'none'
  return `Newest registered version: ${newest}; deployed: ${deployed}.`
}

const unknownModel = (model: string) =>
  new OutpostError('MODEL_NOT_FOUND', `There is no model ${model} here.`)
const notDeployed = (message: string) =>
  new OutpostError('NOT_DEPLOYED', message, { hint: 'Deploy it, or name a version that is deployed.' })
