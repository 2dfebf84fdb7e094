/**
 * Keeps the serving process alive: starts it, tells it of new snapshots and waits until they are applied, restarts it
 * after a crash with growing pauses. One start, stop or restart goes on at a time.
 */
import type { StartChild } from '../base/child.ts'
import type { Clock } from '../base/clock.ts'
import { failureOf, OutpostError } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import type { LicensingTold, ServingConfig, ServingToControl, TuningRecord } from '../contract/processes.ts'
import type { DeviceProbe, Failure } from '../contract/views.ts'
import { type ServingChild, type ServingChildOptions, startServingChild } from './serving-child.ts'
import { forgetFigures, type ServingState, stoppedState, takeReport } from './serving-state.ts'
import { createWaiting } from './waiting.ts'

/** Where the doors of a former process were: clients should find them again there. */
export interface ServingPorts {
  http: number
  grpc: number | null
}

export interface ServingSupervisor {
  /** Resolves when serving listens; throws its failure (PORT_TAKEN) where it cannot. */
  start(): Promise<string>
  stop(): Promise<void>
  restart(): Promise<void>
  /**
   * Resolves once serving has swapped to this snapshot of node.db, also over a restart; at once where nothing is
   * served. SERVING_UNAVAILABLE where it cannot be started: the change is written and is read when it can.
   */
  apply(snapshot: number): Promise<void>
  /** Loads a version that no endpoint serves, for a try. */
  load(versionId: string): Promise<void>
  /** Each device as a run in the serving process shows it. SERVING_UNAVAILABLE where there is none. */
  devices(): Promise<DeviceProbe[]>
  state(): ServingState
}

export interface SupervisorOptions {
  startChild: StartChild
  clock: Clock
  log: Log
  config(previous: ServingPorts | null): ServingConfig
  snapshot(): number
  /** A child died without being asked to: the decision what is served again is made before it is started. */
  onCrash(): Promise<void>
  /** A run of this version hangs; the process will be ended. */
  onStuck(versionId: string): void
  /** A client of the serving door wants an endpoint started or stopped. */
  onChangeAsked(asked: { endpoint: string; action: 'start' | 'stop'; actor: string }): Promise<void>
  onTuned(measured: TuningRecord): void
  onRollBack(broken: { endpointId: string; versionId: string; reason: string }): void
  onLicensing(told: LicensingTold): void
  onKeysUsed(ids: readonly string[]): void
  onAlert(change: Extract<ServingToControl, { type: 'alert' }>): void
  onChange(topic: 'deployments' | 'system' | 'requests'): void
}

const restartPausesMs = [100, 500, 2_000, 10_000, 30_000]
/** After so long without a crash the pauses begin anew. */
const steadyMs = 60_000

export function createServingSupervisor(options: SupervisorOptions): ServingSupervisor {
  return new Supervisor(options)
}

class Supervisor implements ServingSupervisor {
  readonly #options: SupervisorOptions
  readonly #state: ServingState
  readonly #waiting = createWaiting()
  #child: ServingChild | null = null
  /** False before the start, after the stop, and where serving refused to start. */
  #wanted = false
  #devices: DeviceProbe[] = []
  #asked: ServingChild | null = null
  #ports: ServingPorts | null = null
  #crashes = 0
  #restartTimer: NodeJS.Timeout | undefined
  #turn: Promise<unknown> = Promise.resolve()

  constructor(options: SupervisorOptions) {
    this.#options = options
    this.#state = stoppedState(options.clock.now())
  }

  state = (): ServingState => this.#state

  start(): Promise<string> {
    this.#wanted = true
    return this.#inTurn(() => this.#launch())
  }

