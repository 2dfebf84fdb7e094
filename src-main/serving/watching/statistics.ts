/**
 * Counts and durations of one loaded model as Triton's statistics extension has them (triton-inference-server/server,
 * docs/protocol, extension_statistics.md): a request counts once, an execution once however many requests rode in it.
 */

export interface Duration {
  count: number
  ns: number
}

/** Milliseconds of one run of the model, and of what was done around it. */
export interface ExecutionTimes {
  inputMs: number
  computeMs: number
  outputMs: number
}

export interface BatchStatistics {
  inputNs: number
  inferNs: number
  outputNs: number
  count: number
}

export interface ModelStatistics {
  execution(rows: number, times: ExecutionTimes): void
  /** A request that was answered, with what its run took. */
  answered(totalMs: number, queueMs: number, times: ExecutionTimes): void
  failed(totalMs: number): void
  cacheHit(totalMs: number): void
  cacheMiss(): void
  /** Of the Unix epoch, in milliseconds; 0 before the first. */
  lastInference(): number
  requests: Record<'success' | 'fail' | 'queue' | 'input' | 'infer' | 'output' | 'hit' | 'miss', Duration>
  /** By rows of a run. */
  batches: Map<number, BatchStatistics>
}

const ns = (ms: number): number => Math.round(ms * 1e6)

function add(duration: Duration, ms: number): void {
  duration.count += 1
  duration.ns += ns(ms)
}

export function createModelStatistics(): ModelStatistics {
  const none = (): Duration => ({ count: 0, ns: 0 })
  const requests = {
    success: none(),
    fail: none(),
    queue: none(),
    input: none(),
    infer: none(),
    output: none(),
    hit: none(),
    miss: none(),
  }
  const batches = new Map<number, BatchStatistics>()
  let last = 0
  return {
    requests,
    batches,
    lastInference: () => last,
    execution: (rows, { inputMs, computeMs, outputMs }) => {
      let batch = batches.get(rows)
      if (!batch) {
        batch = { inputNs: 0, inferNs: 0, outputNs: 0, count: 0 }
        batches.set(rows, batch)
      }
      batch.count += 1
      batch.inputNs += ns(inputMs)
      batch.inferNs += ns(computeMs)
      batch.outputNs += ns(outputMs)
      last = Date.now()
    },
    answered: (totalMs, queueMs, { inputMs, computeMs, outputMs }) => {
      add(requests.success, totalMs)
      add(requests.queue, queueMs)
      add(requests.input, inputMs)
      add(requests.infer, computeMs)
      add(requests.output, outputMs)
    },
    failed: (totalMs) => add(requests.fail, totalMs),
    cacheHit: (totalMs) => {
      add(requests.success, totalMs)
      add(requests.queue, 0)
      add(requests.hit, totalMs)
    },
    cacheMiss: () => {
      requests.miss.count += 1
    },
  }
}
