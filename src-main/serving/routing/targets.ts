/** Which loaded version answers a request, as the snapshot of this moment says, and who stands in where it cannot. */
import { OutpostError } from '../../base/errors.ts'
import { isRemote } from '../../contract/hosting.ts'
import { forwardedHeader } from '../../contract/remote.ts'
import type { NodeReader } from '../../store/sqlite.ts'
import type { Caller } from '../door/callers.ts'
import type { RunPath } from '../door/door-paths.ts'
import { isOfLicense } from '../hosting/deployment-standing.ts'
import type { Deployments, Live } from '../hosting/deployments.ts'
import { isPastSunset, refuseAfterSunset } from '../infer/deprecation.ts'
import type { LicensingPort } from '../infer/licensing-port.ts'
import type { Target } from '../infer/target.ts'
import type { RequestTraits } from './choose-target.ts'
import { type Resolved, resolveEndpoint, resolveVersion, type Standing } from './resolve-version.ts'
import { type EndpointRoute, type Routes, type RouteTarget, readServedVersion } from './routes.ts'

export interface Targets {
  standing: Standing
  /** At once, so that nothing is unloaded between the choice and the request's hold on it. */
  of(path: RunPath, traits: RequestTraits): Target
  /** A version by its id, whether an endpoint serves it or not: for control alone. */
  try(versionId: string, caller: Caller): Promise<Target>
  /** Another that may answer after this one failed; null where there is none left. */
  next(failed: Target): Target | null
}

type Traffic = NonNullable<Target['traffic']>

interface TargetSources {
  nodeDb: NodeReader
  deployments: Deployments
  routes: () => Routes
  /** Whether a rule took the version out of the endpoint's traffic. */
  isTakenOut: (endpointId: string, versionId: string) => boolean
  licensing: Pick<LicensingPort, 'undeployable'>
}

