/**
 * Keeps the serving process alive: starts it, hands it its settings, tells it of new snapshots and waits until they
 * are applied, restarts it after a crash with growing pauses, and kills it where it hangs.
 */
import type { Child, StartChild } from '../base/child.ts'
import type { Clock } from '../base/clock.ts'
import { OutpostError } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import { limits } from '../contract/limits.ts'
import {
  type ControlToServing,
  type DeploymentReport,
  type ServingConfig,
  type ServingToControl,
  servingToControl,
} from '../contract/processes.ts'
import type { Failure } from '../contract/views.ts'

interface ServingState {
  state: 'starting' | 'ready' | 'restarting' | 'stopped' | 'failed'
  url: string | null
  since: number
  failure: Failure | null
  restarts: number
  cpu: number
  memoryBytes: number
  modelBytes: number
  queueLength: number
  deployments: DeploymentReport[]
}

export interface ServingSupervisor {
  /** Resolves when serving listens; throws its failure (PORT_TAKEN) where it cannot. */
  start(): Promise<string>
  stop(): Promise<void>
  restart(): Promise<void>
  /** Resolves once serving has swapped to this snapshot of node.db; a snapshot is never lost to a restart. */
  apply(snapshot: number): Promise<void>
  /** Loads a version that no endpoint serves, for a try. */
  load(versionId: string): Promise<void>
  state(): ServingState
}

export interface SupervisorOptions {
  startChild: StartChild
  clock: Clock
  log: Log
  config(previousPort: number | null): Promise<ServingConfig>
  snapshot(): number
  /** A child died without being asked to: what the journal says it was running goes into the decision. */
  onCrash(pid: number | undefined): void
  onChange(topic: 'deployments' | 'system' | 'requests'): void
}

const restartPausesMs = [100, 500, 2_000, 10_000, 30_000]
const drainMsMax = 15_000
const startMsMax = 30_000

interface Waiter {
  snapshot: number
  resolve(): void
  reject(error: unknown): void
}

