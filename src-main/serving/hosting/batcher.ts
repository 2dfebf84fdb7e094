/**
 * The queue of one loaded model. What waits when an instance is free and has the same shapes is merged into one run,
 * without any delay unless one is set, where the model was proven to answer a batch as it answers single rows. Each
 * request is answered once, is never split, and is run again alone where it was merged with a bad one.
 */
import { OutpostError } from '../../base/errors.ts'
import type { Tensor } from '../../base/tensors.ts'
import { defaultHosting, defaultPriorityLevel, type HostingSettings } from '../../contract/hosting.ts'
import type { RunResult } from '../../engine/engine.ts'
import type { ExecutionTimes } from '../watching/statistics.ts'
import { type Lane, laneLength } from './batch-lane.ts'
import { createBatchPace } from './batch-pace.ts'
import { createBatchQueue } from './batch-queue.ts'
import { createWaitClock } from './batch-wait.ts'
import { mergeInputs, splitOutputs } from './merge-tensors.ts'

export interface BatchedResult extends ExecutionTimes {
  outputs: Tensor[]
  queueMs: number
  /** Rows of the run that this request rode in. */
  batchSize: number
  /** Which copy of the model ran it; null where none did. */
  instance: number | null
}

export interface BatchRequest {
  inputs: Tensor[]
  outputs: string[] | null
  /** A request that is aborted while it waits is dropped. */
  signal?: { readonly aborted: boolean } | undefined
  /** 1 is the highest; 0, and a level that there is not, is the default. */
  priority?: number | undefined
  /** Of the time in the queue alone; 0 is none. May shorten the time that the settings give, not lengthen it. */
  timeoutUs?: number | undefined
}

/** Since the beginning; what stands now comes first. */
interface BatcherFigures {
  waiting: number
  running: number
  instances: number
  /** Rows of a run at most, now. */
  rowsMax: number
  executions: number
  requests: number
  rows: number
  refused: number
  timedOut: number
  dropped: number
  queueNs: number
  busyNs: number
}

type RunModel = (inputs: Tensor[], outputs: string[] | null) => Promise<RunResult>

export interface Batcher {
  /** QUEUE_FULL at once where too many wait, QUEUE_TIMEOUT where its turn did not come in time. */
  submit(request: BatchRequest): Promise<BatchedResult>
  length(): number
  figures(): BatcherFigures
  /** Another copy of the model takes part. Settles the returned function when the copy is at rest and out. */
  join(run: RunModel): () => Promise<void>
  /** Nothing waits any longer: all are refused with this. */
  refuseAll(error: OutpostError): void
  /** Settles when nothing waits or runs. */
  idle(): Promise<void>
}

export interface BatcherOptions {
  /** The first copy of the model; others join. */
  run?: RunModel
  /** Whether rows of several requests may share a run. */
  mergeable: boolean
  settings?: Partial<HostingSettings>
  /** Once a run of the model, with its rows. */
  onExecution?: (rows: number, times: ExecutionTimes) => void
  /** Requests wait, and all copies of the model are at work or there is none. */
  onPressure?: (waiting: number) => void
}

interface Waiting {
  inputs: Tensor[]
  outputs: string[] | null
  rows: number
  size: number
  gone: boolean
  since: number
  /** performance.now() when it has waited too long; Infinity where it may wait. */
  until: number
  signal: BatchRequest['signal']
  resolve: (result: BatchedResult) => void
  reject: (error: Error) => void
}

interface Instance {
  number: number
  run: RunModel
  leave: (() => void) | null
}

type Turn = { lane: Lane<Waiting>; level: number }

