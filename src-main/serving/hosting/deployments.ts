/**
 * Brings what is loaded in line with a snapshot: a new version answers from the moment it is ready, the old one until
 * then and where the new one fails; requests end where they began, and what nobody serves any more is unloaded.
 */
import { OutpostError } from '../../base/errors.ts'
import type { Log } from '../../base/log.ts'
import { limits } from '../../contract/limits.ts'
import type { DeploymentReport } from '../../contract/processes.ts'
import type { Failure } from '../../contract/views.ts'
import type { Engine } from '../../engine/engine.ts'
import type { EndpointRoute, Routes, ServedVersion } from '../routing/routes.ts'
import { type CallFigures, createCallFigures } from '../watching/latencies.ts'
import { type HostedModel, hostedKey, hostModel, type ReadyModel } from './hosted-model.ts'
import type { ProcessingPort } from './processing-port.ts'

/** What answers requests for an endpoint. */
interface Live {
  route: EndpointRoute
  model: HostedModel
  figures: CallFigures
  startedAt: string
}

export interface Deployments {
  /** Settles when every running endpoint of the snapshot is ready or has failed. */
  apply(routes: Routes): Promise<void>
  /** NOT_DEPLOYED, DEPLOYMENT_NOT_READY, DEPLOYMENT_FAILED, MODEL_SET_ASIDE. */
  live(endpoint: string, versionId?: string): Live & { ready: ReadyModel }
  /** What answers for the endpoint now; null where nothing does. */
  answering(endpoint: string): EndpointRoute | null
  /** Loads a version without an endpoint, or finds it loaded; kept until it was idle for some minutes. */
  tryVersion(version: ServedVersion): Promise<{ ready: ReadyModel; model: HostedModel }>
  /** A run of it hangs. */
  setAside(versionId: string): void
  reports(): DeploymentReport[]
  bytesLoaded(): number
  close(): Promise<void>
}

export interface DeploymentsOptions {
  engine: Engine
  dataDir: string
  readLabels: ProcessingPort['readLabels']
  log: Log
  onChange: () => void
}

const asideFailure: Failure = {
  code: 'MODEL_SET_ASIDE',
  message: 'The model hung or crashed the serving process and was set aside.',
  hint: 'Start the deployment again to give it another try, or deploy another version.',
}

