/**
 * The model repository extension (triton-inference-server/server, docs/protocol, extension_model_repository.md): what
 * is there in which state, and loading and unloading, which here are the start and the stop of an endpoint.
 */
import { OutpostError } from '../../base/errors.ts'
import { parseExactJson } from '../../base/json.ts'
import { grants } from '../../contract/api/scopes.ts'
import type { DeploymentReport } from '../../contract/processes.ts'
import type { Deployments } from '../hosting/deployments.ts'
import type { Routes } from '../routing/routes.ts'
import type { Caller } from './callers.ts'
import type { RepositoryPath } from './door-paths.ts'
import { type Answer, json } from './http-answer.ts'

export type RepositoryDoor = (
  path: RepositoryPath,
  caller: Caller,
  body: () => Promise<Buffer>,
) => Promise<Answer>

export interface Repository {
  index(readyOnly: boolean): ReturnType<typeof repositoryIndex>
  /** ENDPOINT_NOT_FOUND; DEPLOYMENT_FAILED; FORBIDDEN for a key that may not change what is served. */
  load(endpoint: string, parameters: unknown, caller: Caller): Promise<void>
  /** ENDPOINT_NOT_FOUND; FORBIDDEN. */
  unload(endpoint: string, caller: Caller): Promise<void>
}

export const createRepository = (sources: RepositorySources): Repository => ({
  index: (readyOnly) => repositoryIndex(sources, readyOnly),
  load: async (endpoint, parameters, caller) =>
    loadEndpoint(sources, endpoint, parameters, actorWhoMayWrite(caller)),
  unload: async (endpoint, caller) => unloadEndpoint(sources, endpoint, actorWhoMayWrite(caller)),
})

function actorWhoMayWrite({ name, scopes }: Caller): string {
  if (grants(scopes, 'write')) return `key:${name}`
  throw new OutpostError('FORBIDDEN', `The key "${name}" lacks the scope "write".`)
}

export const createRepositoryDoor =
  (repository: Repository): RepositoryDoor =>
  async (path, caller, body) => {
    const asked = await readAsked(body)
    if (path.kind === 'v2-index') return json(repository.index(asked.ready === true))
    if (path.kind === 'v2-load') await repository.load(path.endpoint, asked.parameters, caller)
    else await repository.unload(path.endpoint, caller)
    return json({})
  }

/** An empty body asks for what stands without it. */
async function readAsked(body: () => Promise<Buffer>): Promise<Record<string, unknown>> {
  const bytes = await body()
  if (bytes.byteLength === 0) return {}
  const parsed = parseExactJson(bytes.toString())
  if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return { ...parsed }
  throw new OutpostError('BAD_REQUEST', 'The body must be a JSON object or empty.')
}

/** An endpoint's start or stop, which control alone may write down. */
export type ChangeEndpoint = (endpoint: string, action: 'start' | 'stop', actor: string) => Promise<void>

export interface RepositorySources {
  routes: () => Routes
  deployments: Deployments
  change: ChangeEndpoint
}

const stateName: Record<DeploymentReport['state'], string> = {
  starting: 'LOADING',
  ready: 'READY',
  failed: 'UNAVAILABLE',
  stopped: 'UNAVAILABLE',
  'set-aside': 'UNAVAILABLE',
}

/** One entry a version; `ready` leaves the others out. */
function repositoryIndex({ routes, deployments }: RepositorySources, readyOnly: boolean) {
  const reports = new Map(
    deployments.reports().map((report) => [`${report.endpointId}|${report.versionId}`, report]),
  )
  return [...routes().endpoints.values()]
    .flatMap((endpoint) =>
      endpoint.targets.map((target) => {
        const report = reports.get(`${endpoint.id}|${target.versionId}`)
        const state = stateName[report?.state ?? 'stopped']
        const reason = report ? (report.failure?.message ?? '') : 'unloaded'
        return { name: endpoint.name, version: target.name, state, reason }
      }),
    )
    .filter(({ state }) => !readyOnly || state === 'READY')
}

/** A package is signed as a whole: no request can put another file or configuration in its place. */
function refuseOverride(parameters: unknown): void {
  const names = typeof parameters === 'object' && parameters !== null ? Object.keys(parameters) : []
  const overriding = names.find((name) => name === 'config' || name.startsWith('file:'))
  if (overriding === undefined) return
  throw new OutpostError(
    'BAD_REQUEST',
    `"${overriding}" is not offered here: a model is served as its signed package has it.`,
    { hint: 'Import another version of the package and deploy that.' },
  )
}

/** ENDPOINT_NOT_FOUND; DEPLOYMENT_FAILED where it could not be loaded. */
async function loadEndpoint(
  { routes, deployments, change }: RepositorySources,
  name: string,
  parameters: unknown,
  actor: string,
): Promise<void> {
  refuseOverride(parameters)
  requireEndpoint(routes(), name)
  await change(name, 'start', actor)
  const endpoint = requireEndpoint(routes(), name)
  const { primary } = endpoint.split
  if (!deployments.ready(endpoint, primary)) throw deployments.refusal(endpoint, primary)
}

async function unloadEndpoint(
  { routes, change }: RepositorySources,
  name: string,
  actor: string,
): Promise<void> {
  requireEndpoint(routes(), name)
  await change(name, 'stop', actor)
}

function requireEndpoint(routes: Routes, name: string) {
  const endpoint = routes.endpoints.get(name)
  if (endpoint) return endpoint
  throw new OutpostError('ENDPOINT_NOT_FOUND', `There is no endpoint ${name} here.`, {
    hint: 'Deploy a version under this name first.',
  })
}