export function createServingSupervisor(options: SupervisorOptions): ServingSupervisor {
  const { clock, log } = options
  let child: Child | null = null
  let stopping = false
  let applied = 0
  let port: number | null = null
  let crashes = 0
  let requestsTotal = 0
  let nextTry = 0
  let waiters: Waiter[] = []
  let restartTimer: NodeJS.Timeout | undefined
  const tries = new Map<number, { resolve(): void; reject(error: unknown): void }>()
  const state: ServingState = {
    state: 'stopped',
    url: null,
    since: clock.now(),
    failure: null,
    restarts: 0,
    cpu: 0,
    memoryBytes: 0,
    modelBytes: 0,
    queueLength: 0,
    deployments: [],
  }

  const become = (next: ServingState['state'], failure: Failure | null = null): void => {
    Object.assign(state, { state: next, failure, since: clock.now() })
    options.onChange('system')
  }
  const send = (message: ControlToServing): void => child?.post(message)

  async function launch(): Promise<string> {
    become(state.restarts === 0 ? 'starting' : 'restarting')
    const config = await options.config(port)
    const started = options.startChild('serving')
    child = started
    let lastWord = clock.monotonic()
    const watch = setInterval(() => {
      if (clock.monotonic() - lastWord < limits.childSilenceSecondsMax * 1000) return
      log.error({ pid: started.pid }, 'serving is silent; killing it')
      started.kill()
    }, 5_000)
    watch.unref()

    return new Promise<string>((resolve, reject) => {
      const late = setTimeout(() => started.kill(), startMsMax)
      const settle = (): void => clearTimeout(late)
      started.onMessage((raw) => {
        lastWord = clock.monotonic()
        const parsed = servingToControl.safeParse(raw)
        if (!parsed.success)
          return log.warn({ problem: parsed.error.message }, 'serving said something unknown')
        const message = parsed.data
        if (message.type === 'ready') {
          settle()
          port = message.port
          state.url = message.url
          become('ready')
          send({ type: 'snapshot', number: options.snapshot() })
          resolve(message.url)
        } else if (message.type === 'failed') {
          settle()
          become('failed', message.failure)
          stopping = true // a refusal to start is not a crash: starting again would fail again
          reject(OutpostError.fromFailure(message.failure))
        } else onMessage(message, started)
      })
      started.onExit((code) => {
        clearInterval(watch)
        settle()
        if (child === started) child = null
        reject(
          new OutpostError('SERVING_UNAVAILABLE', `The serving process ended while it started (${code}).`),
        )
        onExit(code, started.pid)
      })
      started.post({ type: 'start', config } satisfies ControlToServing)
    })
  }

  function onMessage(message: ServingToControl, from: Child): void {
    switch (message.type) {
      case 'applied': {
        applied = Math.max(applied, message.number)
        const done = waiters.filter((waiter) => waiter.snapshot <= applied)
        waiters = waiters.filter((waiter) => waiter.snapshot > applied)
        for (const waiter of done) waiter.resolve()
        options.onChange('deployments')
        break
      }
      case 'report': {
        const changed =
          JSON.stringify(stateOf(state.deployments)) !== JSON.stringify(stateOf(message.deployments))
        const { cpu, memoryBytes, modelBytes, queueLength, deployments } = message
        Object.assign(state, { cpu, memoryBytes, modelBytes, queueLength, deployments })
        if (changed) options.onChange('deployments')
        if (message.requestsTotal !== requestsTotal) options.onChange('requests')
        requestsTotal = message.requestsTotal
        if (clock.now() - state.since > 60_000) crashes = 0
        break
      }
      case 'tried': {
        const waiting = tries.get(message.request)
        tries.delete(message.request)
        if (message.failure) waiting?.reject(OutpostError.fromFailure(message.failure))
        else waiting?.resolve()
        break
      }
      case 'stuck':
        log.error({ versionId: message.versionId }, 'a run hangs; serving is drained and killed')
        send({ type: 'drain' })
        setTimeout(() => from.kill(), drainMsMax).unref()
        break
      case 'ready':
      case 'failed':
        break
    }
  }

  function onExit(code: number | string, pid: number | undefined): void {
    applied = 0
    for (const waiting of tries.values())
      waiting.reject(
        new OutpostError('ENGINE_CRASHED', 'The serving process died while it loaded the model.'),
      )
    tries.clear()
    Object.assign(state, { cpu: 0, memoryBytes: 0, modelBytes: 0, queueLength: 0, deployments: [] })
    options.onChange('deployments')
    if (stopping) {
      if (state.state !== 'failed') become('stopped')
      for (const waiter of waiters.splice(0))
        waiter.reject(new OutpostError('SERVING_UNAVAILABLE', 'The serving process was stopped.'))
      return
    }
    log.error({ code, pid }, 'serving ended unexpectedly')
    options.onCrash(pid)
    state.restarts += 1
    become('restarting', {
      code: 'ENGINE_CRASHED',
      message: `The serving process ended unexpectedly (${code}).`,
    })
    const pause = restartPausesMs[Math.min(crashes, restartPausesMs.length - 1)] ?? 0
    crashes += 1
    restartTimer = setTimeout(
      () => launch().catch((error: unknown) => log.error({ err: error }, 'serving did not start')),
      pause,
    )
  }

  async function end(): Promise<void> {
    clearTimeout(restartTimer)
    const ending = child
    if (!ending) return
    await new Promise<void>((resolve) => {
      const late = setTimeout(() => ending.kill(), drainMsMax)
      ending.onExit(() => {
        clearTimeout(late)
        resolve()
      })
      send({ type: 'drain' })
    })
  }

  return {
    start() {
      stopping = false
      return launch()
    },
    async stop() {
      stopping = true
      await end()
      become('stopped')
    },
    async restart() {
      stopping = true
      await end()
      stopping = false
      state.restarts += 1
      await launch()
    },
    apply(snapshot) {
      if (snapshot <= applied) return Promise.resolve()
      if (stopping || (child === null && state.state === 'stopped')) return Promise.resolve() // read again at its next start
      send({ type: 'snapshot', number: snapshot })
      return new Promise((resolve, reject) => void waiters.push({ snapshot, resolve, reject }))
    },
    load(versionId) {
      if (state.state !== 'ready') {
        return Promise.reject(
          new OutpostError('SERVING_UNAVAILABLE', 'The serving process is not ready.', {
            hint: 'Try again in a moment.',
          }),
        )
      }
      const request = nextTry++
      send({ type: 'try', request, versionId })
      return new Promise((resolve, reject) => void tries.set(request, { resolve, reject }))
    },
    state: () => state,
  }
}

const stateOf = (deployments: DeploymentReport[]) =>
  deployments.map(({ endpointId, versionId, state }) => [endpointId, versionId, state])
