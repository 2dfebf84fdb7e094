/**
 * Deployments: an endpoint names a version and whether it should run; what it does now is serving's report. Each
 * change is written first, then told to serving as a new snapshot, and answered when serving has swapped to it.
 */
import { isoTime } from '../../base/clock.ts'
import { OutpostError } from '../../base/errors.ts'
import { newId } from '../../base/ids.ts'
import { withBuild } from '../../base/version-order.ts'
import type { DeploymentReport } from '../../contract/processes.ts'
import type { DeploymentRow, Failure } from '../../contract/views.ts'
import { resolveVersion } from '../../registry/resolve.ts'
import { inTransaction } from '../../store/sqlite.ts'
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
import type { NodeContext } from '../node-context.ts'

const setAside: Failure = {
  code: 'MODEL_SET_ASIDE',
  message: 'The model hung, or brought the serving process down twice, and was set aside.',
  hint: 'Start it again to give it another chance, or deploy another version.',
}

function toRow(node: NodeContext, endpoint: StoredEndpoint): DeploymentRow {
  const serving = node.serving.state()
  const report = reportOf(node, endpoint)
  return {
    id: endpoint.id,
    endpoint: endpoint.name,
    model: endpoint.model,
    version: withBuild(endpoint.version, endpoint.dataVersion),
    digest: endpoint.manifestDigest,
    state: stateOf(node, endpoint, report),
    failure: endpoint.desired === 'set-aside' ? setAside : (report?.failure ?? null),
    executionProvider: {
      requested: endpoint.executionProvider,
      used: report?.executionProviderUsed ?? null,
      reason: report?.executionProviderReason ?? null,
    },
    loadMs: report?.loadMs ?? null,
    bytesLoaded: report?.bytesLoaded ?? null,
    requestsTotal: report?.requestsTotal ?? 0,
    failuresTotal: report?.failuresTotal ?? 0,
    queueLength: report?.queueLength ?? 0,
    latencyMsP50: report?.latencyMsP50 ?? null,
    latencyMsP95: report?.latencyMsP95 ?? null,
    startedAt: report?.startedAt ?? null,
    url: `${serving.url ?? ''}/v2/models/${endpoint.name}`,
  }
}

function stateOf(
  node: NodeContext,
  endpoint: StoredEndpoint,
  report: DeploymentReport | undefined,
): DeploymentRow['state'] {
  if (endpoint.desired !== 'running') return endpoint.desired
  if (report) return report.state
  // Where nothing is served (a command that opened the folder, a port that is taken), nothing is about to start.
  const { state } = node.serving.state()
  return state === 'stopped' || state === 'failed' ? 'stopped' : 'starting'
}

/** For lists that only want to know what an endpoint does now. */
export const endpointState =
  (node: NodeContext) =>
  (endpoint: StoredEndpoint): DeploymentRow['state'] =>
    stateOf(node, endpoint, reportOf(node, endpoint))

const reportOf = (node: NodeContext, endpoint: StoredEndpoint): DeploymentReport | undefined =>
  node.serving
    .state()
    .deployments.find((one) => one.endpointId === endpoint.id && one.versionId === endpoint.versionId)

export const listDeployments = (node: NodeContext): DeploymentRow[] =>
  listEndpoints(node.db).map((endpoint) => toRow(node, endpoint))

function findDeployment(node: NodeContext, name: string): DeploymentRow {
  return toRow(node, requireEndpoint(node, name))
}

function requireEndpoint(node: NodeContext, name: string): StoredEndpoint {
  const endpoint = findEndpoint(node.db, name)
  if (endpoint) return endpoint
  throw new OutpostError('ENDPOINT_NOT_FOUND', `There is no endpoint "${name}".`, {
    hint: 'outpost deploy MODEL@VERSION makes one.',
  })
}

/** Tells serving, and comes back when it answers by the new state of node.db. */
async function applyChange(node: NodeContext, endpoint: string): Promise<void> {
  node.announce('deployments', endpoint)
  await node.serving.apply(node.snapshot())
  node.announce('deployments', endpoint)
}

export interface DeployInput {
  model: string
  version: string
  endpoint?: string | undefined
  executionProvider: string
}

/**
 * A new endpoint, or another version on one that is there. Where the model cannot be loaded the row says so (state,
 * failure), and what the endpoint served before goes on answering.
 */
export async function deploy(node: NodeContext, actor: Actor, input: DeployInput): Promise<DeploymentRow> {
  const found = resolveVersion(node.db, input.model, input.version)
  const name = input.endpoint ?? input.model
  const existing = findEndpoint(node.db, name)
  if (existing && existing.modelId !== found.model.id) {
    throw new OutpostError('ENDPOINT_EXISTS', `The endpoint "${name}" serves ${existing.model}.`, {
      hint: 'Name another endpoint with --endpoint, or undeploy this one first.',
    })
  }
  const details = {
    endpoint: name,
    from: existing ? withBuild(existing.version, existing.dataVersion) : null,
    executionProvider: input.executionProvider,
  }
  audited(
    node,
    actor,
    { action: 'endpoint.deploy', object: `${input.model}@${found.name}`, details },
    (at) => {
      putEndpoint(node.db, {
        id: existing?.id ?? newId(),
        name,
        modelId: found.model.id,
        versionId: found.version.id,
        executionProvider: input.executionProvider,
        desired: 'running',
        originNode: node.nodeId,
        at,
      })
      nextSnapshot(node.db)
    },
  )
  await applyChange(node, name)
  node.announce('models', input.model)
  return findDeployment(node, name)
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
  return findDeployment(node, name)
}

export const startDeployment = (node: NodeContext, actor: Actor, name: string) =>
  want(node, actor, name, 'running', 'endpoint.start')
export const stopDeployment = (node: NodeContext, actor: Actor, name: string) =>
  want(node, actor, name, 'stopped', 'endpoint.stop')

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
