/**
 * A version beside the primary one: brought in, given its share, made the primary or taken out again. Every step is
 * one transaction and one swap in serving, so a request meets the state before it or the state after it.
 */
import { bucketCount, resizeBuckets } from '../../base/buckets.ts'
import { OutpostError } from '../../base/errors.ts'
import { newId } from '../../base/ids.ts'
import { withBuild } from '../../base/version-order.ts'
import { bucketsTotal, type Strategy, trafficPolicy } from '../../contract/traffic.ts'
import { readJson } from '../../store/sqlite.ts'
import {
  changeTarget,
  deleteTarget,
  listTargets,
  putTarget,
  type StoredTarget,
} from '../../store/tables/endpoint-targets.ts'
import {
  findEndpointById,
  putEndpoint,
  type StoredEndpoint,
  setPolicy,
} from '../../store/tables/endpoints.ts'
import { nextSnapshot } from '../../store/tables/meta.ts'
import type { Actor } from '../actor.ts'
import { audited } from '../audited.ts'
import type { NodeContext } from '../node-context.ts'
import { reportOf } from './deployment-rows.ts'
import { applyChange, requireEndpoint } from './endpoint.ts'
import { beginTransition, noteTransition, recordReplaced } from './transitions.ts'

export const nameOf = (version: Pick<StoredTarget, 'version' | 'dataVersion'>): string =>
  withBuild(version.version, version.dataVersion)

/** R169: a canary begins with 5 %; halves for A/B; blue-green and shadow answer nobody until they are told to. */
const firstWeight: Record<Strategy, number> = {
  canary: 500,
  ab: bucketsTotal / 2,
  'blue-green': 0,
  shadow: 0,
  replace: 0,
}
const roleOf = (strategy: Strategy) =>
  strategy === 'replace' ? 'pending' : strategy === 'shadow' ? 'shadow' : 'candidate'

interface Introduced {
  id: string
  name: string
  executionProvider: string
}

/** DEPLOYMENT_FAILED where it cannot be loaded; then it is taken out again and all stays as it was. */
export async function introduce(
  node: NodeContext,
  actor: Actor,
  endpoint: StoredEndpoint,
  version: Introduced,
  { strategy, weight = firstWeight[strategy] }: { strategy: Strategy; weight?: number | undefined },
): Promise<void> {
  const from = nameOf(endpoint)
  const object = `${endpoint.model}@${version.name}`
  const details = { endpoint: endpoint.name, from, strategy, weight }
  audited(node, actor, { action: 'endpoint.introduce', object, details }, (at) => {
    const others = listTargets(node.db, endpoint.id).filter((target) => target.versionId !== version.id)
    const taken = others.flatMap(({ buckets }) => buckets)
    const share = roleOf(strategy) === 'candidate' ? weight : 0
    const buckets = resizeBuckets([], taken, share, bucketsTotal)
    refuseTooMuch(share, bucketCount(buckets))
    for (const target of others) if (target.role === 'pending') deleteTarget(node.db, target.id)
    putTarget(node.db, {
      id: newId(),
      endpointId: endpoint.id,
      versionId: version.id,
      role: roleOf(strategy),
      buckets,
      executionProvider: version.executionProvider,
      settings: '{}',
      originNode: node.nodeId,
      at,
    })
    beginTransition(node, actor, {
      endpoint: endpoint.name,
      model: endpoint.model,
      from,
      to: version.name,
      strategy,
      weight: share,
      at,
    })
    nextSnapshot(node.db)
  })
  await applyChange(node, endpoint.name)
  await settle(node, actor, endpoint.name, version.id)
}

function refuseTooMuch(wanted: number, had: number): void {
  if (had >= wanted) return
  throw new OutpostError(
    'TRAFFIC_CONFLICT',
    `Only ${had / 100} % are left for it; the other candidates have the rest.`,
    {
      hint: 'Lower the share of another candidate first.',
    },
  )
}

/** What was waited for is ready or has failed: the first takes the primary's place, the second is taken out. */
async function settle(
  node: NodeContext,
  actor: Pick<Actor, 'name'>,
  name: string,
  versionId: string,
): Promise<void> {
  const endpoint = requireEndpoint(node, name)
  const target = listTargets(node.db, endpoint.id).find((one) => one.versionId === versionId)
  const report = reportOf(node, { id: endpoint.id, versionId })
  if (!target || !report) return // serving is not there: looked at again when it is
  if (report.failure) {
    await takeOut(node, actor, endpoint, target, report.failure.message)
    throw new OutpostError(
      'DEPLOYMENT_FAILED',
      `${nameOf(target)} could not be loaded: ${report.failure.message} ${nameOf(endpoint)} goes on answering.`,
      { hint: report.failure.hint },
    )
  }
  if (target.role === 'pending' && report.state === 'ready') await makePrimary(node, actor, endpoint, target)
}

