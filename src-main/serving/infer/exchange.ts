/**
 * What an inference is made of, whatever protocol it came by: the call, what is gathered on its way, what the story asks
 * of the other rooms, and what a protocol's exchange and the story ask of each other.
 */
import type { OutpostError } from '../../base/errors.ts'
import type { Tensor } from '../../base/tensors.ts'
import type { RequestRow } from '../../contract/views.ts'
import type { Caller } from '../door/callers.ts'
import type { BatchedResult, BatchRequest } from '../hosting/batch-request.ts'
import type { ProcessingPort } from '../hosting/processing-port.ts'
import type { ExecutionTimes } from '../watching/statistics.ts'
import type { TracedRequest } from '../watching/traces.ts'
import type { BatchPart } from './batch-parts.ts'
import type { Grant, LicensingPort } from './licensing-port.ts'
import type { ResponseCache } from './response-cache.ts'
import type { Target } from './target.ts'

export interface Call {
  /** Of the request: stands in the answer, the receipt and the usage record. */
  id: string
  /** performance.now() when its headers had arrived. */
  started: number
  caller: Caller
  target: Target
  /** Fires when the client goes away. */
  signal: Gone
  /** As the client sent it, to count the request once however often it is sent. */
  idempotencyKey: string | null
  /** Where one key is of many requests: which of them this is. */
  part: BatchPart | null
  /** Null where it is not traced. */
  traced: TracedRequest | null
}

/** Whether the client has gone away: an AbortSignal, or less. */
interface Gone {
  readonly aborted: boolean
}

export interface InferRooms {
  processing: ProcessingPort
  /** Another version that may answer after this one failed; null where there is none. */
  next: (failed: Target) => Target | null
  /** Sends a copy of an answered request to the shadows of its endpoint; nobody waits for it. */
  mirror: (call: Call, replay: Replay, outputs: readonly Tensor[]) => void
  /** The version failed on the input or refused it: asks the primary the same, to tell a bad version from a bad input. */
  doubt: (call: Call, replay: Replay, code: string) => void
  cache: ResponseCache
  /** Looks at a few requests for drift: before the run, and what it returns after it. Mostly null. */
  sample: (target: Target, inputs: readonly Tensor[]) => ((outputs: readonly Tensor[]) => void) | null
  /** What became of a request, for the rules that watch the version that answered it. */
  observe: (target: Target, latencyMs: number, status: number) => void
  licensing: LicensingPort
  record: (row: RequestRow) => Promise<void>
  /** A fault of the node's own, which the caller is told no more of. */
  onFault: (error: OutpostError, requestId: string) => void
}

/** Gathered on the way, for the record, the receipt and the answer. */
export interface Trace extends ExecutionTimes {
  items: number
  bytesIn: number
  queueMs: number
  /** Rows of the largest run that it rode in. */
  batchSize: number
  /** All of the answer was given before and kept. */
  cached: boolean
  /** As the license asks for, to be shown with the answer. */
  attribution: string | null
  tokens: number
}

/** What the story asks of any reply. */
export interface Reply {
  /** HTTP's, whatever the protocol: it stands in the usage record. */
  status: number
  bytesOut: number
}

/** Asks another version what this request asked, from its bytes: the outputs as tensors. */
export type Replay = (target: Target) => Promise<Tensor[]>

/** What the request says of its turn; the settings of the model where it is left out. */
type Schedule = Pick<BatchRequest, 'priority' | 'timeoutUs'>

/** What a protocol's exchange may ask of the story while it decodes and encodes. */
export interface Asking {
  call: Call
  trace: Trace
  processing: ProcessingPort
  /** The size of the body as it came, and its SHA-256, which is made where there is an Idempotency-Key. */
  received(bytesIn: number, digest: () => Uint8Array): void
  /** Once, when it is known how many items there are; throws the refusal. */
  takeQuota(items: number): void
  /** What was taken; null before. */
  grant(): Grant | null
  /** Of all runs of the version that answers, in the order that they were asked for. */
  outputs(): readonly Tensor[]
  run(inputs: Tensor[], outputs: string[] | null, schedule?: Schedule): Promise<BatchedResult>
}

/** One protocol's way in and out. */
export interface Exchange<R extends Reply> {
  /** Reads the request, has it run, and writes the reply; again for another version where the first failed. */
  perform(asking: Asking): Promise<R>
  replay: Replay
  refuse(error: OutpostError, asking: Asking): R
}
