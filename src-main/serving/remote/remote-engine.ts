/**
 * One remote engine as this process sees it: looked at every few seconds, asked through a circuit breaker that opens
 * where half of ten seconds' requests fail or two looks in a row do, and asked again within a budget. While the circuit
 * is not closed nobody waits for it: a look closes it, with a run of its own where runs were what failed, so that no
 * caller is spent on finding out.
 */
import { setTimeout as wait } from 'node:timers/promises'
import {
  BrokenCircuitError,
  CircuitState,
  circuitBreaker,
  ExponentialBackoff,
  handleWhen,
  SamplingBreaker,
} from 'cockatiel'
import type { OutpostError } from '../../base/errors.ts'
import type { Tensor } from '../../base/tensors.ts'
import { limits } from '../../contract/limits.ts'
import type { RemoteReport } from '../../contract/remote.ts'
import type { TensorSpec } from '../../contract/tensor.ts'
import type { RunResult } from '../../engine/engine.ts'
import { createRemoteClient, type RemotePlace } from '../../engine/remote/remote-client.ts'
import { RemoteFault } from '../../engine/remote/remote-fault.ts'
import { refusalOf } from './remote-refusal.ts'
import { bodyOf, outputsOf } from './remote-run.ts'
import { type Trial, trialOf, tryOut } from './remote-trial.ts'
import { createRetryBudget } from './retry-budget.ts'

export interface RemoteEngine {
  /** REMOTE_UNAVAILABLE, REMOTE_FAILED. */
  run(inputs: Tensor[], wanted: readonly string[], specs: readonly TensorSpec[]): Promise<RunResult>
  /** Why nobody should be sent to it now; null where it can be tried. */
  refusal(): OutpostError | null
  report(): RemoteReport
  close(): void
}

/** The first pause of an open circuit, and the longest. */
const pauseMsMin = 1000
const pauseMsMax = 15_000
const attemptsMax = 3
const looksMax = 2

