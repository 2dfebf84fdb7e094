/**
 * One life of the serving process: started with its settings, watched while it lives, drained or killed at its end.
 * What follows an end that nobody asked for is the supervisor's to decide.
 */
import type { Child, StartChild } from '../base/child.ts'
import type { Clock } from '../base/clock.ts'
import { OutpostError } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import { logLines } from '../base/output-lines.ts'
import { limits } from '../contract/limits.ts'
import {
  type ControlToServing,
  type ServingConfig,
  type ServingToControl,
  servingToControl,
} from '../contract/processes.ts'
import type { Failure } from '../contract/views.ts'

/** Where its doors are. */
type Opened = Pick<Extract<ServingToControl, { type: 'ready' }>, 'url' | 'port' | 'grpc'>

export interface ServingChild {
  readonly pid: number | undefined
  /** Where it listens. Rejects with its refusal to start, or where it ended before. */
  readonly ready: Promise<Opened>
  /** Exit code or signal. */
  readonly exited: Promise<number | string>
  /** Why it refused to start; null where it did not. */
  refusal(): Failure | null
  send(message: ControlToServing): void
  /** Lets it finish what it is doing, kills it where that takes too long, and resolves when it is gone. */
  end(): Promise<void>
}

export interface ServingChildOptions {
  startChild: StartChild
  clock: Clock
  log: Log
  config: ServingConfig
  onMessage(message: Exclude<ServingToControl, { type: 'ready' | 'failed' }>): void
}

/** A little more than serving gives its own requests (limits.drainSecondsMax). */
const drainMsMax = 15_000
const startMsMax = 30_000
const lookEveryMs = 5_000

export function startServingChild(options: ServingChildOptions): ServingChild {
  const { clock, log } = options
  const child = options.startChild('serving')
  const ready = Promise.withResolvers<Opened>()
  const exited = Promise.withResolvers<number | string>()
  let refusal: Failure | null = null
  let ending = false
  const late = setTimeout(() => child.kill(), startMsMax)
  const watch = watchOver(child, clock, log)

  /** What cannot be noted, on a full disk say, is serving's word lost, and no reason for control to end. */
  const hear: ServingChildOptions['onMessage'] = (said) => {
    try {
      options.onMessage(said)
    } catch (error) {
      log.error({ err: error, message: said.type }, 'what serving said could not be followed')
    }
  }

  child.onLine(logLines(log, 'serving', clock.monotonic))
  child.onMessage((raw) => {
    watch.heard()
    const parsed = servingToControl.safeParse(raw)
    if (!parsed.success) return log.warn({ problem: parsed.error.message }, 'serving said something unknown')
    const message = parsed.data
    if (message.type === 'ready') {
      clearTimeout(late)
      ready.resolve(message)
    } else if (message.type === 'failed') {
      refusal = message.failure
      ready.reject(OutpostError.fromFailure(message.failure))
      child.kill() // it has opened nothing that would have to be closed in order
    } else hear(message)
  })
  child.onExit((code) => {
    clearTimeout(late)
    watch.stop()
    const text = `The serving process ended while it started (${code}).`
    ready.reject(new OutpostError('SERVING_UNAVAILABLE', text, { hint: 'The log of serving may say why.' }))
    exited.resolve(code)
  })
  ready.promise.catch(() => undefined) // whoever waits hears of it; a restart may have nobody waiting
  const send = (message: ControlToServing): void => child.post(message)
  send({ type: 'start', config: options.config })

  return {
    pid: child.pid,
    ready: ready.promise,
    exited: exited.promise,
    refusal: () => refusal,
    send,
    async end() {
      if (!ending) {
        ending = true
        send({ type: 'drain' })
        const hung = setTimeout(() => child.kill(), drainMsMax)
        void exited.promise.then(() => clearTimeout(hung))
      }
      await exited.promise
    },
  }
}

/** Serving reports each second; one that says nothing for long is hung, and only a kill ends it. */
function watchOver(child: Child, clock: Clock, log: Log): { heard(): void; stop(): void } {
  let lastWord = clock.monotonic()
  const timer = setInterval(() => {
    if (clock.monotonic() - lastWord < limits.childSilenceSecondsMax * 1000) return
    log.error({ pid: child.pid }, 'serving is silent; killing it')
    child.kill()
  }, lookEveryMs)
  timer.unref()
  return {
    heard: () => {
      lastWord = clock.monotonic()
    },
    stop: () => clearInterval(timer),
  }
}
