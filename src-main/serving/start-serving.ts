/**
 * Puts the serving process together: what is loaded, where requests go, what watches them, and the doors before it. It
 * follows the snapshots of control, which are swapped in between two requests.
 */
import { failureOf, OutpostError } from '../base/errors.ts'
import { machineMemory } from '../base/machine-memory.ts'
import { modelMemoryBytes, modelMemorySetting } from '../contract/hosting.ts'
import { limits } from '../contract/limits.ts'
import type { ControlToServing, ServingConfig, ServingToControl } from '../contract/processes.ts'
import { getSetting } from '../store/tables/settings.ts'
import { createAskedOfControl } from './asked-of-control.ts'
import { createIdentify } from './door/callers.ts'
import { createDoor } from './door/door.ts'
import type { DoorOptions } from './door/door-options.ts'
import { createDoorViews } from './door/door-views.ts'
import { createFeedbackDoor } from './door/feedback.ts'
import { createKeysUsed } from './door/keys-used.ts'
import { createRateLimits } from './door/rate-limits.ts'
import { createRepository, createRepositoryDoor } from './door/repository.ts'
import { servedHosts } from './door/request-guard.ts'
import { createServedViews } from './door/served-views.ts'
import { createDeployments } from './hosting/deployments.ts'
import { createPool } from './hosting/pool.ts'
import { createTunings } from './hosting/tunings.ts'
import { createMirror } from './infer/mirror.ts'
import { createResponseCache } from './infer/response-cache.ts'
import { listenTo, openGrpcDoor, tracesOf } from './open-doors.ts'
import { createRemoteEngines } from './remote/remote-engines.ts'
import { createReporting } from './reporting.ts'
import { type Routes, readRoutes, readServedVersion } from './routing/routes.ts'
import { createTargets } from './routing/targets.ts'
import type { OpenRooms } from './serving-rooms.ts'
import { createWatchedRooms } from './watched-rooms.ts'
import { createMetrics } from './watching/metrics.ts'
import { createWatchers } from './watching/watchers.ts'

type Handled = Extract<ControlToServing, { type: 'snapshot' | 'try' | 'changed' | 'devices' }>

export interface Serving {
  handle(message: Handled): Promise<void>
  drain(): Promise<void>
}

