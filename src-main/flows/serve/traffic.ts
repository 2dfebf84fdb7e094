/** What an operator does to an endpoint's traffic: shift it, promote, roll back, set its policy, ask who would answer. */
import { OutpostError } from '../../base/errors.ts'
import { stickyBy, type TrafficPolicy, trafficPolicy } from '../../contract/traffic.ts'
import type { DeploymentRow } from '../../contract/views.ts'
import { type Choosable, chooseTarget, makeSplit, stickyKey } from '../../serving/routing/choose-target.ts'
import { readJson } from '../../store/sqlite.ts'
import { listTargets, type StoredTarget } from '../../store/tables/endpoint-targets.ts'
import { findEndpointById, type StoredEndpoint, setPolicy } from '../../store/tables/endpoints.ts'
import { nextSnapshot } from '../../store/tables/meta.ts'
import type { Actor } from '../actor.ts'
import { audited } from '../audited.ts'
import type { NodeContext } from '../node-context.ts'
import { deploymentRowOf, reportOf } from './deployment-rows.ts'
import { applyChange, requireEndpoint } from './endpoint.ts'
import { introduce, makePrimary, nameOf, setWeight, takeOut } from './introduce.ts'

const rowOf = (node: NodeContext, name: string): DeploymentRow =>
  deploymentRowOf(node, requireEndpoint(node, name))

/** VERSION_NOT_FOUND where the endpoint has no such version beside its primary. */
function requireTarget(node: NodeContext, endpoint: StoredEndpoint, version: string): StoredTarget {
  const targets = listTargets(node.db, endpoint.id)
  const found = targets.find((one) => nameOf(one) === version || one.version === version)
  if (found) return found
  const there = targets.map(nameOf).join(', ') || 'none'
  throw new OutpostError(
    'VERSION_NOT_FOUND',
    `${version} is no version beside the primary of "${endpoint.name}".`,
    { hint: `Beside ${nameOf(endpoint)} there are: ${there}.` },
  )
}

export async function shiftTraffic(
  node: NodeContext,
  actor: Actor,
  input: { endpoint: string; version: string; weight: number },
): Promise<DeploymentRow> {
  const endpoint = requireEndpoint(node, input.endpoint)
  await setWeight(node, actor, endpoint, requireTarget(node, endpoint, input.version), input.weight)
  return rowOf(node, input.endpoint)
}

/** R170: the version answers all, the one before stays at hand. DEPLOYMENT_NOT_READY where it is not loaded. */
export async function promoteVersion(
  node: NodeContext,
  actor: Actor,
  input: { endpoint: string; version: string },
): Promise<DeploymentRow> {
  const endpoint = requireEndpoint(node, input.endpoint)
  const target = requireTarget(node, endpoint, input.version)
  const report = reportOf(node, { id: endpoint.id, versionId: target.versionId })
  if (report && report.state !== 'ready') {
    const text = `${nameOf(target)} is not ready to answer: ${report.failure?.message ?? 'it is still being loaded.'}`
    throw new OutpostError('DEPLOYMENT_NOT_READY', text, {
      hint: 'Nothing was changed. Try again when it is.',
    })
  }
  await makePrimary(node, actor, endpoint, target)
  return rowOf(node, input.endpoint)
}

/** Ends what is under way, else brings back the version that was the primary before. */
export async function rollBack(
  node: NodeContext,
  actor: Actor,
  input: { endpoint: string; version?: string | undefined; reason?: string | undefined },
): Promise<DeploymentRow> {
  const endpoint = requireEndpoint(node, input.endpoint)
  const reason = input.reason ?? `by ${actor.name}`
  const targets = listTargets(node.db, endpoint.id)
  const underWay =
    input.version === undefined
      ? targets.find(({ role, buckets }) => role === 'pending' || role === 'shadow' || buckets.length > 0)
      : requireTarget(node, endpoint, input.version)
  const before =
    targets.find(({ role }) => role === 'previous') ?? targets.find(({ role }) => role === 'candidate')
  if (underWay && underWay.role !== 'previous') await takeOut(node, actor, endpoint, underWay, reason)
  else if (before?.role === 'candidate')
    await makePrimary(node, actor, endpoint, before, `rolled back: ${reason}`)
  else if (before) {
    const version = {
      id: before.versionId,
      name: nameOf(before),
      executionProvider: before.executionProvider,
    }
    await introduce(node, actor, endpoint, version, { strategy: 'replace' })
  } else {
    throw new OutpostError('TRAFFIC_CONFLICT', `"${endpoint.name}" has nothing to go back to.`, {
      hint: 'Deploy the version that you want.',
    })
  }
  return rowOf(node, input.endpoint)
}

