/**
 * One inference, rung by rung, whatever protocol it came by: license, decode, quota, wait turn, run, encode, usage
 * record. Whoever was resolved to a version leaves a record, whether the reply is a result or a refusal, and no
 * reply leaves before its record is written.
 */
import { OutpostError } from '../../base/errors.ts'
import type { Tensor } from '../../base/tensors.ts'
import type { RequestRow } from '../../contract/views.ts'
import type { Caller } from '../door/callers.ts'
import type { BatchedResult, BatchRequest } from '../hosting/batch-request.ts'
import type { ProcessingPort } from '../hosting/processing-port.ts'
import type { EndpointRoute } from '../routing/routes.ts'
import type { ExecutionTimes } from '../watching/statistics.ts'
import type { TracedAnswer, TracedRequest } from '../watching/traces.ts'
import type { Grant, LicensingPort } from './licensing-port.ts'
import type { ResponseCache } from './response-cache.ts'
import type { Target } from './target.ts'
import { tokensOf } from './tokens.ts'

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
}

/** Gathered on the way, for the record, the receipt and the answer. */
export interface Trace extends ExecutionTimes {
  items: number
  bytesIn: number
  queueMs: number
  /** Rows of the largest run that it rode in. */
  batchSize: number
  /** The answer was given before and kept. */
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
  const { reply, code } = await climb(asking, rooms, exchange)
  const latencyMs = performance.now() - call.started
  // What a caller gets wrong is no failure of the version; Triton's statistics count it all the same.
  call.target.figures?.count(latencyMs, reply.status >= 500, asking.trace)
  const { statistics } = call.target.ready
  if (code !== null && isDoubtful(code, call.target)) rooms.doubt(call, exchange.replay, code)
  else rooms.observe(call.target, latencyMs, reply.status)
  if (asking.trace.cached) statistics.cacheHit(latencyMs)
  else if (code === null) statistics.answered(latencyMs, asking.trace.queueMs, asking.trace)
  else statistics.failed(latencyMs)
  call.traced?.answered(tracedAnswer(call, asking.trace, code))
  const recordFrom = performance.now()
  const grant = asking.grant()
  if (code !== null) grant?.failed()
  try {
    await rooms.record(recordOf(asking, reply, code, latencyMs))
    const settling = code === null ? grant?.answered(asking.trace.tokens) : undefined
    if (settling) await settling
  } catch (error) {
    grant?.failed()
    return exchange.refuse(asOutpostError(error), asking)
  }
  call.traced?.recorded(recordFrom)
  return reply
}

/** A candidate of another interface refuses what its endpoint's callers have always sent. */
const isDoubtful = (code: string, { traffic }: Target): boolean =>
  code === 'ENGINE_FAILED' || (code === 'INPUT_INVALID' && traffic?.target.role === 'candidate')

/** From the license to the encoded reply; where a version cannot answer, its stand-in climbs the same rungs. */
async function climb<R extends Reply>(
  asking: Asking,
  rooms: InferRooms,
  exchange: Exchange<R>,
): Promise<{ reply: R; code: string | null }> {
  const { call } = asking
  for (;;) {
    const release = call.target.model.hold()
    try {
      const admission = rooms.licensing.admit(call.caller, call.target.version, call.id)
      if (!admission.allowed) throw admission.refusal
      asking.trace.attribution = admission.attribution
      const reply = await exchange.perform(asking)
      if (call.target.traffic?.endpoint.hasShadows) rooms.mirror(call, exchange.replay, asking.outputs())
      return { reply, code: null }
    } catch (error) {
      const refused = asOutpostError(error)
      const next = isOfTheVersion(refused) && !call.signal.aborted ? rooms.next(call.target) : null
      if (!next) return { reply: exchange.refuse(refused, asking), code: refused.code }
      countFailure(call, rooms, refused)
      call.target = next
    } finally {
      release()
    }
  }
}

/** That another version answers hides a failure from the caller, not from who watches the version. */
function countFailure({ target, started }: Call, rooms: InferRooms, { status }: OutpostError): void {
  const latencyMs = performance.now() - started
  target.figures?.count(latencyMs, true)
  target.ready.statistics.failed(latencyMs)
  rooms.observe(target, latencyMs, status)
}

/** What another version of the model might do better; a request that is wrong is wrong for all. */
const isOfTheVersion = ({ code }: OutpostError): boolean =>
  code === 'ENGINE_CRASHED' ||
  code === 'MODEL_SET_ASIDE' ||
  code === 'DEPLOYMENT_NOT_READY' ||
  code === 'DEPLOYMENT_FAILED' ||
  code === 'QUEUE_FULL' ||
  code === 'REMOTE_UNAVAILABLE' ||
  code === 'REMOTE_FAILED'

