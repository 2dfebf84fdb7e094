/**
 * The serving process from the first message of control to the last answer: opens the door, follows the snapshots,
 * reports each second, drains and ends when control says so or goes away.
 */

import type { ParentChannel } from '../base/child.ts'
import { failureOf, OutpostError } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import { machineMemory } from '../base/machine-memory.ts'
import { modelMemoryBytes, modelMemorySetting } from '../contract/hosting.ts'
import { limits } from '../contract/limits.ts'
import {
  controlToServing,
  type LicensingTold,
  type ServingConfig,
  type ServingToControl,
} from '../contract/processes.ts'
import type { RequestRow } from '../contract/views.ts'
import type { Engine } from '../engine/engine.ts'
import type { NodeReader } from '../store/sqlite.ts'
import { listAlertRules, openAlerts } from '../store/tables/alerts.ts'
import { getSetting } from '../store/tables/settings.ts'
import { createAskedOfControl } from './asked-of-control.ts'
import { createIdentify } from './door/callers.ts'
import { createDoor } from './door/door.ts'
import type { DoorOptions } from './door/door-options.ts'
import { createDoorViews } from './door/door-views.ts'
import { createFeedbackDoor } from './door/feedback.ts'
import { createKeysUsed } from './door/keys-used.ts'
import { listen } from './door/listen.ts'
import { createRateLimits } from './door/rate-limits.ts'
import { createRepository, createRepositoryDoor } from './door/repository.ts'
import { servedHosts } from './door/request-guard.ts'
import { createServedViews } from './door/served-views.ts'
import type { GrpcDoorOptions } from './grpc/door-options.ts'
import type { GrpcDoor } from './grpc/grpc-door.ts'
import { createDeployments } from './hosting/deployments.ts'
import { createPool } from './hosting/pool.ts'
import type { ProcessingPort } from './hosting/processing-port.ts'
import { createTunings } from './hosting/tunings.ts'
import type { LicensingPort } from './infer/licensing-port.ts'
import { createMirror } from './infer/mirror.ts'
import { createResponseCache } from './infer/response-cache.ts'
import { createRemoteEngines } from './remote/remote-engines.ts'
import { type Routes, readRoutes, readServedVersion } from './routing/routes.ts'
import { createTargets } from './routing/targets.ts'
import { createAlertWatch, isDriftRule } from './watching/alert-watch.ts'
import { createDriftWatch } from './watching/drift-watch.ts'
import { createFeedback } from './watching/feedback.ts'
import { createMetrics } from './watching/metrics.ts'
import { createOnlooker } from './watching/onlooker.ts'
import { createRollbackWatch } from './watching/rollback-watch.ts'
import type { Traces } from './watching/traces.ts'

/** What the entry puts together from the rooms that this one may not know. */
interface ServingRooms {
  nodeDb: NodeReader
  engine: Engine
  processing: ProcessingPort
  record: (row: RequestRow) => Promise<void>
  /** What licenses and quotas say, and what they said. */
  licensing: LicensingPort & { follow(): void; told(): LicensingTold }
  log: Log
  version: string
  /** The service that the gRPC door offers. */
  protoFile: string
  /** Ends what the entry opened, after the last answer. */
  close(): Promise<void>
}

/** Opens the rooms for a configuration; `onStuck` is called when a run hangs. */
export type OpenRooms = (config: ServingConfig, onStuck: (versionId: string) => void) => Promise<ServingRooms>

const reportEveryMs = 1000
/** Drift changes slowly. */
const driftEveryMs = 5000

export function serve(channel: ParentChannel, openRooms: OpenRooms): void {
  let hangs = false
  const post = (message: ServingToControl) => {
    hangs ||= message.type === 'stuck'
    channel.post(message)
  }
  let serving: Promise<Serving> | undefined
  let ending: Promise<void> | undefined
  // Control says so and then goes away: what was closed once is not closed again.
  const end = () => {
    ending ??= drainAndExit()
    return ending
  }
  const drainAndExit = async () => {
    await serving?.then(
      (started) => started.drain(),
      () => undefined,
    )
    // All is closed by now; a thread that hangs in a run would hold an ordinary exit up for ever.
    if (hangs) process.kill(process.pid, 'SIGKILL')
    process.exit(0)
  }
  channel.onMessage((raw) => {
    const message = controlToServing.parse(raw)
    if (message.type === 'start') {
      serving ??= startServing(message.config, openRooms, post)
      serving.catch((error: unknown) => post({ type: 'failed', failure: failureOf(error) }))
    } else if (message.type === 'drain') void end()
    else
      serving?.then(
        (started) => started.handle(message),
        () => undefined,
      )
  })
  channel.onClose(() => void end())
}