/** After a start: what was on its way when the node stopped arrives, or is taken out. */
export async function resumePending(node: NodeContext): Promise<void> {
  const pending = listTargets(node.db).filter(({ role }) => role === 'pending')
  if (pending.length === 0) return
  await node.serving.apply(node.snapshot())
  for (const { endpointId, versionId } of pending) {
    const endpoint = findEndpointById(node.db, endpointId)
    if (!endpoint) continue
    await settle(node, { name: 'node' }, endpoint.name, versionId).catch((error: unknown) =>
      node.log.warn({ err: error, endpoint: endpoint.name }, 'a version could not take its place'),
    )
  }
}

/** The old primary stays loaded where the way back shall be instant, else by name alone. */
export async function makePrimary(
  node: NodeContext,
  actor: Pick<Actor, 'name'>,
  endpoint: StoredEndpoint,
  target: StoredTarget,
  reason?: string,
): Promise<void> {
  const [from, to] = [nameOf(endpoint), nameOf(target)]
  const object = `${endpoint.model}@${to}`
  const details = { endpoint: endpoint.name, from, ...(reason === undefined ? {} : { reason }) }
  audited(node, actor, { action: 'endpoint.promote', object, details }, (at) => {
    const stays = target.role === 'candidate'
    deleteTarget(node.db, target.id)
    for (const other of listTargets(node.db, endpoint.id))
      if (other.role === 'previous') deleteTarget(node.db, other.id)
    putEndpoint(node.db, {
      ...endpoint,
      versionId: target.versionId,
      executionProvider: target.executionProvider,
      desired: 'running',
      originNode: node.nodeId,
      at,
    })
    putTarget(node.db, {
      id: newId(),
      endpointId: endpoint.id,
      versionId: endpoint.versionId,
      role: stays ? 'candidate' : 'previous',
      buckets: [],
      executionProvider: endpoint.executionProvider,
      settings: endpoint.settings,
      originNode: node.nodeId,
      at,
    })
    changeFailover(node, endpoint, at, to, stays ? from : null)
    const why = reason === undefined ? {} : { reason }
    const done = { status: 'complete', weight: bucketsTotal, endedAt: at } as const
    // One that was the primary before has no transition of its own on the way back.
    if (!noteTransition(node, endpoint.name, to, { ...done, ...why }))
      recordReplaced(node, actor, { endpoint: endpoint.name, model: endpoint.model, from, to, at, ...why })
    nextSnapshot(node.db)
  })
  await applyChange(node, endpoint.name)
  node.announce('models', endpoint.model)
}

/** R172: a chain names the version that another one was swapped for, and none that is there no longer. */
function changeFailover(
  node: NodeContext,
  { id, policy }: StoredEndpoint,
  at: string,
  name: string,
  instead: string | null,
): void {
  const stored = readJson(trafficPolicy, policy, 'policy')
  if (!stored.failover.includes(name)) return
  const names = stored.failover.flatMap((one) => (one === name ? (instead ?? []) : one))
  setPolicy(node.db, id, JSON.stringify({ ...stored, failover: [...new Set(names)] }), at)
}

export async function takeOut(
  node: NodeContext,
  actor: Pick<Actor, 'name'>,
  endpoint: StoredEndpoint,
  target: StoredTarget,
  reason: string,
): Promise<void> {
  const to = nameOf(target)
  const details = { endpoint: endpoint.name, reason }
  audited(node, actor, { action: 'endpoint.roll-back', object: `${endpoint.model}@${to}`, details }, (at) => {
    deleteTarget(node.db, target.id)
    changeFailover(node, endpoint, at, to, null)
    noteTransition(node, endpoint.name, to, { status: 'rolled_back', weight: 0, reason, endedAt: at })
    nextSnapshot(node.db)
  })
  await applyChange(node, endpoint.name)
  node.announce('models', endpoint.model)
}

/** R166: a growing share takes buckets of the primary alone, a shrinking one gives its last back. */
export async function setWeight(
  node: NodeContext,
  actor: Actor,
  endpoint: StoredEndpoint,
  target: StoredTarget,
  weight: number,
): Promise<void> {
  const object = `${endpoint.model}@${nameOf(target)}`
  const details = { endpoint: endpoint.name, from: bucketCount(target.buckets), to: weight }
  audited(node, actor, { action: 'endpoint.shift', object, details }, (at) => {
    const others = listTargets(node.db, endpoint.id).filter(({ id }) => id !== target.id)
    const taken = others.flatMap(({ buckets }) => buckets)
    const buckets = resizeBuckets(target.buckets, taken, weight, bucketsTotal)
    refuseTooMuch(weight, bucketCount(buckets))
    changeTarget(node.db, target.id, { role: 'candidate', buckets, at })
    noteTransition(node, endpoint.name, nameOf(target), { status: 'partial', weight })
    nextSnapshot(node.db)
  })
  await applyChange(node, endpoint.name)
}
