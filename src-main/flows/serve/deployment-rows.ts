/** Deployments as they are shown: what was written down of each, and what serving says that it does now. */
import { bucketCount } from '../../base/buckets.ts'
import { withBuild } from '../../base/version-order.ts'
import { hostingChanges, hostingOf } from '../../contract/hosting.ts'
import type { DeploymentReport } from '../../contract/processes.ts'
import { bucketsTotal, trafficPolicy } from '../../contract/traffic.ts'
import type { DeploymentRow, DeploymentTarget, Failure } from '../../contract/views.ts'
import { readJson } from '../../store/sqlite.ts'
import { listTargets } from '../../store/tables/endpoint-targets.ts'
import { listEndpoints, type StoredEndpoint } from '../../store/tables/endpoints.ts'
import { findVersionById } from '../../store/tables/versions.ts'
import { decideVersion, factsOf } from '../licenses/decide-version.ts'
import type { NodeContext } from '../node-context.ts'

const setAside: Failure = {
  code: 'MODEL_SET_ASIDE',
  message: 'The model hung, or brought the serving process down twice, and was set aside.',
  hint: 'Start it again to give it another chance, or deploy another version.',
}

export function deploymentRowOf(node: NodeContext, endpoint: StoredEndpoint): DeploymentRow {
  const serving = node.serving.state()
  const report = reportOf(node, endpoint)
  const targets = targetRows(node, endpoint)
  return {
    id: endpoint.id,
    endpoint: endpoint.name,
    model: endpoint.model,
    version: withBuild(endpoint.version, endpoint.dataVersion),
    digest: endpoint.manifestDigest,
    state: stateOf(node, endpoint, report),
    failure: endpoint.desired === 'set-aside' ? setAside : (report?.failure ?? null),
    deniedBy: deniedBy(node, endpoint),
    executionProvider: {
      requested: endpoint.executionProvider,
      used: report?.executionProviderUsed ?? null,
      reason: report?.executionProviderReason ?? null,
    },
    loadMs: report?.loadMs ?? null,
    bytesLoaded: report?.bytesLoaded ?? null,
    countedSince: earliest(targets),
    requestsTotal: ofAnswering(targets, 'requestsTotal'),
    failuresTotal: ofAnswering(targets, 'failuresTotal'),
    refusalsTotal: ofAnswering(targets, 'refusalsTotal'),
    queueLength: ofAnswering(targets, 'queueLength'),
    latencyMsP50: report?.endpointMs?.p50 ?? null,
    latencyMsP95: report?.endpointMs?.p95 ?? null,
    latencyMsP99: report?.endpointMs?.p99 ?? null,
    startedAt: report?.startedAt ?? null,
    hosting: report?.hosting ?? null,
    settings: hostingOf(endpoint.executionProvider, readJson(hostingChanges, endpoint.settings, 'settings')),
    url: `${serving.url ?? ''}/v2/models/${endpoint.name}`,
    targets,
    policy: readJson(trafficPolicy, endpoint.policy, 'policy'),
  }
}

function deniedBy(node: NodeContext, endpoint: StoredEndpoint): DeploymentRow['deniedBy'] {
  if (endpoint.desired !== 'running') return null
  const version = findVersionById(node.db, endpoint.versionId)
  if (!version) return null
  const decision = decideVersion(node.licensing, factsOf(endpoint.model, version), { operation: 'serve' })
  return decision.allowed ? null : decision.code
}

/** Of all versions that answer: a shadow's copies are nobody's requests. */
const ofAnswering = (
  targets: readonly DeploymentTarget[],
  figure: 'requestsTotal' | 'failuresTotal' | 'refusalsTotal' | 'queueLength',
): number => targets.reduce((sum, target) => (target.role === 'shadow' ? sum : sum + target[figure]), 0)

const earliest = (targets: readonly DeploymentTarget[]): string | null =>
  targets
    .flatMap(({ role, countedSince }) => (role === 'shadow' || countedSince === null ? [] : [countedSince]))
    .toSorted()[0] ?? null

/** The primary first: its share is what the others leave. */
function targetRows(node: NodeContext, endpoint: StoredEndpoint): DeploymentTarget[] {
  const others = listTargets(node.db, endpoint.id).map((target) => ({
    ...target,
    weight: target.role === 'candidate' ? bucketCount(target.buckets) : 0,
  }))
  const left = bucketsTotal - others.reduce((sum, { weight }) => sum + weight, 0)
  const primary = { ...endpoint, role: 'primary' as const, weight: left }
  return [primary, ...others].map((target) => {
    const report = reportOf(node, { id: endpoint.id, versionId: target.versionId })
    return {
      version: withBuild(target.version, target.dataVersion),
      digest: target.manifestDigest,
      role: target.role,
      weight: target.weight,
      // What was the primary is kept by name alone and loaded when the way back is taken.
      state: target.role === 'previous' ? 'stopped' : stateOf(node, endpoint, report),
      failure: report?.failure ?? null,
      executionProvider: {
        requested: target.executionProvider,
        used: report?.executionProviderUsed ?? null,
        reason: report?.executionProviderReason ?? null,
      },
      bytesLoaded: report?.bytesLoaded ?? null,
      countedSince: report?.countedSince ?? null,
      requestsTotal: report?.requestsTotal ?? 0,
      failuresTotal: report?.failuresTotal ?? 0,
      refusalsTotal: report?.refusalsTotal ?? 0,
      queueLength: report?.queueLength ?? 0,
      latencyMsP50: report?.latencyMsP50 ?? null,
      latencyMsP95: report?.latencyMsP95 ?? null,
      latencyMsP99: report?.latencyMsP99 ?? null,
      batches: report?.batches ?? { requests: 0, rows: 0 },
      shadow: report?.shadow ?? null,
      quality: qualityOf(report?.feedback ?? null),
    }
  })
}

const qualityOf = (feedback: DeploymentReport['feedback']): DeploymentTarget['quality'] =>
  feedback && { mean: feedback.scoreSum / feedback.total, total: feedback.total }

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

export const reportOf = (
  node: NodeContext,
  endpoint: Pick<StoredEndpoint, 'id' | 'versionId'>,
): DeploymentReport | undefined =>
  node.serving
    .state()
    .deployments.find((one) => one.endpointId === endpoint.id && one.versionId === endpoint.versionId)

export const listDeployments = (node: NodeContext): DeploymentRow[] =>
  listEndpoints(node.db).map((endpoint) => deploymentRowOf(node, endpoint))