export async function startServing(
  config: ServingConfig,
  openRooms: OpenRooms,
  post: (message: ServingToControl) => void,
): Promise<Serving> {
  const rooms = await openRooms(config, (versionId) => {
    deployments.setAside(versionId)
    post({ type: 'stuck', versionId })
  })
  const { nodeDb, engine, processing, log } = rooms
  let routes: Routes = readRoutes(nodeDb, null)
  const routesNow = () => routes
  let firstSettled = false
  let requestsTotal = 0
  const asked = createAskedOfControl(post)
  const keysUsed = createKeysUsed((ids) => post({ type: 'keys-used', ids }))
  const remotes = createRemoteEngines(nodeDb, Buffer.from(config.keyPepper, 'hex'), (error) =>
    log.error({ err: error }, 'a remote engine has no usable token'),
  )
  const modelBytesMax = (): number =>
    config.modelBytesMax ??
    getSetting(nodeDb, modelMemorySetting, modelMemoryBytes.nullable()) ??
    machineMemory() * limits.modelMemoryShare
  const pool = createPool(modelBytesMax())
  const deployments = createDeployments({
    hosting: {
      engine,
      dataDir: config.dataDir,
      processing,
      pool,
      remotes,
      contentKey: rooms.licensing.contentKey,
      tunings: createTunings(nodeDb, (record) => post({ type: 'tuned', ...record })),
    },
    log,
    onChange: () => setImmediate(reporting.report),
    shadowFigures: (endpointId, versionId) => mirror.figures(endpointId, versionId),
    feedback: (endpointId, versionId) => watchers.feedback.totals(endpointId, versionId),
  })
  const watchers = createWatchers({
    nodeDb,
    dataDir: config.dataDir,
    prepareCase: processing.prepareCase,
    log,
    routes: routesNow,
    queueLength: deployments.queueLength,
    post,
  })
  const reporting = createReporting({
    post,
    watchers,
    deployments,
    remotes,
    licensing: rooms.licensing,
    keysUsed,
    requestsTotal: () => requestsTotal,
  })
  const targets = createTargets({
    nodeDb,
    deployments,
    routes: routesNow,
    isTakenOut: watchers.rollback.isTakenOut,
    licensing: rooms.licensing,
  })
  const cache = createResponseCache({ bytesMax: limits.responseCacheBytesMax })
  const mirror = createMirror({
    ready: deployments.ready,
    isUsable: targets.standing.isUsable,
    isLicensed: (caller, version) => rooms.licensing.admit(caller, version, null).allowed,
    observe: watchers.rollback.observe,
  })
  const served = createServedViews({
    serverVersion: rooms.version,
    routes: routesNow,
    deployments,
    standing: targets.standing,
    isReady: () => firstSettled,
  })
  const metrics = createMetrics({
    version: rooms.version,
    routes: routesNow,
    deployments,
    drift: watchers.drift.rows,
    remotes: remotes.reports,
  })
  const repository = createRepository({ routes: routesNow, deployments, change: asked.change })
  const traces = await tracesOf(config, rooms)
  const onFault = (error: OutpostError, requestId: string) =>
    log.error({ err: error.cause ?? error, requestId }, 'a request failed')
  /** What all doors stand before. */
  const behind = {
    tls: config.tls,
    traces,
    addressRequestsPerMinute: config.addressRequestsPerMinute ?? null,
    answerSecondsMax: config.answerSecondsMax ?? limits.answerSecondsMax,
    rates: createRateLimits(),
    identify: createIdentify(config, () => routes.keys, keysUsed.note),
    targets,
    rooms: createWatchedRooms({
      processing,
      next: targets.next,
      cache,
      licensing: rooms.licensing,
      onFault,
      record: rooms.record,
      onRecorded: () => {
        requestsTotal += 1
      },
      watchers,
      mirror,
      onBroken: (error) => log.error({ err: error }, 'what watches the requests failed'),
    }),
    onFault,
  } satisfies Partial<DoorOptions>
  const door = createDoor({
    ...behind,
    hosts: servedHosts(config.host, config.hostsAllowed),
    requestSecondsMax: config.requestSecondsMax ?? limits.requestSecondsMax,
    views: createDoorViews(served, metrics),
    repository: createRepositoryDoor(repository),
    feedback: createFeedbackDoor(watchers.feedback),
  })
  const grpcDoor = config.grpc && (await openGrpcDoor({ ...behind, views: served, repository }, rooms))

  async function follow(): Promise<void> {
    routes = readRoutes(nodeDb, routes)
    watchers.follow()
    cache.follow(routes)
    mirror.follow(routes)
    rooms.licensing.follow()
    remotes.follow()
    // What is loaded follows in the same turn as the routes, whatever has to leave first.
    await Promise.all([pool.limit(modelBytesMax()), deployments.apply(routes)])
    firstSettled = true
  }

  const ready = await listenTo(config, door, grpcDoor)
  reporting.begin()
  post(ready)
  follow().catch((error: unknown) => log.error({ err: error }, 'the routes could not be read'))

  return {
    handle: async (message) => {
      if (message.type === 'changed') return asked.changed(message.request, message.failure)
      if (message.type === 'devices') {
        post({ type: 'devices', request: message.request, devices: await engine.devices().catch(() => []) })
        return
      }
      if (message.type === 'snapshot') {
        await follow().catch((error: unknown) => log.error({ err: error }, 'a snapshot could not be applied'))
        reporting.report() // first, so that whoever waited for this snapshot sees what came of it
        post({ type: 'applied', number: message.number })
        return
      }
      const { request, versionId } = message
      try {
        const version = readServedVersion(nodeDb, versionId)
        if (!version) throw new OutpostError('VERSION_NOT_FOUND', 'This version is not registered.')
        await deployments.tryVersion(version)
        post({ type: 'tried', request, failure: null })
      } catch (error) {
        post({ type: 'tried', request, failure: failureOf(error) })
      }
    },
    drain: async () => {
      reporting.end()
      const late = new Promise((resolve) => setTimeout(resolve, limits.drainSecondsMax * 1000).unref())
      await Promise.race([Promise.all([door.drain(), grpcDoor?.drain()]), late])
      keysUsed.tell()
      remotes.close()
      await deployments.close()
      await traces?.close()
      await rooms.close()
    },
  }
}