export function createRemoteEngine(name: string, place: RemotePlace, timeoutMs: number): RemoteEngine {
  const client = createRemoteClient(place)
  const budget = createRetryBudget(limits.remoteRetryShare, limits.remoteRetriesSavedMax)
  const totals = { requestsTotal: 0, failuresTotal: 0, retriesTotal: 0 }
  let health: RemoteReport['health'] = 'unknown'
  let checkedAt: string | null = null
  let latencyMs: number | null = null
  let problem: string | null = null
  let failedLooks = 0
  let binary: boolean | null = null
  let openSince: number | null = null
  /** Null where no request has failed since the circuit was closed. */
  let trial: Trial | null = null
  let breaker = newBreaker()

  function newBreaker() {
    const sampling = new SamplingBreaker({ threshold: 0.5, duration: 10_000, minimumRps: 0.5 })
    const made = circuitBreaker(
      handleWhen((error) => error instanceof RemoteFault && error.isOfTheServer),
      {
        halfOpenAfter: new ExponentialBackoff({ initialDelay: pauseMsMin, maxDelay: pauseMsMax }),
        breaker: {
          state: null,
          success: (state) => sampling.success(state),
          failure: (state) => sampling.failure(state) || failedLooks >= looksMax,
        },
      },
    )
    made.onBreak(() => {
      openSince = performance.now()
    })
    made.onReset(() => {
      openSince = null
      trial = null
      problem = null
    })
    openSince = null
    return made
  }

  async function look(): Promise<void> {
    const started = performance.now()
    const signal = AbortSignal.timeout(Math.min(timeoutMs, limits.remoteLookMsMax))
    await client.ready(signal)
    binary ??= (await client.server(signal)).extensions.includes('binary_tensor_data')
    latencyMs = Math.round((performance.now() - started) * 1000) / 1000
  }

  async function run(): Promise<void> {
    const signal = AbortSignal.any([AbortSignal.timeout(timeoutMs), closing.signal])
    if (trial) await tryOut(client, trial, binary ?? false, signal)
  }

  /** Its success says little of the requests, so it counts only where it is what the open circuit waits for. */
  async function check(): Promise<void> {
    let isReady = false
    const both = async () => {
      await look()
      isReady = true
      await run()
    }
    try {
      await (breaker.state === CircuitState.Closed ? look() : breaker.execute(both))
      failedLooks = 0
      health = 'ready'
      checkedAt = new Date().toISOString()
    } catch (error) {
      if (error instanceof BrokenCircuitError) return renewAfterClockJump()
      const fault = asFault(error)
      failedLooks += 1
      health = isReady || fault.kind === 'busy' ? 'not-ready' : 'unreachable'
      problem = isReady ? `It says that it is ready, and a run fails: ${fault.message}` : fault.message
      checkedAt = new Date().toISOString()
      if (breaker.state === CircuitState.Closed)
        await breaker.execute(() => Promise.reject(fault)).catch(() => undefined)
    }
  }

  /** The breaker counts its pause by the wall clock; one that was set back would keep it open for as long. */
  function renewAfterClockJump(): void {
    if (openSince !== null && performance.now() - openSince > 2 * pauseMsMax) breaker = newBreaker()
  }

  const closing = new AbortController()
  let timer: NodeJS.Timeout | undefined
  async function watch(): Promise<void> {
    await check()
    if (closing.signal.aborted) return
    const seconds = breaker.state === CircuitState.Closed ? limits.remoteLookSeconds : 1
    timer = setTimeout(() => void watch(), seconds * 1000)
    timer.unref()
  }
  void watch()

  const told = (error: unknown): OutpostError =>
    refusalOf(name, error instanceof BrokenCircuitError ? null : asFault(error), problem)

  function mayTryAgain(error: unknown, attempt: number, deadline: AbortSignal): boolean {
    return (
      error instanceof RemoteFault &&
      error.isRetryable &&
      attempt < attemptsMax &&
      !deadline.aborted &&
      breaker.state === CircuitState.Closed &&
      budget.take()
    )
  }

  async function attempt(
    inputs: Tensor[],
    wanted: readonly string[],
    specs: readonly TensorSpec[],
    deadline: AbortSignal,
  ): Promise<Tensor[]> {
    binary ??= (await client.server(deadline)).extensions.includes('binary_tensor_data')
    return outputsOf(await client.infer(bodyOf(inputs, wanted, binary), deadline), wanted, specs)
  }

  return {
    run: async (inputs, wanted, specs) => {
      totals.requestsTotal += 1
      budget.request()
      const started = performance.now()
      const deadline = AbortSignal.timeout(timeoutMs)
      for (let count = 1; ; count++) {
        try {
          if (breaker.state !== CircuitState.Closed) throw new BrokenCircuitError()
          const outputs = await breaker.execute(() => attempt(inputs, wanted, specs, deadline))
          return { outputs, computeMs: performance.now() - started }
        } catch (error) {
          if (error instanceof RemoteFault && error.isOfTheServer) {
            problem = error.message
            trial = trialOf(inputs, { wanted, specs })
          }
          if (!mayTryAgain(error, count, deadline)) {
            totals.failuresTotal += 1
            throw told(error)
          }
          totals.retriesTotal += 1
          await wait(20 + Math.random() * 80) // those that failed together do not come back together
        }
      }
    },
    refusal: () => (breaker.state === CircuitState.Closed ? null : refusalOf(name, null, problem)),
    report: () => {
      const circuit = circuitOf(breaker.state)
      const isWell = circuit === 'closed' && health === 'ready' && failedLooks === 0
      return {
        name,
        health,
        circuit,
        checkedAt,
        latencyMs,
        problem: isWell ? null : problem,
        ...totals,
      }
    },
    close: () => {
      closing.abort()
      clearTimeout(timer)
    },
  }
}

const asFault = (error: unknown): RemoteFault =>
  error instanceof RemoteFault
    ? error
    : new RemoteFault('unreachable', error instanceof Error ? error.message : String(error), { cause: error })

function circuitOf(state: CircuitState): RemoteReport['circuit'] {
  if (state === CircuitState.Closed) return 'closed'
  return state === CircuitState.HalfOpen ? 'half-open' : 'open'
}
