/** What one request asks of the rooms while its exchange decodes and encodes: its quota, and runs of the model. */
import { OutpostError } from '../../base/errors.ts'
import type { Tensor } from '../../base/tensors.ts'
import type { BatchedResult, BatchRequest } from '../hosting/batch-request.ts'
import type { EndpointRoute } from '../routing/routes.ts'
import type { ExecutionTimes } from '../watching/statistics.ts'
import type { Asking, Call, InferRooms, Trace } from './exchange.ts'
import type { Grant, Idempotency } from './licensing-port.ts'
import type { ResponseCache } from './response-cache.ts'
import type { Target } from './target.ts'
import { tokensOf } from './tokens.ts'

export function askingOf(call: Call, rooms: InferRooms): Asking {
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
  let done = 0
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
  let grantedFor = ''
  let idempotency: Idempotency | null = null
  return {
    call,
    trace,
    processing: rooms.processing,
    outputs: () => (more ? [first, ...more].flat() : first),
    grant: () => grant,
    received: (bytesIn, digest) => {
      trace.bytesIn = bytesIn
      const { idempotencyKey: key, part } = call
      if (key !== null) idempotency ??= { key, ...(part ?? { body: digest(), equalBefore: null }) }
    },
    takeQuota: (items) => {
      trace.items = items
      const { caller, id, target } = call
      const { version } = target
      if (grant !== null) {
        if (grantedFor === version.versionId) return
        // A stand-in answers the same request, and each version has a license of its own.
        grant.failed()
        grant = null
      }
      grantedFor = version.versionId
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
      const isKept = result.instance === null
      trace.cached = isKept && (trace.cached || done === 0)
      done += 1
      call.traced?.ran(from, { ...result, cached: isKept })
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
