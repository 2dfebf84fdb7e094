/**
 * One inference, rung by rung, whatever protocol it came by: license, decode, quota, wait turn, run, encode, usage
 * record. Whoever was resolved to a version leaves a record, whether the reply is a result or a refusal, and no
 * reply leaves before its record is written.
 */
import { OutpostError } from '../../base/errors.ts'
import type { Tensor } from '../../base/tensors.ts'
import type { RequestRow } from '../../contract/views.ts'
import type { Caller } from '../door/callers.ts'
import type { BatchedResult } from '../hosting/batcher.ts'
import type { ProcessingPort } from '../hosting/processing-port.ts'
import type { ServedVersion } from '../routing/routes.ts'
import type { Target } from './target.ts'

export interface Call {
  /** Of the request: stands in the answer, the receipt and the usage record. */
  id: string
  /** performance.now() when its headers had arrived. */
  started: number
  caller: Caller
  target: Target
  /** Fires when the client goes away. */
  signal: AbortSignal
}

/** A value, since a denial is an answer and no fault: the license check fills it, one code a rung. */
type Admission = { allowed: true } | { allowed: false; refusal: OutpostError }

export interface InferRooms {
  processing: ProcessingPort
  admit: (caller: Caller, version: ServedVersion) => Admission
  takeQuota: (caller: Caller, version: ServedVersion, items: number) => Admission
  record: (row: RequestRow) => Promise<void>
}

/** Gathered on the way, for the record, the receipt and the answer. */
interface Trace {
  items: number
  bytesIn: number
  queueMs: number
  computeMs: number
  /** Rows of the largest run that it rode in. */
  batchSize: number
}

/** What the story asks of any reply. */
export interface Reply {
  /** HTTP's, whatever the protocol: it stands in the usage record. */
  status: number
  bytesOut: number
}

/** What a protocol's exchange may ask of the story while it decodes and encodes. */
export interface Asking {
  call: Call
  trace: Trace
  processing: ProcessingPort
  /** Once, when it is known how many items there are; throws the refusal. */
  takeQuota(items: number): void
  run(inputs: Tensor[], outputs: string[] | null): Promise<BatchedResult>
}

/** One protocol's way in and out. */
export interface Exchange<R extends Reply> {
  /** Reads the request, has it run, and writes the reply. */
  perform(asking: Asking): Promise<R>
  refuse(error: OutpostError, asking: Asking): R
}

export const asOutpostError = (error: unknown): OutpostError =>
  error instanceof OutpostError
    ? error
    : new OutpostError('INTERNAL', 'Something failed inside the node.', { cause: error })

const round = (ms: number): number => Math.round(ms * 1000) / 1000

export async function infer<R extends Reply>(
  call: Call,
  rooms: InferRooms,
  exchange: Exchange<R>,
): Promise<R> {
  const asking = askingOf(call, rooms)
  const release = call.target.model.hold()
  let reply: R
  let code: string | null = null
  try {
    insist(rooms.admit(call.caller, call.target.version))
    reply = await exchange.perform(asking)
  } catch (error) {
    const refused = asOutpostError(error)
    code = refused.code
    reply = exchange.refuse(refused, asking)
  } finally {
    release()
  }
  const latencyMs = performance.now() - call.started
  call.target.figures?.count(latencyMs, code !== null)
  try {
    await rooms.record(recordOf(call, asking.trace, reply, code, latencyMs))
  } catch (error) {
    return exchange.refuse(asOutpostError(error), asking)
  }
  return reply
}

function askingOf(call: Call, rooms: InferRooms): Asking {
  const trace: Trace = { items: 0, bytesIn: 0, queueMs: 0, computeMs: 0, batchSize: 0 }
  return {
    call,
    trace,
    processing: rooms.processing,
    takeQuota: (items) => {
      trace.items = items
      insist(rooms.takeQuota(call.caller, call.target.version, items))
    },
    run: async (inputs, outputs) => {
      const result = await call.target.ready.batcher.submit(inputs, outputs, call.signal)
      trace.queueMs += result.queueMs
      trace.computeMs += result.computeMs
      trace.batchSize = Math.max(trace.batchSize, result.batchSize)
      return result
    },
  }
}

function insist(admission: Admission): void {
  if (!admission.allowed) throw admission.refusal
}

function recordOf(
  call: Call,
  trace: Trace,
  reply: Reply,
  code: string | null,
  latencyMs: number,
): RequestRow {
  const { endpoint, version, rule, ready } = call.target
  return {
    id: call.id,
    at: new Date().toISOString(),
    endpoint,
    model: version.model,
    version: version.version,
    digest: version.digest,
    rule,
    status: reply.status,
    code,
    consumer: call.caller.name,
    items: trace.items,
    tokensIn: null, // counted by models that have tokens, which none of the schemas describes yet
    tokensOut: null,
    latencyMs: round(latencyMs),
    queueMs: round(trace.queueMs),
    computeMs: round(trace.computeMs),
    batchSize: trace.batchSize,
    executionProvider: ready.loaded.executionProvider.used,
    bytesIn: trace.bytesIn,
    bytesOut: reply.bytesOut,
  }
}
