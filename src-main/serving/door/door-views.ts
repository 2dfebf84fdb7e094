/** What the door answers without running a model: health, server and model metadata, the list of models, metrics. */
import { OutpostError } from '../../base/errors.ts'
import type { TensorSpec } from '../../contract/tensor.ts'
import type { Deployments } from '../hosting/deployments.ts'
import { isVersion } from '../routing/resolve-version.ts'
import type { EndpointRoute, Routes } from '../routing/routes.ts'
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
  isReady: () => boolean
}

export function createDoorViews({ serverVersion, routes, deployments, isReady }: ViewSources): DoorViews {
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
          return json({ models: modelList(routes(), deployments) })
        case 'metrics':
          return textAnswer(200, metricsText(routes(), deployments), 'text/plain; version=0.0.4')
        case 'v2-model':
          return json(modelMetadata(routeOf(routes(), deployments, path.endpoint, path.version), deployments))
        case 'v2-ready':
          return readyAnswer(routeOf(routes(), deployments, path.endpoint, path.version), deployments)
      }
    },
  }
}

/** ENDPOINT_NOT_FOUND; VERSION_NOT_FOUND where the endpoint serves another version. */
export function routeOf(
  routes: Routes,
  deployments: Deployments,
  endpoint: string,
  version: string | null,
): EndpointRoute {
  const route = routes.endpoints.get(endpoint)
  if (!route) throw new OutpostError('ENDPOINT_NOT_FOUND', `There is no endpoint ${endpoint} here.`)
  const active = deployments.answering(endpoint)
  if (version === null || (active && isVersion(active.version, version))) return active ?? route
  if (!isVersion(route.version, version)) {
    throw new OutpostError(
      'VERSION_NOT_FOUND',
      `The endpoint ${endpoint} serves ${route.version.version}, not ${version}.`,
    )
  }
  return route
}

function readyAnswer(route: EndpointRoute, deployments: Deployments): Answer {
  try {
    deployments.live(route.name, route.versionId)
    return json({ name: route.name, ready: true })
  } catch (error) {
    if (!(error instanceof OutpostError)) throw error
    return { ...json({ name: route.name, ready: false }, { 'outpost-error': error.code }), status: 400 }
  }
}

const metadata = ({ name, datatype, shape }: TensorSpec) => ({ name, datatype, shape })

function modelMetadata(route: EndpointRoute, deployments: Deployments) {
  const { route: serving, ready } = deployments.live(route.name, route.versionId)
  return {
    name: route.name,
    versions: [serving.version.version],
    platform: 'onnx_onnxv1',
    inputs: ready.loaded.inputs.map(metadata),
    outputs: ready.loaded.outputs.map(metadata),
  }
}

function modelList(routes: Routes, deployments: Deployments) {
  const states = new Map(deployments.reports().map((report) => [report.endpointId, report.state]))
  return [...routes.endpoints.values()].map(({ id, name, version }) => ({
    id: version.model,
    version: version.version,
    digest: version.digest,
    endpoint: name,
    state: states.get(id) ?? 'stopped',
  }))
}