/** A rule was broken: serving has taken the version out already, this writes it down. */
export async function rollBackByRule(
  node: NodeContext,
  input: { endpointId: string; versionId: string; reason: string },
): Promise<void> {
  const target = listTargets(node.db, input.endpointId).find((one) => one.versionId === input.versionId)
  const endpoint = findEndpointById(node.db, input.endpointId)
  if (target && endpoint) await takeOut(node, { name: 'node' }, endpoint, target, input.reason)
}

const namesIn = ({ failover, rules }: TrafficPolicy): string[] => [
  ...failover,
  ...rules.map(({ version }) => version),
]

export async function changePolicy(
  node: NodeContext,
  actor: Actor,
  input: { endpoint: string; policy: TrafficPolicy },
): Promise<DeploymentRow> {
  const endpoint = requireEndpoint(node, input.endpoint)
  const served = [nameOf(endpoint), ...listTargets(node.db, endpoint.id).map(nameOf)]
  // What was named while it was served may stay, so that the rest can be changed.
  const known = [...served, ...namesIn(readJson(trafficPolicy, endpoint.policy, 'policy'))]
  const unknown = namesIn(input.policy).find((version) => !known.includes(version))
  if (unknown !== undefined) {
    throw new OutpostError('VERSION_NOT_FOUND', `"${endpoint.name}" does not serve ${unknown}.`, {
      hint: `It serves ${served.join(', ')}.`,
    })
  }
  const details = { policy: input.policy }
  audited(node, actor, { action: 'endpoint.policy', object: endpoint.name, details }, (at) => {
    setPolicy(node.db, endpoint.id, JSON.stringify(input.policy), at)
    nextSnapshot(node.db)
  })
  await applyChange(node, endpoint.name)
  return rowOf(node, input.endpoint)
}

export interface WhichInput {
  endpoint: string
  consumer: string
  session?: string | undefined
  headers: Record<string, string>
}

/** The tester: what the door would choose, by the same function. */
export function whichVersion(node: NodeContext, input: WhichInput) {
  const endpoint = requireEndpoint(node, input.endpoint)
  const policy = readJson(trafficPolicy, endpoint.policy, 'policy')
  const primary: Choosable = { name: nameOf(endpoint), role: 'primary', buckets: [] }
  const others = listTargets(node.db, endpoint.id).map(
    ({ role, buckets, ...target }): Choosable => ({ name: nameOf(target), role, buckets }),
  )
  const lower = new Map(Object.entries(input.headers).map(([name, value]) => [name.toLowerCase(), value]))
  const traits = {
    requestId: 'this request',
    consumer: input.consumer,
    session: input.session ?? null,
    header: (name: string) => lower.get(name),
  }
  const { target, rule } = chooseTarget(makeSplit(endpoint.id, policy, primary, others), traits)
  const sticky = policy.stickyBy === stickyBy.enum.request ? null : stickyKey(policy, traits)
  return { version: target.name, role: target.role, rule, stickyKey: sticky, note: noteOf(policy, input) }
}

/** Where the bucket comes of something else than what was asked about. */
function noteOf({ stickyBy: by }: TrafficPolicy, { endpoint, session }: WhichInput): string | null {
  if (by === 'request')
    return `Neither the key nor the session is used: "${endpoint}" spreads each request on its own, and another one may go elsewhere.`
  if (by === 'consumer' && session !== undefined)
    return `The session is not used: "${endpoint}" is sticky by key, so all requests of a key go to one version.`
  if (by === 'session' && session === undefined)
    return `"${endpoint}" is sticky by session; a request without the header outpost-session goes by its key, as this one.`
  return null
}