export function createBatcher(options: BatcherOptions): Batcher {
  const settings = { ...defaultHosting, ...options.settings }
  const levels = settings.priorityLevels
  const defaultLevel = defaultPriorityLevel(settings)
  const preferred = settings.preferredBatchSizes.filter((size) => size <= settings.maxBatchSize)
  const queue = createBatchQueue<Waiting>(levels)
  const pace = createBatchPace(settings.maxBatchSize, settings.p99TargetMs)
  const clock = createWaitClock(() => advance(), sweep)
  const free: Instance[] = []
  const whenIdle: Array<() => void> = []
  const delayMs = settings.maxQueueDelayUs / 1000
  let mergeable = options.mergeable
  let running = 0
  let instances = 0
  let nextInstance = 0
  const totals = { executions: 0, requests: 0, rows: 0, refused: 0, timedOut: 0, dropped: 0 }
  let queueMs = 0
  let busyMs = 0

  /** Answers what nobody waits for any more, and what has waited too long; true for what is still to be run. */
  function isWanted(waiting: Waiting, now: number): boolean {
    if (waiting.signal?.aborted) {
      totals.dropped += 1
      waiting.reject(new OutpostError('BAD_REQUEST', 'The client went away before its turn.'))
      return false
    }
    if (waiting.until > now) return true
    totals.timedOut += 1
    const ms = Math.round(now - waiting.since)
    waiting.reject(
      new OutpostError('QUEUE_TIMEOUT', `The request was not run within its timeout: it waited ${ms} ms.`, {
        hint: 'Give it more time, or send fewer requests at a time.',
        details: { waitedMs: ms },
      }),
    )
    return false
  }

  function sweep(): void {
    const now = performance.now()
    queue.sweep((waiting) => isWanted(waiting, now))
    settleIdle()
    if (queue.length() > 0) clock.lookAgain(nextDeadline)
  }

  function nextDeadline(): number {
    let soonest = Number.POSITIVE_INFINITY
    queue.sweep((waiting) => {
      soonest = Math.min(soonest, waiting.until)
      return true
    })
    return soonest
  }

  /** How many of the lane go now, none where it is worth to wait; `rows` of a run never pass the limit but alone. */
  function countOf({ lane }: Turn, now: number): number {
    const first = lane.waiting.items[lane.waiting.head] as Waiting
    if (!mergeable || first.rows === 0) return 1
    const rowsMax = pace.rowsMax()
    const waiting = laneLength(lane)
    let rows = first.rows
    let count = 1
    let best = preferred.includes(rows) ? 1 : 0
    while (count < waiting) {
      const next = lane.waiting.items[lane.waiting.head + count] as Waiting
      if (rows + next.rows > rowsMax) break
      rows += next.rows
      count += 1
      if (preferred.includes(rows)) best = count
    }
    if (delayMs === 0) return best > 0 ? best : count
    const left = first.since + delayMs - now
    if (left <= 0) return count // whatever waits
    if (best > 0) return best
    if (rows >= rowsMax || count < waiting) return count
    clock.wakeIn(left)
    return 0
  }

  function advance(): void {
    for (let instance = free.at(-1); instance; instance = free.at(-1)) {
      const turn = queue.next()
      if (!turn) break
      const now = performance.now()
      const count = countOf(turn, now)
      if (count === 0) break
      const batch = queue.take(turn, count)
      const wanted = batch.every((waiting) => !waiting.signal?.aborted && waiting.until > now)
        ? batch
        : batch.filter((waiting) => isWanted(waiting, now))
      if (wanted.length === 0) continue
      free.pop()
      running += 1
      const done =
        wanted.length === 1 ? runAlone(instance, wanted[0] as Waiting) : runTogether(instance, wanted)
      void done.then(() => {
        running -= 1
        if (instance.leave) instance.leave()
        else free.push(instance)
        advance()
      })
    }
    if (queue.length() > 0) {
      if (free.length === 0) options.onPressure?.(queue.length())
    } else settleIdle()
  }

  function settleIdle(): void {
    if (running === 0 && queue.length() === 0) for (const settle of whenIdle.splice(0)) settle()
  }

  /** Never throws: whatever happens is told to the requests. */
  async function runTogether(instance: Instance, batch: Waiting[]): Promise<void> {
    const [first] = batch as [Waiting]
    const started = performance.now()
    try {
      const { inputs, rows } = mergeInputs(batch)
      const merged = performance.now()
      const { outputs, computeMs } = await instance.run(inputs, first.outputs)
      const ran = performance.now()
      const pieces = splitOutputs(outputs, batch, rows)
      if (!pieces) {
        mergeable = false // its outputs do not follow the rows of its inputs after all
        for (const waiting of batch) await runAlone(instance, waiting)
        return
      }
      const ended = performance.now()
      const times = { inputMs: merged - started, computeMs, outputMs: ended - ran }
      count(rows, batch.length, ended - started, times)
      for (let at = 0; at < batch.length; at++) {
        const waiting = batch[at] as Waiting
        const queued = started - waiting.since
        queueMs += queued
        waiting.resolve({
          outputs: pieces[at] as Tensor[],
          queueMs: queued,
          inputMs: times.inputMs,
          computeMs,
          outputMs: times.outputMs,
          batchSize: rows,
          instance: instance.number,
        })
      }
    } catch (error) {
      if (error instanceof OutpostError && !mayBeOfOne.has(error.code)) {
        for (const waiting of batch) waiting.reject(error)
        return
      }
      for (const waiting of batch) await runAlone(instance, waiting)
    }
  }

  async function runAlone(instance: Instance, waiting: Waiting): Promise<void> {
    const started = performance.now()
    try {
      const { outputs, computeMs } = await instance.run(waiting.inputs, waiting.outputs)
      const batchSize = waiting.size
      const times = { inputMs: 0, computeMs, outputMs: 0 }
      count(batchSize, 1, performance.now() - started, times)
      const queued = started - waiting.since
      queueMs += queued
      waiting.resolve({
        outputs,
        queueMs: queued,
        inputMs: 0,
        computeMs,
        outputMs: 0,
        batchSize,
        instance: instance.number,
      })
    } catch (error) {
      waiting.reject(error as Error)
    }
  }

  function count(rows: number, requests: number, ms: number, times: ExecutionTimes): void {
    totals.executions += 1
    totals.requests += requests
    totals.rows += rows
    busyMs += ms
    pace.ran(rows, requests, ms)
    options.onExecution?.(rows, times)
  }

  /** Null where there is room for one more. */
  function refusal(): OutpostError | null {
    const isFull = queue.length() >= settings.queueRequestsMax
    if (!isFull && settings.p99TargetMs === null) return null
    const waitMs = running === 0 && instances > 0 ? 0 : pace.waitMs(queue.length(), instances)
    const isLate = settings.p99TargetMs !== null && queue.length() > 0 && (waitMs ?? 0) > settings.p99TargetMs
    if (!isFull && !isLate) return null
    const length = queue.length()
    const message = isFull
      ? `${length} requests are waiting for this model already.`
      : `${length} requests are waiting, and one more would wait longer than ${settings.p99TargetMs} ms.`
    const retryAfterSeconds = Math.max(1, Math.ceil((waitMs ?? 1000) / 1000))
    totals.refused += 1
    return new OutpostError('QUEUE_FULL', message, {
      hint: `Try again in ${retryAfterSeconds} s, or send fewer requests at a time.`,
      details: { queueLength: length, queuePosition: length + 1, retryAfterSeconds },
    })
  }

  function submit(request: BatchRequest): Promise<BatchedResult> {
    return new Promise((resolve, reject) => {
      if (queue.length() >= settings.queueRequestsMax) sweep() // those that went away make room
      const refused = refusal()
      if (refused) {
        reject(refused)
        return
      }
      const { inputs, outputs, signal, priority = 0, timeoutUs = 0 } = request
      const size = rowsOf(inputs)
      const since = performance.now()
      const limitUs = shorter(settings.defaultTimeoutUs, timeoutUs)
      const until = limitUs === 0 ? Number.POSITIVE_INFINITY : since + limitUs / 1000
      const level = priority >= 1 && priority <= levels ? Math.floor(priority) : defaultLevel
      const rows = mergeable ? size : 0
      const waiting = {
        inputs,
        outputs,
        rows,
        size: Math.max(1, size),
        gone: false,
        since,
        until,
        signal,
        resolve,
        reject,
      }
      queue.push(waiting, level - 1)
      advance()
      if (queue.length() > 0) clock.watch(until)
    })
  }

  function join(run: RunModel): () => Promise<void> {
    const instance: Instance = { number: nextInstance++, run, leave: null }
    free.push(instance)
    instances += 1
    advance()
    return () =>
      new Promise((resolve) => {
        instances -= 1
        const at = free.indexOf(instance)
        instance.leave = resolve
        if (at === -1) return
        free.splice(at, 1)
        resolve()
      })
  }

  if (options.run) join(options.run)
  return {
    submit,
    join,
    length: queue.length,
    figures: () => ({
      waiting: queue.length(),
      running,
      instances,
      rowsMax: pace.rowsMax(),
      ...totals,
      queueNs: Math.round(queueMs * 1e6),
      busyNs: Math.round(busyMs * 1e6),
    }),
    refuseAll: (error) => {
      queue.sweep((waiting) => {
        waiting.reject(error)
        return false
      })
      settleIdle()
    },
    idle: () =>
      running > 0 || queue.length() > 0
        ? new Promise((resolve) => void whenIdle.push(resolve))
        : Promise.resolve(),
  }
}

/** What one request of a batch may have brought about for all of it. */
const mayBeOfOne: ReadonlySet<string> = new Set(['ENGINE_FAILED', 'REMOTE_FAILED'])

/** Of two limits of which 0 is none. */
const shorter = (left: number, right: number): number =>
  left === 0 || right === 0 ? Math.max(left, right) : Math.min(left, right)

/** The rows that all inputs agree on; 0 where there are none, and then the request runs alone. */
function rowsOf(inputs: readonly Tensor[]): number {
  const rows = inputs[0]?.shape[0] ?? 0
  for (let at = 1; at < inputs.length; at++) if (inputs[at]?.shape[0] !== rows) return 0
  return rows
}
