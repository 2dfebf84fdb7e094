/**
 * Deployments: an endpoint names a version and whether it should run; what it does now is serving's report. Each
 * change is written first, then told to serving as a new snapshot, and answered when serving has swapped to it.
 */
import { isoTime } from '../../base/clock.ts'
import { OutpostError } from '../../base/errors.ts'
import { newId } from '../../base/ids.ts'
import { withBuild } from '../../base/version-order.ts'
import { isRemote, remoteNameOf } from '../../contract/hosting.ts'
import type { Strategy } from '../../contract/traffic.ts'
import type { DeploymentRow } from '../../contract/views.ts'
import { inTransaction } from '../../store/sqlite.ts'
import { deleteTarget, listTargets } from '../../store/tables/endpoint-targets.ts'
import {
  type DesiredState,
  deleteEndpoint,
  findEndpoint,
  listEndpoints,
  putEndpoint,
  type StoredEndpoint,
  setDesired,
} from '../../store/tables/endpoints.ts'
import { nextSnapshot } from '../../store/tables/meta.ts'
import type { Actor } from '../actor.ts'
import { audited } from '../audited.ts'
import { resolveLicensed } from '../licenses/decide-version.ts'
import { requireRightHere } from '../licenses/require-right.ts'
import type { NodeContext } from '../node-context.ts'
import { deploymentRowOf, endpointState, reportOf } from './deployment-rows.ts'
import { applyChange, requireEndpoint } from './endpoint.ts'
import { introduce } from './introduce.ts'
import { requireFit } from './test-remote.ts'
import { recordReplaced } from './transitions.ts'

export interface DeployInput {
  model: string
  version: string
  endpoint?: string | undefined
  executionProvider: string
  /** replace where it is left out. */
  strategy?: Strategy
  /** Buckets; what the strategy says where it is left out. */
  weight?: number | undefined
  /** Stands in the record of a new endpoint. */
  reason?: string
}

/**
 * A new endpoint, or another version on one that is there. On one that answers, the version is loaded beside the
 * primary first: with the strategy `replace` it takes its place once it is ready (DEPLOYMENT_FAILED where it cannot be
 * loaded, and all stays as it was), with the others it stays beside it.
 */
export async function deploy(node: NodeContext, actor: Actor, input: DeployInput): Promise<DeploymentRow> {
  const found = resolveLicensed(node.db, node.licensing, input.model, input.version)
  requireRightHere(node, found.model.name, found.version, { operation: 'serve' })
  const name = input.endpoint ?? input.model
  const strategy = input.strategy ?? 'replace'
  const existing = findEndpoint(node.db, name)
  if (existing && existing.modelId !== found.model.id) {
    throw new OutpostError('ENDPOINT_EXISTS', `The endpoint "${name}" serves ${existing.model}.`, {
      hint: 'Name another endpoint with --endpoint, or undeploy this one first.',
    })
  }
  if (isRemote(input.executionProvider))
    await requireFit(node, remoteNameOf(input.executionProvider), found.version.id)
  const begun = { id: found.version.id, name: found.name, executionProvider: input.executionProvider }
  const isOther = existing !== null && existing.versionId !== found.version.id
  if (isOther && (strategy !== 'replace' || answersNow(node, existing))) {
    await introduce(node, actor, existing, begun, { strategy, weight: input.weight })
  } else if (existing && strategy !== 'replace') {
    throw new OutpostError(
      'TRAFFIC_CONFLICT',
      `${found.name} is what the endpoint "${name}" answers with already.`,
      {
        hint: 'Name another version, or leave the strategy out to load this one again.',
      },
    )
  } else {
    const { model, reason } = input
    replacePrimary(node, actor, name, existing, { ...begun, modelId: found.model.id, model, reason })
    await applyChange(node, name)
  }
  node.announce('models', input.model)
  return deploymentRowOf(node, requireEndpoint(node, name))
}

const answersNow = (node: NodeContext, endpoint: StoredEndpoint): boolean =>
  endpoint.desired === 'running' && reportOf(node, endpoint)?.state === 'ready'

interface Replacement {
  id: string
  name: string
  modelId: string
  model: string
  executionProvider: string
  reason?: string | undefined
}