type Handled = Extract<
  ReturnType<typeof controlToServing.parse>,
  { type: 'snapshot' | 'try' | 'changed' | 'devices' }
>

interface Serving {
  handle(message: Handled): Promise<void>
  drain(): Promise<void>
}

/** Loaded where traces go somewhere, so that nobody else pays for it. */
async function tracesOf(
  { traces, tls, nodeId }: ServingConfig,
  { log, version }: ServingRooms,
): Promise<Traces | null> {
  if (!traces) return null
  const { openTraces } = await import('./watching/open-telemetry.ts')
  return openTraces(traces, { version, nodeId, scheme: tls ? 'https' : 'http', log })
}

/** Loaded where it is wanted: the library for gRPC takes as long to load as all else of serving. */
async function openGrpcDoor(
  options: Omit<GrpcDoorOptions, 'protoFile'>,
  { protoFile }: ServingRooms,
): Promise<GrpcDoor> {
  const { createGrpcDoor } = await import('./grpc/grpc-door.ts')
  return createGrpcDoor({ ...options, protoFile })
}

/** All addresses are no address to go to; this machine's own is one of them. */
function reachedAt({ host }: ServingConfig): string {
  const address = { '0.0.0.0': '127.0.0.1', '::': '::1' }[host] ?? host
  return address.includes(':') ? `[${address}]` : address
}

