/**
 * What the door and the story of an inference tell of a request that is traced. Names, figures and times; never inputs
 * or outputs. Times are those of performance.now().
 */
interface TracedRun {
  queueMs: number
  computeMs: number
  outputMs: number
  batchSize: number
  cached: boolean
}

export interface TracedAnswer {
  model: string
  version: string
  digest: string
  endpoint: string
  /** Why this version answered. */
  rule: string
  executionProvider: string
  items: number
  batchSize: number
  /** Null where it was answered. */
  code: string | null
}

export interface TracedRequest {
  /** One run of a model, from its wait in the queue on. */
  ran(from: number, run: TracedRun): void
  answered(answer: TracedAnswer): void
  /** The usage record was written. */
  recorded(from: number): void
  /** One line of a request that has many: a request within it. */
  line(started: number, requestId: string): TracedRequest
  end(status: number): void
}

export interface TracedHead {
  requestId: string
  method: string
  /** Without its query. */
  path: string
  traceparent: string | undefined
  tracestate: string | undefined
}

export interface Traces {
  begin(started: number, head: TracedHead): TracedRequest
  /** Sends what waits. */
  close(): Promise<void>
}