/** At once: nothing is there that could go on answering. */
function replacePrimary(
  node: NodeContext,
  actor: Actor,
  name: string,
  existing: StoredEndpoint | null,
  { id, name: version, modelId, model, executionProvider, reason }: Replacement,
): void {
  const from = existing ? withBuild(existing.version, existing.dataVersion) : null
  const details = { endpoint: name, from, executionProvider }
  audited(node, actor, { action: 'endpoint.deploy', object: `${model}@${version}`, details }, (at) => {
    const desired = 'running' as const
    const endpointId = existing?.id ?? newId()
    const same = listTargets(node.db, endpointId).find((target) => target.versionId === id)
    if (same) deleteTarget(node.db, same.id)
    const originNode = node.nodeId
    putEndpoint(node.db, {
      id: endpointId,
      name,
      modelId,
      versionId: id,
      executionProvider,
      desired,
      originNode,
      at,
    })
    if (from !== version)
      recordReplaced(node, actor, { endpoint: name, model, from, to: version, at, reason })
    nextSnapshot(node.db)
  })
}

async function want(
  node: NodeContext,
  actor: Pick<Actor, 'name'>,
  name: string,
  desired: DesiredState,
  action: string,
): Promise<DeploymentRow> {
  const endpoint = requireEndpoint(node, name)
  audited(
    node,
    actor,
    { action, object: name, details: { model: endpoint.model, version: endpoint.version } },
    (at) => {
      setDesired(node.db, name, desired, at)
      nextSnapshot(node.db)
    },
  )
  await applyChange(node, name)
  return deploymentRowOf(node, requireEndpoint(node, name))
}

export const startDeployment = (node: NodeContext, actor: Actor, name: string) =>
  want(node, actor, name, 'running', 'endpoint.start')
export const stopDeployment = (node: NodeContext, actor: Actor, name: string) =>
  want(node, actor, name, 'stopped', 'endpoint.stop')

/** For a key at the serving door, which has been asked for its scope there. */
export async function changeByName(
  node: NodeContext,
  endpoint: string,
  action: 'start' | 'stop',
  actor: string,
): Promise<void> {
  const desired = action === 'start' ? 'running' : 'stopped'
  await want(node, { name: actor }, endpoint, desired, `endpoint.${action}`)
}

/** The node's own decision, after crashes. */
export const setDeploymentAside = (node: NodeContext, name: string) =>
  want(node, { name: 'node' }, name, 'set-aside', 'endpoint.set-aside')

/**
 * After the files of these versions were put back or found intact: what could not be loaded before is tried again.
 * Where serving cannot be reached it reads the change when it starts, so that is no failure of whoever asks.
 */
export async function retryFailed(node: NodeContext, versionIds: readonly string[]): Promise<void> {
  const state = endpointState(node)
  const failed = listEndpoints(node.db).filter(
    (endpoint) => versionIds.includes(endpoint.versionId) && state(endpoint) === 'failed',
  )
  if (failed.length === 0) return
  inTransaction(node.db, () => {
    for (const { name } of failed) setDesired(node.db, name, 'running', isoTime(node.clock))
    nextSnapshot(node.db)
  })
  for (const { name } of failed) {
    await applyChange(node, name).catch((error: unknown) =>
      node.log.warn({ err: error, endpoint: name }, 'serving was not told to try again'),
    )
  }
}

/** Everything that is deployed is loaded anew. */
export async function restartServing(node: NodeContext, actor: Actor): Promise<Record<string, never>> {
  audited(node, actor, { action: 'serving.restart', object: 'serving' }, () => undefined)
  await node.serving.restart()
  return {}
}

export async function removeDeployment(
  node: NodeContext,
  actor: Actor,
  name: string,
): Promise<Record<string, never>> {
  const endpoint = requireEndpoint(node, name)
  audited(
    node,
    actor,
    {
      action: 'endpoint.remove',
      object: name,
      details: { model: endpoint.model, version: endpoint.version },
    },
    () => {
      deleteEndpoint(node.db, name)
      nextSnapshot(node.db)
    },
  )
  await applyChange(node, name)
  node.announce('models', endpoint.model)
  return {}
}