export function createTargets({
  nodeDb,
  deployments,
  routes,
  isTakenOut,
  licensing,
}: TargetSources): Targets {
  const standing: Standing = {
    isReady: (endpoint, target) => deployments.ready(endpoint, target) !== null,
    isUsable: (endpoint, target) =>
      !isTakenOut(endpoint.id, target.versionId) && !deployments.isAside(target.versionId),
  }

  function resolve(path: RunPath, traits: RequestTraits): Resolved {
    if (path.kind === 'v2-infer')
      return resolveEndpoint(routes(), path.endpoint, path.version, traits, standing)
    if (path.kind === 'v1-predict')
      return resolveVersion(routes(), path.model, path.reference, traits, standing)
    const { name, reference } = path
    const endpoint = routes().endpoints.get(name)
    // An endpoint of the model's own name need not be the one that serves the version.
    return endpoint && (reference === null || endpoint.model !== name)
      ? resolveEndpoint(routes(), name, reference, traits, standing)
      : resolveVersion(routes(), name, reference, traits, standing)
  }

  /** Nobody is sent to deploy what a license forbids to. */
  function resolveLicensed(path: RunPath, traits: RequestTraits): Resolved {
    try {
      return resolve(path, traits)
    } catch (error) {
      if (!(error instanceof OutpostError && undeployed.has(error.code))) throw error
      throw licensing.undeployable({ ...meant(path, routes()), requestId: traits.requestId }) ?? error
    }
  }

  /** What a license keeps from being loaded is refused in its name, and told of with the other refusals. */
  function refusalOf(endpoint: EndpointRoute, target: RouteTarget, requestId: string): OutpostError {
    const refusal = deployments.refusal(endpoint, target)
    if (!isOfLicense(refusal)) return refusal
    const { model, number } = target.version
    return licensing.undeployable({ model, reference: number, requestId }) ?? refusal
  }

  /** In the order of the policy, then the primary: those that have not been asked, are ready and may still answer. */
  function standIn(
    endpoint: EndpointRoute,
    { forwarded, tried }: Pick<Traffic, 'forwarded' | 'tried'>,
  ): [RouteTarget, Live] | null {
    const { policy, primary, others } = endpoint.split
    const named = policy.failover.map((name) => [primary, ...others].find((other) => other.name === name))
    for (const target of [...named, primary]) {
      if (!target || tried.has(target) || target.role === 'shadow') continue
      if (leadsOn({ forwarded }, target) || isPastSunset(target, Date.now())) continue
      const live = standing.isUsable(endpoint, target) ? deployments.ready(endpoint, target) : null
      if (live && !live.ready.refusal()) return [target, live]
    }
    return null
  }

  return {
    standing,
    of: (path, traits) => {
      const { endpoint, target, rule, mayFailOver } = resolveLicensed(path, traits)
      refuseAfterSunset(target, Date.now())
      const live = deployments.ready(endpoint, target)
      const tried = new Set([target])
      const traffic = { endpoint, target, mayFailOver, forwarded: isForwarded(traits), tried }
      const circles = leadsOn(traffic, target)
      if (live && !circles && !live.ready.refusal()) return made(traffic, live, rule)
      const other = mayFailOver ? standIn(endpoint, traffic) : null
      if (!other && circles) throw looped(target)
      if (!other && live) return made(traffic, live, rule) // its refusal is recorded
      if (!other) throw refusalOf(endpoint, target, traits.requestId)
      const [stand, its] = other
      tried.add(stand)
      const stood = { ...traffic, target: stand, mayFailOver: true }
      return made(stood, its, `${rule}, failover from ${target.name}`)
    },
    try: async (versionId, caller) => {
      if (!caller.internal) throw new OutpostError('FORBIDDEN', 'Only the node itself may try versions.')
      const version = readServedVersion(nodeDb, versionId)
      if (!version) throw new OutpostError('VERSION_NOT_FOUND', 'This version is not registered.')
      const { ready, model } = await deployments.tryVersion(version)
      return { endpoint: 'playground', version, rule: 'try', model, ready, figures: null, traffic: null }
    },
    next: ({ traffic, version, rule }) => {
      if (!traffic?.mayFailOver) return null
      const other = standIn(traffic.endpoint, traffic)
      if (!other) return null
      const [stand, live] = other
      const tried = new Set(traffic.tried).add(stand)
      return made({ ...traffic, target: stand, tried }, live, `${rule}, failover from ${version.version}`)
    },
  }
}

const undeployed: ReadonlySet<string> = new Set(['NOT_DEPLOYED', 'ENDPOINT_NOT_FOUND', 'VERSION_NOT_FOUND'])

/** An endpoint that is not there may be called by the name of its model. */
function meant(path: RunPath, { endpoints }: Routes): { model: string; reference: string | null } {
  if (path.kind === 'v1-predict') return path
  const [name, reference] =
    path.kind === 'named' ? [path.name, path.reference] : [path.endpoint, path.version]
  return { model: endpoints.get(name)?.model ?? name, reference }
}

const made = (traffic: Traffic, { model, ready, figures }: Live, rule: string): Target => {
  const { endpoint, target } = traffic
  return { endpoint: endpoint.name, version: target.version, rule, model, ready, figures, traffic }
}

const isForwarded = ({ header }: RequestTraits): boolean => header(forwardedHeader) !== undefined

/** Whether the target would send on what a remote engine sent here. */
export const leadsOn = ({ forwarded }: Pick<Traffic, 'forwarded'>, { hosting }: RouteTarget): boolean =>
  forwarded && isRemote(hosting.executionProvider)

const looped = ({ name, hosting: { executionProvider } }: RouteTarget): OutpostError =>
  new OutpostError(
    'REMOTE_LOOP',
    `A remote engine asks for ${name}, which runs on ${executionProvider}: that may lead back to where it came from.`,
    { hint: 'Point the remote engine at the server that runs the model itself.' },
  )
