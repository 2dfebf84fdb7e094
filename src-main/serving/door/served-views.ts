/** What is told of what is served, whatever protocol asks: metadata, readiness, configuration, statistics, the list. */
import { OutpostError } from '../../base/errors.ts'
import type { TensorSpec } from '../../contract/tensor.ts'
import type { Deployments } from '../hosting/deployments.ts'
import { configView } from '../protocol/config-view.ts'
import { statisticsView } from '../protocol/statistics-view.ts'
import type { RequestTraits } from '../routing/choose-target.ts'
import { resolveEndpoint, type Standing } from '../routing/resolve-version.ts'
import type { Routes } from '../routing/routes.ts'

/** Of Triton's, by its names (triton-inference-server/server, docs/protocol): what is answered and nothing else. */
const extensions = [
  'binary_tensor_data',
  'model_configuration',
  'model_repository',
  'parameters',
  'schedule_policy',
  'statistics',
]

interface ViewSources {
  serverVersion: string
  routes: () => Routes
  deployments: Deployments
  standing: Standing
  isReady: () => boolean
}

export type ServedViews = ReturnType<typeof createServedViews>

export const createServedViews = (sources: ViewSources) => ({
  isReady: sources.isReady,
  server: () => ({ name: 'outpost', version: sources.serverVersion, extensions }),
  models: () => modelList(sources),
  named: () => namedList(sources),
  namedAs: (name: string) => {
    const found = namedList(sources).find(({ id }) => id === name)
    if (found) return found
    throw new OutpostError('MODEL_NOT_FOUND', `Nothing that answers here is called ${name.slice(0, 200)}.`)
  },
  metadata: (asked: Named) => modelMetadata(sources, asked),
  readiness: (asked: Named) => readiness(sources, asked),
  config: (asked: Named) => modelConfig(sources, asked),
  statistics: (asked: { endpoint: string | null; version: string | null }) => statistics(sources, asked),
})

/** Without a version the primary; ENDPOINT_NOT_FOUND, VERSION_NOT_FOUND. */
function viewed({ routes, standing }: ViewSources, path: Named) {
  const endpoint = routes().endpoints.get(path.endpoint)
  if (endpoint && path.version === null) return { endpoint, target: endpoint.split.primary }
  return resolveEndpoint(routes(), path.endpoint, path.version, nobody, standing)
}

const nobody: RequestTraits = { requestId: '', consumer: '', session: null, header: () => undefined }

/** `refusal` is null where it is ready. */
function readiness(sources: ViewSources, asked: Named): { name: string; refusal: OutpostError | null } {
  const { endpoint, target } = viewed(sources, asked)
  const live = sources.deployments.ready(endpoint, target)
  const refusal = live ? live.ready.refusal() : sources.deployments.refusal(endpoint, target)
  return { name: endpoint.name, refusal: refusal ?? null }
}

interface Named {
  endpoint: string
  version: string | null
}

/** DEPLOYMENT_NOT_READY and its like where it is not loaded. */
function loaded(sources: ViewSources, path: Named) {
  const { endpoint, target } = viewed(sources, path)
  const live = sources.deployments.ready(endpoint, target)
  if (!live) throw sources.deployments.refusal(endpoint, target)
  return { endpoint, target, live }
}

function modelConfig(sources: ViewSources, path: Named) {
  const { endpoint, target, live } = loaded(sources, path)
  const { loaded: model, mergeable, settings } = live.ready
  return configView({
    name: endpoint.name,
    version: target.name,
    inputs: model.inputs,
    outputs: model.outputs,
    mergeable,
    settings,
    device: model.executionProvider.used,
    instances: Math.max(1, live.ready.replicas()),
  })
}

/** Of one version, of all that an endpoint has loaded, or of all. */
function statistics(
  sources: ViewSources,
  { endpoint: name, version }: { endpoint: string | null; version: string | null },
) {
  if (name !== null && version !== null) return [statisticsOf(loaded(sources, { endpoint: name, version }))]
  const endpoints = [...sources.routes().endpoints.values()]
  if (name !== null) viewed(sources, { endpoint: name, version: null }) // refused where there is none
  return endpoints
    .filter((endpoint) => name === null || endpoint.name === name)
    .flatMap((endpoint) =>
      endpoint.targets.flatMap((target) => {
        const live = sources.deployments.ready(endpoint, target)
        return live ? [statisticsOf({ endpoint, target, live })] : []
      }),
    )
}

function statisticsOf({ endpoint, target, live }: ReturnType<typeof loaded>) {
  const { executionProvider } = live.ready.loaded
  const device = executionProvider.used === 'cpu' ? 'CPU' : 'GPU'
  return statisticsView({
    name: endpoint.name,
    version: target.name,
    statistics: live.ready.statistics,
    memory: { device, bytes: live.ready.bytes() },
  })
}

const metadata = ({ name, datatype, shape }: TensorSpec) => ({ name, datatype, shape })

function modelMetadata(sources: ViewSources, path: Named) {
  const { endpoint, live } = loaded(sources, path)
  const versions = endpoint.targets.filter((one) => sources.deployments.ready(endpoint, one) !== null)
  return {
    name: endpoint.name,
    versions: versions.map(({ name }) => name),
    platform: 'onnx_onnxv1',
    inputs: live.ready.loaded.inputs.map(metadata),
    outputs: live.ready.loaded.outputs.map(metadata),
  }
}

function modelList({ routes, deployments }: ViewSources) {
  const states = new Map(
    deployments.reports().map(({ endpointId, versionId, state }) => [`${endpointId}|${versionId}`, state]),
  )
  return [...routes().endpoints.values()].flatMap(({ id, name, targets }) =>
    targets.map(({ version, role }) => ({
      id: version.model,
      version: version.version,
      digest: version.digest,
      endpoint: name,
      role,
      state: states.get(`${id}|${version.versionId}`) ?? 'stopped',
    })),
  )
}

/** What `model` of a request may be, as clients of OpenAI's API list it: endpoints, then versions. */
function namedList({ routes }: ViewSources) {
  const running = [...routes().endpoints.values()].filter(({ desired }) => desired === 'running')
  const endpoints = running.map(({ name, split }) => [name, split.primary.version] as const)
  const versions = running.flatMap(({ targets }) =>
    targets
      .filter(({ role }) => role !== 'shadow' && role !== 'previous')
      .map(({ version }) => [`${version.model}@${version.version}`, version] as const),
  )
  return [...new Map([...endpoints, ...versions])].map(([id, { model, registeredAt }]) => ({
    id,
    object: 'model',
    created: Math.floor(registeredAt / 1000),
    owned_by: model.split('.', 1)[0] ?? model,
  }))
}
