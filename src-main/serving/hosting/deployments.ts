/**
 * Brings what is loaded in line with a snapshot: every version of every running endpoint is loaded once, requests end
 * where they began, and what nobody serves any more is unloaded. Which of them answers is routing's to say.
 */
import { OutpostError } from '../../base/errors.ts'
import type { Log } from '../../base/log.ts'
import { defaultHosting, type HostingSettings } from '../../contract/hosting.ts'
import { limits } from '../../contract/limits.ts'
import type { DeploymentReport } from '../../contract/processes.ts'
import type { FeedbackTotals, ShadowFigures } from '../../contract/traffic.ts'
import type { EndpointRoute, Routes, RouteTarget, ServedVersion } from '../routing/routes.ts'
import { type CallFigures, createCallFigures, jointQuantiles } from '../watching/latencies.ts'
import { asideFailure, isOfLicense, refusalOf, standingOf } from './deployment-standing.ts'
import { type HostedModel, hostedKey, hostModel, type ReadyModel } from './hosted-model.ts'
import type { HostingRooms } from './hosting-rooms.ts'

/** What answers requests for one version of an endpoint. */
export interface Live {
  model: HostedModel
  ready: ReadyModel
  figures: CallFigures
}

export interface Deployments {
  /** Settles when every version of the snapshot is ready or has failed. */
  apply(routes: Routes): Promise<void>
  /** Null where it is not ready. */
  ready(endpoint: EndpointRoute, target: RouteTarget): Live | null
  /** Why it is not ready: ENDPOINT_STOPPED, DEPLOYMENT_NOT_READY, DEPLOYMENT_FAILED, MODEL_SET_ASIDE. */
  refusal(endpoint: EndpointRoute, target: RouteTarget): OutpostError
  /** Loads a version without an endpoint, or finds it loaded; kept until it was idle for some minutes. */
  tryVersion(version: ServedVersion): Promise<{ ready: ReadyModel; model: HostedModel }>
  /** A run of it hangs. */
  setAside(versionId: string): void
  isAside(versionId: string): boolean
  /** Null for what is not to be served. */
  figures(endpoint: EndpointRoute, target: RouteTarget): CallFigures | null
  /** Requests that wait for one version of an endpoint. */
  queueLength(endpointId: string, versionId: string): number
  reports(): DeploymentReport[]
  bytesLoaded(): number
  close(): Promise<void>
}

export interface DeploymentsOptions {
  hosting: HostingRooms
  log: Log
  onChange: () => void
  shadowFigures: (endpointId: string, versionId: string) => ShadowFigures | null
  feedback: (endpointId: string, versionId: string) => FeedbackTotals | null
}

interface Wanted {
  endpoint: EndpointRoute
  target: RouteTarget
  figures: CallFigures
  /** When the figures began. */
  countedSince: string
  readySince: string | null
  /** Answers until the one that is wanted is loaded, as after a change of the settings. */
  before: HostedModel | null
}