function askingOf(call: Call, rooms: InferRooms): Asking {
  const trace: Trace = {
    items: 0,
    bytesIn: 0,
    queueMs: 0,
    inputMs: 0,
    computeMs: 0,
    outputMs: 0,
    batchSize: 0,
    cached: false,
    attribution: null,
    tokens: 0,
  }
  let of = call.target
  let asked = 0
  let first: Tensor[] = []
  /** Nearly every request is one run. */
  let more: Tensor[][] | null = null
  const keep = (at: number, outputs: Tensor[]): void => {
    if (at === 0) first = outputs
    else {
      more ??= []
      more[at - 1] = outputs
    }
  }
  let grant: Grant | null = null
  let idempotency: { key: string; body: Uint8Array } | null = null
  return {
    call,
    trace,
    processing: rooms.processing,
    outputs: () => (more ? [first, ...more].flat() : first),
    grant: () => grant,
    received: (bytesIn, digest) => {
      trace.bytesIn = bytesIn
      const key = call.idempotencyKey
      if (key !== null) idempotency ??= { key, body: digest() }
    },
    takeQuota: (items) => {
      trace.items = items
      if (grant !== null) return // a stand-in answers the same request
      const { caller, id, target } = call
      const { version } = target
      grant = rooms.licensing.take({
        caller,
        version,
        requestId: id,
        items,
        bytesIn: trace.bytesIn,
        idempotency,
      })
    },
    run: async (inputs, wanted, schedule = {}) => {
      const seen = rooms.sample(call.target, inputs)
      const tokensIn = grant?.pricedByTokens ? tokensOf(inputs) : 0 // their memory is handed over to the run
      const from = performance.now()
      const { target, signal } = call
      if (of !== target) {
        of = target
        asked = 0
        more = null
      }
      const at = asked
      asked += 1
      const { priority, timeoutUs } = schedule
      const request = { inputs, outputs: wanted, signal, priority, timeoutUs }
      const keeping = target.traffic?.endpoint.split.policy.cache ? target.traffic.endpoint : null
      let result: BatchedResult
      try {
        result = keeping
          ? await recallOrRun(target, keeping, rooms.cache, request)
          : await target.ready.batcher.submit(request)
      } catch (error) {
        throw refusedAsEmpty(error, inputs) ?? error
      }
      if (of === target) keep(at, result.outputs) // a late one of a version that failed is nobody's
      if (grant?.pricedByTokens) trace.tokens += tokensIn + tokensOf(result.outputs)
      seen?.(result.outputs)
      trace.cached = result.instance === null
      call.traced?.ran(from, { ...result, cached: trace.cached })
      trace.queueMs += result.queueMs
      trace.inputMs += result.inputMs
      trace.computeMs += result.computeMs
      trace.outputMs += result.outputMs
      trace.batchSize = Math.max(trace.batchSize, result.batchSize)
      return result
    },
  }
}

/** From the cache where the endpoint keeps answers and has this one; else by a run, whose answer is kept. */
async function recallOrRun(
  { version, ready }: Target,
  endpoint: EndpointRoute,
  cache: ResponseCache,
  request: BatchRequest,
): Promise<BatchedResult> {
  const key = cache.keyOf(version.digest, request.inputs, request.outputs)
  const found = cache.find(endpoint, key)
  if (found) return { ...noTimes, outputs: found, queueMs: 0, batchSize: 0, instance: null }
  const result = await ready.batcher.submit(request)
  ready.statistics.cacheMiss()
  cache.keep(endpoint, key, result.outputs)
  return result
}

/** Many operators cannot take a tensor without elements: then it is the request that cannot be answered. */
function refusedAsEmpty(error: unknown, inputs: readonly Tensor[]): OutpostError | null {
  const empty = inputs.find(({ shape }) => shape.includes(0))
  if (!empty || !(error instanceof OutpostError) || error.code !== 'ENGINE_FAILED') return null
  return new OutpostError(
    'INPUT_INVALID',
    `Input "${empty.name}": this model cannot answer a tensor without elements, of shape [${empty.shape}].`,
    { hint: 'Send at least one row.', details: { input: empty.name }, cause: error },
  )
}

const noTimes: ExecutionTimes = { inputMs: 0, computeMs: 0, outputMs: 0 }

const tracedAnswer = ({ target }: Call, { items, batchSize }: Trace, code: string | null): TracedAnswer => ({
  model: target.version.model,
  version: target.version.version,
  digest: target.version.digest,
  endpoint: target.endpoint,
  rule: target.rule,
  executionProvider: target.ready.loaded.executionProvider.used,
  items,
  batchSize,
  code,
})

const nothing = { units: 0, credits: 0 }

let writtenAt = 0
let written = ''

/** As text; of many requests in one millisecond it is written once. */
function timeNow(): string {
  const now = Date.now()
  if (now !== writtenAt) {
    writtenAt = now
    written = new Date(now).toISOString()
  }
  return written
}

function recordOf(
  { call, trace, grant: granted }: Asking,
  reply: Reply,
  code: string | null,
  latencyMs: number,
): RequestRow {
  const { endpoint, version, rule, ready } = call.target
  const grant = granted()
  const { units, credits } = grant && code === null ? grant.cost(trace.tokens) : nothing
  return {
    id: call.id,
    at: timeNow(),
    endpoint,
    model: version.model,
    version: version.version,
    digest: version.digest,
    rule: trace.cached ? `${rule}, cached` : rule,
    status: reply.status,
    code,
    consumer: call.caller.name,
    items: trace.items,
    tokensIn: grant?.pricedByTokens ? trace.tokens : null, // of inputs and outputs: nobody else needs them counted
    tokensOut: null,
    latencyMs: round(latencyMs),
    queueMs: round(trace.queueMs),
    computeMs: round(trace.computeMs),
    batchSize: trace.batchSize,
    executionProvider: ready.loaded.executionProvider.used,
    bytesIn: trace.bytesIn,
    bytesOut: reply.bytesOut,
    license: grant?.license ?? null,
    period: grant?.period ?? null,
    units,
    credits,
  }
}