  async stop(): Promise<void> {
    this.#wanted = false
    this.#waiting.reject(stopped())
    const ended = this.#end() // at once, also where a start is still waiting for it to listen
    await this.#inTurn(async () => {
      await ended
      await this.#end()
      this.#become('stopped')
    })
  }

  restart(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#end()
      this.#wanted = true
      this.#state.restarts += 1
      await this.#launch()
    })
  }

  apply(snapshot: number): Promise<void> {
    if (!this.#wanted) return Promise.resolve() // read at its next start
    this.#child?.send({ type: 'snapshot', number: snapshot })
    return this.#waiting.forSnapshot(snapshot)
  }

  load(versionId: string): Promise<void> {
    if (this.#state.state !== 'ready' || !this.#child) {
      const hint = { hint: 'Try again in a moment.' }
      return Promise.reject(
        new OutpostError('SERVING_UNAVAILABLE', 'The serving process is not ready.', hint),
      )
    }
    const { request, done } = this.#waiting.forTry()
    this.#child.send({ type: 'try', request, versionId })
    return done
  }

  async devices(): Promise<DeviceProbe[]> {
    if (this.#state.state !== 'ready' || !this.#child)
      throw new OutpostError('SERVING_UNAVAILABLE', 'The serving process is not ready.')
    const { request, done } = this.#waiting.forTry()
    this.#child.send({ type: 'devices', request })
    await done
    return this.#devices
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#turn.then(work, work)
    this.#turn = result.catch(() => undefined) // told to whoever asked
    return result
  }

  #become(next: ServingState['state'], failure: Failure | null = null): void {
    Object.assign(this.#state, { state: next, failure, since: this.#options.clock.now() })
    this.#options.onChange('system')
  }

  async #launch(): Promise<string> {
    clearTimeout(this.#restartTimer)
    this.#become(this.#state.restarts === 0 ? 'starting' : 'restarting')
    const child: ServingChild = startServingChild({
      ...this.#options,
      config: this.#options.config(this.#ports),
      onMessage: (message) => {
        if (this.#child === child) this.#hear(message) // words of one that was given up count no more
      },
    })
    this.#child = child
    void child.exited.then((code) => this.#onExit(child, code))
    const { url, port, grpc } = await child.ready
    this.#ports = { http: port, grpc: grpc?.port ?? null }
    this.#state.url = url
    this.#state.grpcAddress = grpc?.address ?? null
    this.#become('ready')
    child.send({ type: 'snapshot', number: this.#options.snapshot() })
    return url
  }

  #hear(message: Parameters<ServingChildOptions['onMessage']>[0]): void {
    const { clock, log, onChange, onStuck } = this.#options
    switch (message.type) {
      case 'applied':
        this.#waiting.applied(message.number)
        onChange('deployments')
        break
      case 'report': {
        const news = takeReport(this.#state, message)
        if (news.deployments) onChange('deployments')
        if (news.requests) onChange('requests')
        if (clock.now() - this.#state.since > steadyMs) this.#crashes = 0
        break
      }
      case 'tried':
        this.#waiting.tried(message.request, message.failure)
        break
      case 'devices':
        this.#devices = message.devices
        this.#waiting.tried(message.request, null)
        break
      case 'change':
        void this.#change(message)
        break
      case 'tuned':
        this.#options.onTuned(message)
        break
      case 'roll-back':
        this.#options.onRollBack(message)
        break
      case 'licensing':
        this.#options.onLicensing(message)
        break
      case 'keys-used':
        this.#options.onKeysUsed(message.ids)
        break
      case 'alert':
        this.#options.onAlert(message)
        break
      case 'drift':
        this.#state.drift = message.rows
        break
      case 'stuck':
        log.error(
          { versionId: message.versionId },
          'a run hangs, or kills its thread again and again; serving is drained and killed',
        )
        onStuck(message.versionId)
        void this.#child?.end() // nobody asked for its end, so it is started again
        break
    }
  }

  async #change({ request, ...asked }: Extract<ServingToControl, { type: 'change' }>): Promise<void> {
    const child = this.#child
    const failure = await this.#options.onChangeAsked(asked).then(
      () => null,
      (error: unknown) => failureOf(error),
    )
    child?.send({ type: 'changed', request, failure })
  }

  #onExit(child: ServingChild, code: number | string): void {
    if (this.#child === child) this.#child = null
    this.#waiting.lost()
    forgetFigures(this.#state)
    this.#options.onChange('deployments')
    if (this.#asked === child || !this.#wanted) return
    const refusal = child.refusal()
    if (refusal && this.#ports === null) {
      this.#wanted = false // a first start that is refused would be refused again
      this.#waiting.reject(OutpostError.fromFailure(refusal))
      this.#become('failed', refusal)
      return
    }
    if (this.#state.state !== 'ready') this.#waiting.reject(stopped()) // it may crash at each start
    this.#options.log.error({ code, pid: child.pid, refusal }, 'serving ended unexpectedly')
    const message = `The serving process ended unexpectedly (${code}).`
    this.#state.restarts += 1
    this.#become('restarting', refusal ?? { code: 'ENGINE_CRASHED', message })
    void this.#startAgain()
  }

  async #startAgain(): Promise<void> {
    const { log, onCrash } = this.#options
    await onCrash().catch((error: unknown) => log.error({ err: error }, 'a crash could not be looked into'))
    if (!this.#wanted || this.#child) return
    const pause = restartPausesMs[Math.min(this.#crashes, restartPausesMs.length - 1)]
    this.#crashes += 1
    this.#restartTimer = setTimeout(() => {
      this.#inTurn(async () => {
        if (this.#wanted && !this.#child) await this.#launch()
      }).catch((error: unknown) => log.error({ err: error }, 'serving did not start'))
    }, pause)
  }

  async #end(): Promise<void> {
    clearTimeout(this.#restartTimer)
    if (!this.#child) return
    this.#asked = this.#child
    await this.#child.end()
  }
}

const stopped = (): OutpostError =>
  new OutpostError('SERVING_UNAVAILABLE', 'The serving process is not running.', {
    hint: 'What was changed is kept and holds as soon as it runs again.',
  })
