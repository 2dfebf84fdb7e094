/** What the door answers without running a model: health, server and model metadata, the list of models, metrics. */
import type { TensorSpec } from '../../contract/tensor.ts'
import type { Deployments } from '../hosting/deployments.ts'
import type { RequestTraits } from '../routing/choose-target.ts'
import { resolveEndpoint, type Standing } from '../routing/resolve-version.ts'
import type { Routes } from '../routing/routes.ts'
import { metricsText } from '../watching/metrics-text.ts'
import type { OpenPath, ViewPath } from './door-paths.ts'
import { type Answer, json, textAnswer } from './http-answer.ts'

export interface DoorViews {
  /** What anyone may ask. */
  open(kind: OpenPath['kind']): Answer
  /** What a key is needed for. */
  known(path: ViewPath): Answer
}

export interface ViewSources {
  serverVersion: string
  routes: () => Routes
  deployments: Deployments
  standing: Standing
  isReady: () => boolean
}

export function createDoorViews(sources: ViewSources): DoorViews {
  const { serverVersion, routes, deployments, isReady } = sources
  return {
    open: (kind) => {
      if (kind === 'live') return json({ live: true })
      if (kind === 'server') return json({ name: 'outpost', version: serverVersion, extensions: [] })
      // Triton answers 400 to "not ready"; the protocol asks for anything but 200.
      return isReady() ? json({ ready: true }) : { ...json({ ready: false }), status: 400 }
    },
    known: (path) => {
      switch (path.kind) {
        case 'models':
          return json({ models: modelList(sources) })
        case 'metrics':
          return textAnswer(200, metricsText(routes(), deployments), 'text/plain; version=0.0.4')
        case 'v2-model':
          return json(modelMetadata(sources, path))
        case 'v2-ready':
          return readyAnswer(sources, path)
      }
    },
  }
}

/** Without a version the primary; ENDPOINT_NOT_FOUND, VERSION_NOT_FOUND. */
function viewed({ routes, standing }: ViewSources, path: { endpoint: string; version: string | null }) {
  const endpoint = routes().endpoints.get(path.endpoint)
  if (endpoint && path.version === null) return { endpoint, target: endpoint.split.primary }
  return resolveEndpoint(routes(), path.endpoint, path.version, nobody, standing)
}

const nobody: RequestTraits = { requestId: '', consumer: '', session: null, header: () => undefined }

function readyAnswer(sources: ViewSources, path: { endpoint: string; version: string | null }): Answer {
  const { endpoint, target } = viewed(sources, path)
  if (sources.deployments.ready(endpoint, target)) return json({ name: endpoint.name, ready: true })
  const { code } = sources.deployments.refusal(endpoint, target)
  return { ...json({ name: endpoint.name, ready: false }, { 'outpost-error': code }), status: 400 }
}

const metadata = ({ name, datatype, shape }: TensorSpec) => ({ name, datatype, shape })

function modelMetadata(sources: ViewSources, path: { endpoint: string; version: string | null }) {
  const { endpoint, target } = viewed(sources, path)
  const live = sources.deployments.ready(endpoint, target)
  if (!live) throw sources.deployments.refusal(endpoint, target)
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