async function startServing(
  config: ServingConfig,
  openRooms: OpenRooms,
  post: (message: ServingToControl) => void,
): Promise<Serving> {
  const rooms = await openRooms(config, (versionId) => {
    deployments.setAside(versionId)
    post({ type: 'stuck', versionId })
  })
  const asked = createAskedOfControl(post)
  let requestsTotal = 0
  let cpuBefore = process.cpuUsage()
  const report = () => {
    for (const { look } of [watch, drift, alerts]) {
      try {
        look()
      } catch (error) {
        log.error({ err: error }, 'what goes on could not be judged') // requests are answered all the same
      }
    }
    const cpu = process.cpuUsage(cpuBefore)
    cpuBefore = process.cpuUsage()
    const reports = deployments.reports()
    tellOfLicenses()
    keysUsed.tell()
    post({
      type: 'report',
      deployments: reports,
      remotes: remotes.reports(),
      cpu: (cpu.user + cpu.system) / 1000 / reportEveryMs,
      memoryBytes: process.memoryUsage.rss(),
      modelBytes: deployments.bytesLoaded(),
      queueLength: reports.reduce((sum, { queueLength }) => sum + queueLength, 0),
      requestsTotal,
    })
  }
  const keysUsed = createKeysUsed((ids) => post({ type: 'keys-used', ids }))
  let toldOfLedger: string | null = null
  function tellOfLicenses(): void {
    const told = rooms.licensing.told()
    const stopped = told.ledger?.code ?? null
    if (told.accounts.length === 0 && told.refusals.length === 0 && stopped === toldOfLedger) return
    toldOfLedger = stopped
    post({ type: 'licensing', ...told })
  }
  const { nodeDb, engine, processing, log } = rooms
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
    onChange: () => setImmediate(report),
    shadowFigures: (endpointId, versionId) => mirror.figures(endpointId, versionId),
    feedback: (endpointId, versionId) => feedback.totals(endpointId, versionId),
  })
  let routes: Routes = readRoutes(nodeDb, null)
  let firstSettled = false

  const watch = createRollbackWatch({
    now: () => performance.now(),
    onBroken: (broken) => post({ type: 'roll-back', ...broken }),
  })
  const feedback = createFeedback({
    now: () => performance.now(),
    routes: () => routes,
    observe: (endpointId, versionId, seen) => {
      watch.observe(endpointId, versionId, seen)
      alerts.observe(endpointId, versionId, seen)
    },
    requestsMax: limits.feedbackRequestsMax,
    hoursMax: limits.feedbackHoursMax,
  })
  const drift = createDriftWatch({
    now: () => performance.now(),
    dataDir: config.dataDir,
    prepareCase: processing.prepareCase,
    log,
  })
  const alerts = createAlertWatch({
    now: () => performance.now(),
    queueLength: deployments.queueLength,
    drift: drift.measure,
    onChange: (change) => post({ type: 'alert', ...change }),
  })
  const targets = createTargets({ nodeDb, deployments, routes: () => routes, isTakenOut: watch.isTakenOut })
  const cache = createResponseCache({ bytesMax: limits.responseCacheBytesMax })
  const mirror = createMirror({
    ready: deployments.ready,
    isUsable: targets.standing.isUsable,
    observe: watch.observe,
  })
  const served = createServedViews({
    serverVersion: rooms.version,
    routes: () => routes,
    deployments,
    standing: targets.standing,
    isReady: () => firstSettled,
  })
  const metrics = createMetrics({
    version: rooms.version,
    routes: () => routes,
    deployments,
    drift: drift.rows,
    remotes: remotes.reports,
  })
  const repository = createRepository({ routes: () => routes, deployments, change: asked.change })
  const traces = await tracesOf(config, rooms)
  const unharmed = createOnlooker(
    (error) => log.error({ err: error }, 'what watches the requests failed'), // they are answered all the same
    () => performance.now(),
  )
  const remember = unharmed(feedback.remember, undefined)
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
    rooms: {
      processing,
      next: targets.next,
      mirror: unharmed(mirror.send, undefined),
      cache,
      doubt: unharmed((call, replay, code) => {
        const { traffic } = call.target
        if (traffic) {
          const latencyMs = performance.now() - call.started
          const failed = code === 'ENGINE_FAILED'
          alerts.observe(traffic.endpoint.id, traffic.target.versionId, { latencyMs, failed })
        }
        mirror.doubt(call, replay)
      }, undefined),
      sample: unharmed((target, inputs) => {
        const seen = drift.begin(target, inputs)
        return seen && unharmed(seen, undefined)
      }, null),
      observe: unharmed(({ traffic }, latencyMs, status) => {
        if (!traffic) return
        const seen = { latencyMs, failed: status >= 500 }
        watch.observe(traffic.endpoint.id, traffic.target.versionId, seen)
        alerts.observe(traffic.endpoint.id, traffic.target.versionId, seen)
      }, undefined),
      licensing: rooms.licensing,
      onFault,
      record: (row) =>
        rooms.record(row).then(() => {
          remember(row)
          requestsTotal += 1
        }),
    },
    onFault,
  } satisfies Partial<DoorOptions>
  const door = createDoor({
    ...behind,
    hosts: servedHosts(config.host, config.hostsAllowed),
    requestSecondsMax: config.requestSecondsMax ?? limits.requestSecondsMax,
    views: createDoorViews(served, metrics),
    repository: createRepositoryDoor(repository),
    feedback: createFeedbackDoor(feedback),
  })
  const grpcDoor = config.grpc && (await openGrpcDoor({ ...behind, views: served, repository }, rooms))

  function followAlerts(): void {
    const rules = listAlertRules(nodeDb)
    const windows = rules.filter(isDriftRule).map(({ windowSeconds }) => windowSeconds * 1000)
    drift.follow(routes, windows.length > 0 ? Math.max(...windows) : null)
    alerts.follow(routes, rules, openAlerts(nodeDb))
  }

  async function follow(): Promise<void> {
    routes = readRoutes(nodeDb, routes)
    watch.follow(routes)
    feedback.follow()
    followAlerts()
    cache.follow(routes)
    mirror.follow(routes)
    rooms.licensing.follow()
    remotes.follow()
    await pool.limit(modelBytesMax())
    await deployments.apply(routes)
    firstSettled = true
  }

  const port = await listen(door.server, config)
  const timer = setInterval(report, reportEveryMs)
  let toldOfDrift = true // by the process before this one
  const driftTimer = setInterval(() => {
    const rows = drift.rows()
    if (rows.length > 0 || toldOfDrift) post({ type: 'drift', rows })
    toldOfDrift = rows.length > 0
  }, driftEveryMs)
  const grpcPort =
    grpcDoor && config.grpc ? await grpcDoor.listen({ host: config.host, ...config.grpc }) : null
  const at = reachedAt(config)
  post({
    type: 'ready',
    url: `${config.tls ? 'https' : 'http'}://${at}:${port}`,
    port,
    // gRPC's own form: a client says by its credentials whether it speaks TLS.
    grpc: grpcPort === null ? null : { address: `${at}:${grpcPort}`, port: grpcPort },
  })
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
        report() // first, so that whoever waited for this snapshot sees what came of it
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
      clearInterval(timer)
      clearInterval(driftTimer)
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