export function createDeployments({
  hosting,
  log,
  onChange,
  shadowFigures,
  feedback,
}: DeploymentsOptions): Deployments {
  let wanted = new Map<string, Wanted>()
  const hosted = new Map<string, HostedModel>()
  const tried = new Map<string, { model: HostedModel; usedAt: number }>()
  const aside = new Set<string>()

  const sweep = setInterval(() => {
    const before = performance.now() - limits.tryIdleSecondsMax * 1000
    for (const [versionId, { usedAt }] of tried) if (usedAt < before) tried.delete(versionId)
    discardUnused()
  }, 10_000)
  sweep.unref()
  const tend = setInterval(() => {
    const now = performance.now()
    for (const model of hosted.values()) model.tend(now)
  }, 1000)
  tend.unref()

  function host(version: ServedVersion, settings: HostingSettings, again: boolean): HostedModel {
    const key = hostedKey(version.versionId, settings)
    const known = hosted.get(key)
    const current = known?.current()
    if (known && !(again && current && 'failure' in current)) return known
    const model = hostModel(hosting, version, settings)
    hosted.set(key, model)
    return model
  }

  /** By control, after it brought the process down again; or here, since a run of it hangs. */
  const isAside = (endpoint: EndpointRoute, { versionId }: RouteTarget): boolean =>
    endpoint.desired === 'set-aside' || aside.has(versionId)

  function readyOf(one: Wanted): Live | null {
    const { endpoint, target, figures } = one
    if (isAside(endpoint, target)) return null
    for (const model of [hosted.get(modelKeyOf(target)), one.before]) {
      const current = model?.current() ?? null
      if (model && current && !('failure' in current)) return { model, ready: current, figures }
    }
    return null
  }

  function wantedAfter(known: Wanted | undefined, endpoint: EndpointRoute, target: RouteTarget): Wanted {
    const { figures, countedSince, readySince } = known ?? {
      figures: createCallFigures(),
      countedSince: new Date().toISOString(),
      readySince: null,
    }
    const serving = known && readyOf(known)?.model
    const before = serving && serving.key !== modelKeyOf(target) ? serving : null
    return { endpoint, target, figures, countedSince, readySince, before }
  }

  async function settle(one: Wanted, again: Set<string>, renewed: Set<string>): Promise<void> {
    const { endpoint, target } = one
    const key = modelKeyOf(target)
    if (isAside(endpoint, target)) return
    try {
      const before = hosted.get(key)
      const model = host(target.version, target.hosting, again.has(key))
      const { loaded } = await model.ready
      if (model === before && renewed.delete(key)) await model.reload()
      const { requested, used, reason } = loaded.executionProvider
      if (requested !== 'auto' && reason !== null)
        log.warn({ endpoint: endpoint.name, requested, used, reason }, 'a device could not be used')
      one.readySince ??= new Date().toISOString()
    } catch (error) {
      log.error({ err: error, endpoint: endpoint.name, version: target.name }, 'a model could not be loaded')
    }
    onChange()
  }

  function discardUnused(): void {
    const used = new Set([...tried.values()].map(({ model }) => model))
    for (const { target, before } of wanted.values()) {
      const current = hosted.get(modelKeyOf(target))?.current() ?? null
      // It goes on as it was, until what is wanted is loaded; and where that fails.
      if (before && (current === null || 'failure' in current)) used.add(before)
    }
    const coming = new Set([...wanted.values()].map(({ target }) => modelKeyOf(target)))
    for (const [key, model] of hosted) {
      if (used.has(model) || coming.has(key)) continue
      hosted.delete(key)
      model
        .discard()
        .catch((error: unknown) => log.warn({ err: error, key }, 'a model could not be unloaded'))
    }
  }

  /** Of what callers waited for: a shadow's answers are nobody's. */
  function latenciesOf({ id }: EndpointRoute): DeploymentReport['endpointMs'] {
    const answering = [...wanted.values()]
      .filter(({ endpoint, target }) => endpoint.id === id && target.role !== 'shadow')
      .map(({ figures }) => figures)
    const [p50, p95, p99] = jointQuantiles(answering, [0.5, 0.95, 0.99])
    return typeof p50 === 'number' && typeof p95 === 'number' && typeof p99 === 'number'
      ? { p50, p95, p99 }
      : null
  }

  function reportOf(one: Wanted): DeploymentReport {
    const { endpoint, target, figures } = one
    const current = hosted.get(modelKeyOf(target))?.current() ?? null
    return {
      endpointId: endpoint.id,
      versionId: target.versionId,
      ...standingOf(current, isAside(endpoint, target), one.readySince),
      countedSince: one.countedSince,
      requestsTotal: figures.requestsTotal(),
      failuresTotal: figures.failuresTotal(),
      refusalsTotal: figures.refusalsTotal(),
      latencyMsP50: figures.quantile(0.5),
      latencyMsP95: figures.quantile(0.95),
      latencyMsP99: figures.quantile(0.99),
      endpointMs: target.role === 'primary' ? latenciesOf(endpoint) : null,
      batches: figures.batches(),
      shadow: target.role === 'shadow' ? shadowFigures(endpoint.id, target.versionId) : null,
      feedback: feedback(endpoint.id, target.versionId),
    }
  }

  return {
    apply: async (routes) => {
      const before = wanted
      wanted = new Map()
      const again = new Set<string>()
      const renewed = new Set<string>()
      for (const endpoint of routes.endpoints.values()) {
        if (endpoint.desired === 'stopped') continue
        for (const target of endpoint.targets) {
          if (target.role === 'previous') continue // loaded when the way back is taken
          const key = keyOf(endpoint, target)
          const known = before.get(key)
          // One that failed is loaded again when someone deploys or starts it, not at each snapshot.
          // What a license kept closed may be open now.
          if (known?.target.revision !== target.revision || isUnlicensed(hosted.get(modelKeyOf(target))))
            again.add(modelKeyOf(target))
          if (known && isRenewed(known.target, target)) renewed.add(modelKeyOf(target))
          wanted.set(key, wantedAfter(known, endpoint, target))
        }
      }
      onChange()
      await Promise.all([...wanted.values()].map((one) => settle(one, again, renewed)))
      discardUnused()
      onChange()
    },
    ready: (endpoint, target) => {
      const one = wanted.get(keyOf(endpoint, target))
      return one ? readyOf(one) : null
    },
    refusal: (endpoint, target) => {
      const one = wanted.get(keyOf(endpoint, target))
      return one
        ? refusalOf(reportOf(one))
        : new OutpostError('ENDPOINT_STOPPED', `The endpoint ${endpoint.name} is stopped.`, {
            hint: 'Start it, on its page or with `outpost deploy`.',
          })
    },
    tryVersion: async (version) => {
      if (aside.has(version.versionId))
        throw new OutpostError('MODEL_SET_ASIDE', asideFailure.message, asideFailure)
      const serving = [...wanted.values()].find(({ target }) => target.versionId === version.versionId)
      const model = host(version, serving?.target.hosting ?? defaultHosting, true)
      tried.set(version.versionId, { model, usedAt: performance.now() })
      return { ready: await model.ready, model }
    },
    setAside: (versionId) => {
      aside.add(versionId)
      onChange()
    },
    isAside: (versionId) => aside.has(versionId),
    figures: (endpoint, target) => wanted.get(keyOf(endpoint, target))?.figures ?? null,
    queueLength: (endpointId, versionId) => {
      const one = wanted.get(`${endpointId}|${versionId}`)
      return (one && readyOf(one)?.ready.batcher.length()) ?? 0
    },
    reports: () => [...wanted.values()].map(reportOf),
    bytesLoaded: () =>
      [...hosted.values()].reduce((sum, model) => {
        const current = model.current()
        return sum + (current && 'loaded' in current ? current.bytes() : 0)
      }, 0),
    close: async () => {
      clearInterval(sweep)
      clearInterval(tend)
      await hosting.engine.close()
    },
  }
}

/** Both are asked for with each request; a target is the same object, of one endpoint, for as long as its snapshot. */
const keys = new WeakMap<RouteTarget, string>()
const modelKeys = new WeakMap<RouteTarget, string>()

function keyOf(endpoint: EndpointRoute, target: RouteTarget): string {
  const known = keys.get(target)
  if (known !== undefined) return known
  const key = `${endpoint.id}|${target.versionId}`
  keys.set(target, key)
  return key
}

function modelKeyOf(target: RouteTarget): string {
  const known = modelKeys.get(target)
  if (known !== undefined) return known
  const key = hostedKey(target.versionId, target.hosting)
  modelKeys.set(target, key)
  return key
}

function isUnlicensed(model: HostedModel | undefined): boolean {
  const current = model?.current() ?? null
  return current !== null && 'failure' in current && isOfLicense(current.failure)
}

/** One that answers is loaded anew when someone deploys or starts it again, not when its part alone changes. */
const isRenewed = (before: RouteTarget, now: RouteTarget): boolean =>
  before.role === now.role && before.revision !== now.revision
