/**
 * The queue of one loaded model. What waits when an instance is free and has the same shapes is merged into one run,
 * without any delay unless one is set, where the model was proven to answer a batch as it answers single rows. Each
 * request is answered once, is never split, and is run again alone where it was merged with a bad one.
 */
import type { OutpostError } from '../../base/errors.ts'
import { defaultHosting, defaultPriorityLevel, type HostingSettings } from '../../contract/hosting.ts'
import type { ExecutionTimes } from '../watching/statistics.ts'
import { createBatchPace } from './batch-pace.ts'
import { createBatchQueue } from './batch-queue.ts'
import { createBatchRefusals } from './batch-refusals.ts'
import {
  type BatchedResult,
  type BatchRequest,
  rowsAsked,
  rowsOf,
  shorter,
  type Waiting,
} from './batch-request.ts'
import { createBatchRuns, type Instance, type RunModel } from './batch-runs.ts'
import { createBatchSize } from './batch-size.ts'
import { createWaitClock } from './batch-wait.ts'

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
  /** Once a run of the model that callers' requests rode in, with their rows. */
  onExecution?: (rows: number, times: ExecutionTimes) => void
  /** A run failed, before its requests hear of it. */
  onFailure?: (error: unknown) => void
  /** Requests wait, and all copies of the model are at work or there is none. */
  onPressure?: (waiting: number) => void
}

/** How often a full queue is looked through. */
const sweepEveryMs = 10

export function createBatcher(options: BatcherOptions): Batcher {
  const settings = { ...defaultHosting, ...options.settings }
  const levels = settings.priorityLevels
  const defaultLevel = defaultPriorityLevel(settings)
  const queue = createBatchQueue<Waiting>(levels)
  const pace = createBatchPace(settings.maxBatchSize, settings.p99TargetMs)
  const clock = createWaitClock(() => advance(), sweep)
  const free: Instance[] = []
  const whenIdle: Array<() => void> = []
  let running = 0
  let instances = 0
  let nextInstance = 0
  let sweptAt = Number.NEGATIVE_INFINITY
  const runs = createBatchRuns({
    mergeable: options.mergeable,
    onRun: (rows, batch, ms, times) => {
      pace.ran(rows, batch.length, ms)
      const asked = rowsAsked(batch)
      if (asked > 0) options.onExecution?.(asked, times)
    },
    onFailure: (error) => options.onFailure?.(error),
  })
  const countOf = createBatchSize({
    settings,
    mergeable: runs.mergeable,
    rowsMax: pace.rowsMax,
    wakeIn: clock.wakeIn,
  })
  const {
    isWanted,
    refuse,
    totals: refusals,
  } = createBatchRefusals({
    settings,
    length: queue.length,
    waitMs: () => (running === 0 && instances > 0 ? 0 : pace.waitMs(queue.length(), instances)),
  })

  /** Those that went away make room; not for each of the many that a full queue refuses. */
  function makeRoom(): void {
    if (queue.length() >= settings.queueRequestsMax && performance.now() - sweptAt >= sweepEveryMs) sweep()
  }

  function sweep(): void {
    const now = performance.now()
    sweptAt = now
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

  function advance(): void {
    for (let instance = free.at(-1); instance; instance = free.at(-1)) {
      const turn = queue.next()
      if (!turn) break
      const now = performance.now()
      const count = countOf(turn.lane, now)
      if (count === 0) break
      const batch = queue.take(turn, count)
      const wanted = batch.every((waiting) => !waiting.signal?.aborted && waiting.until > now)
        ? batch
        : batch.filter((waiting) => isWanted(waiting, now))
      if (wanted.length === 0) continue
      free.pop()
      running += 1
      void runs.run(instance, wanted).then(() => {
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

  function submit(request: BatchRequest): Promise<BatchedResult> {
    return new Promise((resolve, reject) => {
      makeRoom()
      const refused = refuse()
      if (refused) {
        reject(refused)
        return
      }
      const { inputs, outputs, signal, priority = 0, timeoutUs = 0, internal = false } = request
      const size = rowsOf(inputs)
      const since = performance.now()
      const limitUs = shorter(settings.defaultTimeoutUs, timeoutUs)
      const until = limitUs === 0 ? Number.POSITIVE_INFINITY : since + limitUs / 1000
      const level = priority >= 1 && priority <= levels ? Math.floor(priority) : defaultLevel
      const rows = runs.mergeable() ? size : 0
      const waiting = {
        inputs,
        outputs,
        rows,
        size: Math.max(1, size),
        gone: false,
        since,
        until,
        signal,
        internal,
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
      ...runs.totals(),
      ...refusals(),
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
