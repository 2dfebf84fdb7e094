/**
 * The queue of one loaded model: first come, first run, one batch at a time. What waits when a run ends and has the
 * same shapes is merged into the next, without any delay, where the model was proven to answer a batch as it answers
 * single rows. Each request is answered once; one that was merged with a bad one is run again alone.
 */
import { OutpostError } from '../../base/errors.ts'
import { concatenate, split, type Tensor } from '../../base/tensors.ts'
import { limits } from '../../contract/limits.ts'
import type { RunResult } from '../../engine/engine.ts'
import type { ExecutionTimes } from '../watching/statistics.ts'

export interface BatchedResult extends ExecutionTimes {
  outputs: Tensor[]
  queueMs: number
  /** Rows of the run that this request rode in. */
  batchSize: number
}

export interface Batcher {
  /** QUEUE_FULL at once where too many wait. A request whose signal fires while it waits is dropped. */
  submit(inputs: Tensor[], outputs: string[] | null, signal?: AbortSignal): Promise<BatchedResult>
  length(): number
  /** Settles when nothing waits or runs. */
  idle(): Promise<void>
}

interface Waiting {
  inputs: Tensor[]
  outputs: string[] | null
  rows: number
  /** Requests with the same key can be merged. */
  shape: string
  since: number
  signal: AbortSignal | undefined
  resolve: (result: BatchedResult) => void
  reject: (error: Error) => void
}

export interface BatcherOptions {
  run: (inputs: Tensor[], outputs: string[] | null) => Promise<RunResult>
  /** Whether rows of several requests may share a run. */
  mergeable: boolean
  /** Once a run of the model, with its rows. */
  onExecution?: (rows: number, times: ExecutionTimes) => void
  requestsMax?: number
  rowsMax?: number
}

const dropped = () => new OutpostError('BAD_REQUEST', 'The client went away before its turn.')

export function createBatcher(options: BatcherOptions): Batcher {
  const requestsMax = options.requestsMax ?? limits.queueRequestsMax
  const rowsMax = options.rowsMax ?? limits.mergedRowsMax
  let queue: Waiting[] = []
  let running = false
  let mergeable = options.mergeable
  const whenIdle: Array<() => void> = []

  /** The oldest request, and those behind it that fit into the same run; the others keep their order. */
  function take(): Waiting[] {
    queue = queue.filter((waiting) => {
      if (waiting.signal?.aborted) waiting.reject(dropped())
      return !waiting.signal?.aborted
    })
    const [first] = queue
    if (!first) return []
    if (!mergeable || first.rows === 0) return queue.splice(0, 1)
    const batch: Waiting[] = []
    let rows = 0
    queue = queue.filter((waiting) => {
      const fits = waiting.shape === first.shape && (batch.length === 0 || rows + waiting.rows <= rowsMax)
      if (!fits) return true
      batch.push(waiting)
      rows += waiting.rows
      return false
    })
    return batch
  }

  async function work(): Promise<void> {
    if (running) return
    running = true
    for (let batch = take(); batch.length > 0; batch = take()) await runBatch(batch)
    running = false
    for (const settle of whenIdle.splice(0)) settle()
  }

  async function runBatch(batch: Waiting[]): Promise<void> {
    const [first] = batch
    if (!first) return
    if (batch.length === 1) return runAlone(first)
    const started = performance.now()
    try {
      const inputs = first.inputs.map((_, at) =>
        concatenate(batch.map((waiting) => waiting.inputs[at] as Tensor)),
      )
      const rows = batch.map((waiting) => waiting.rows)
      const total = rows.reduce((sum, count) => sum + count, 0)
      const inputMs = performance.now() - started
      const { outputs, computeMs } = await options.run(inputs, first.outputs)
      const splitFrom = performance.now()
      if (outputs.some((output) => output.shape[0] !== total)) {
        mergeable = false // its outputs do not follow the rows of its inputs after all
        for (const waiting of batch) await runAlone(waiting)
        return
      }
      const pieces = outputs.map((output) => split(output, rows))
      const times = { inputMs, computeMs, outputMs: performance.now() - splitFrom }
      options.onExecution?.(total, times)
      for (const [at, waiting] of batch.entries()) {
        const own = pieces.map((piece) => piece[at] as Tensor)
        waiting.resolve({ outputs: own, queueMs: started - waiting.since, ...times, batchSize: total })
      }
    } catch (error) {
      if (!(error instanceof OutpostError) || error.code !== 'ENGINE_FAILED') {
        for (const waiting of batch) waiting.reject(error as Error)
        return
      }
      for (const waiting of batch) await runAlone(waiting)
    }
  }

  async function runAlone(waiting: Waiting): Promise<void> {
    const started = performance.now()
    try {
      const { outputs, computeMs } = await options.run(waiting.inputs, waiting.outputs)
      const batchSize = Math.max(1, waiting.rows)
      const times = { inputMs: 0, computeMs, outputMs: 0 }
      options.onExecution?.(batchSize, times)
      waiting.resolve({ outputs, queueMs: started - waiting.since, ...times, batchSize })
    } catch (error) {
      waiting.reject(error as Error)
    }
  }

  return {
    submit: (inputs, outputs, signal) =>
      new Promise((resolve, reject) => {
        if (queue.length >= requestsMax) {
          reject(
            new OutpostError('QUEUE_FULL', `${queue.length} requests are waiting for this model already.`, {
              hint: 'Try again in a moment, or send fewer requests at a time.',
            }),
          )
          return
        }
        const rows = rowsOf(inputs)
        const shape =
          rows === 0
            ? ''
            : JSON.stringify([inputs.map((input) => [input.name, input.shape.slice(1)]), outputs])
        queue.push({ inputs, outputs, rows, shape, since: performance.now(), signal, resolve, reject })
        void work()
      }),
    length: () => queue.length,
    idle: () => (running ? new Promise((resolve) => void whenIdle.push(resolve)) : Promise.resolve()),
  }
}

/** The rows that all inputs agree on; 0 where there are none, and then the request runs alone. */
function rowsOf(inputs: readonly Tensor[]): number {
  const rows = inputs[0]?.shape[0] ?? 0
  return inputs.every((input) => input.shape[0] === rows) ? rows : 0
}