export function createDeployments({
  engine,
  dataDir,
  readLabels,
  log,
  onChange,
}: DeploymentsOptions): Deployments {
  let wanted = new Map<string, EndpointRoute>()
  const live = new Map<string, Live>()
  const hosted = new Map<string, HostedModel>()
  const figures = new Map<string, CallFigures>()
  const tried = new Map<string, { model: HostedModel; usedAt: number }>()
  const aside = new Set<string>()

  const sweep = setInterval(() => {
    const before = performance.now() - limits.tryIdleSecondsMax * 1000
    for (const [versionId, { usedAt }] of tried) if (usedAt < before) tried.delete(versionId)
    discardUnused()
  }, 10_000)
  sweep.unref()

  function host(
    version: ServedVersion,
    provider: EndpointRoute['executionProvider'],
    again: boolean,
  ): HostedModel {
    const key = hostedKey(version.versionId, provider)
    const known = hosted.get(key)
    const current = known?.current()
    if (known && !(again && current && 'failure' in current)) return known
    const model = hostModel(engine, dataDir, version, provider, readLabels)
    hosted.set(key, model)
    return model
  }

  /** By control, after it brought the process down again; or here, since a run of it hangs. */
  const isAside = (route: EndpointRoute): boolean =>
    route.desired === 'set-aside' || aside.has(route.versionId)

  function figuresOf(route: EndpointRoute): CallFigures {
    const key = `${route.id}|${route.versionId}`
    const known = figures.get(key) ?? createCallFigures()
    figures.set(key, known)
    return known
  }

  /** Ready or failed, and live in the first case unless a later snapshot wants something else by then. */
  async function settle(route: EndpointRoute, again: boolean): Promise<void> {
    if (isAside(route)) return
    const now = live.get(route.name)
    const key = keyOf(route)
    if (now?.model.key === key && now.model === hosted.get(key)) {
      live.set(route.name, { ...now, route })
      return
    }
    const model = host(route.version, route.executionProvider, again)
    try {
      const { requested, used, reason } = (await model.ready).loaded.executionProvider
      if (requested !== 'auto' && reason !== null)
        log.warn({ endpoint: route.name, requested, used, reason }, 'a device could not be used')
    } catch (error) {
      log.error(
        { err: error, endpoint: route.name, version: route.version.version },
        'a model could not be loaded',
      )
      onChange()
      return
    }
    if (wanted.get(route.name)?.versionId !== route.versionId) return
    live.set(route.name, { route, model, figures: figuresOf(route), startedAt: new Date().toISOString() })
    onChange()
  }

  function discardUnused(): void {
    const used = new Set<HostedModel>([...live.values(), ...tried.values()].map(({ model }) => model))
    const coming = new Set([...wanted.values()].map(keyOf))
    for (const [key, model] of hosted) {
      if (used.has(model) || coming.has(key)) continue
      hosted.delete(key)
      model
        .discard()
        .catch((error: unknown) => log.warn({ err: error, key }, 'a model could not be unloaded'))
    }
  }

  function reportOf(route: EndpointRoute): DeploymentReport {
    const active = live.get(route.name)
    const model = hosted.get(keyOf(route))
    const current = model?.current() ?? null
    const ready = current && 'loaded' in current ? current : null
    const calls = figures.get(`${route.id}|${route.versionId}`)
    const failed = current && 'failure' in current ? current.failure : null
    const failure = isAside(route) ? asideFailure : failed
    return {
      endpointId: route.id,
      versionId: route.versionId,
      state: stateOf(ready !== null && active?.model === model, failure),
      failure,
      executionProviderUsed: ready?.loaded.executionProvider.used ?? null,
      executionProviderReason: ready?.loaded.executionProvider.reason ?? null,
      loadMs: ready?.loaded.loadMs ?? null,
      bytesLoaded: ready?.loaded.bytesLoaded ?? null,
      requestsTotal: calls?.requestsTotal() ?? 0,
      failuresTotal: calls?.failuresTotal() ?? 0,
      queueLength: ready?.batcher.length() ?? 0,
      latencyMsP50: calls?.quantile(0.5) ?? null,
      latencyMsP95: calls?.quantile(0.95) ?? null,
      startedAt: active?.route.versionId === route.versionId ? active.startedAt : null,
    }
  }

  return {
    apply: async (routes) => {
      const before = wanted
      wanted = new Map([...routes.endpoints].filter(([, route]) => route.desired !== 'stopped'))
      for (const name of live.keys()) {
        const route = wanted.get(name)
        if (!route || isAside(route)) live.delete(name)
      }
      onChange()
      // One that failed is loaded again when someone deploys or starts it, not at each snapshot.
      const again = new Set(
        [...wanted.values()]
          .filter(({ name, revision }) => before.get(name)?.revision !== revision)
          .map(keyOf),
      )
      await Promise.all([...wanted.values()].map((route) => settle(route, again.has(keyOf(route)))))
      discardUnused()
      onChange()
    },
    answering: (name) => live.get(name)?.route ?? null,
    live: (name, versionId) => {
      const route = wanted.get(name)
      if (!route) throw new OutpostError('NOT_DEPLOYED', `The endpoint ${name} is stopped.`)
      const active = live.get(name)
      const found = versionId === undefined || active?.route.versionId === versionId ? active : undefined
      const current = found?.model.current() ?? null
      if (found && current && 'loaded' in current && !isAside(route)) return { ...found, ready: current }
      throw refusalOf(reportOf(route))
    },
    tryVersion: async (version) => {
      if (aside.has(version.versionId))
        throw new OutpostError('MODEL_SET_ASIDE', asideFailure.message, asideFailure)
      const serving = [...live.values()].find(({ route }) => route.versionId === version.versionId)
      const model = serving?.model ?? host(version, 'auto', true)
      tried.set(version.versionId, { model, usedAt: performance.now() })
      const ready = await model.ready
      const waiting = [...wanted.values()].filter((route) => keyOf(route) === model.key)
      await Promise.all(waiting.map((route) => settle(route, false)))
      return { ready, model }
    },
    setAside: (versionId) => {
      aside.add(versionId)
      onChange()
    },
    reports: () => [...wanted.values()].map(reportOf),
    bytesLoaded: () =>
      [...hosted.values()].reduce((sum, model) => {
        const current = model.current()
        return sum + (current && 'loaded' in current ? current.loaded.bytesLoaded : 0)
      }, 0),
    close: async () => {
      clearInterval(sweep)
      await engine.close()
    },
  }
}

const keyOf = (route: EndpointRoute): string => hostedKey(route.versionId, route.executionProvider)

function stateOf(isLive: boolean, failure: Failure | null): DeploymentReport['state'] {
  if (failure) return failure.code === 'MODEL_SET_ASIDE' ? 'set-aside' : 'failed'
  return isLive ? 'ready' : 'starting'
}

function refusalOf({ state, failure }: DeploymentReport): OutpostError {
  if (state === 'set-aside')
    return new OutpostError('MODEL_SET_ASIDE', asideFailure.message, { hint: asideFailure.hint })
  if (!failure) {
    return new OutpostError('DEPLOYMENT_NOT_READY', 'The model is still being loaded.', {
      hint: 'Try again in a moment.',
    })
  }
  return new OutpostError('DEPLOYMENT_FAILED', `The model could not be loaded: ${failure.message}`, {
    hint: failure.hint,
  })
}
