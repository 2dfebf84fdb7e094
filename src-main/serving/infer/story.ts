/**
 * One inference, rung by rung, whatever protocol it came by: license, decode, quota, wait turn, run, encode, usage
 * record. Whoever was resolved to a version leaves a record, whether the reply is a result or a refusal, and no
 * reply leaves before its record is written.
 */
import { OutpostError } from '../../base/errors.ts'
import type { TracedAnswer } from '../watching/traces.ts'
import { askingOf } from './asking.ts'
import type { Asking, Call, Exchange, InferRooms, Reply, Trace } from './exchange.ts'
import type { Target } from './target.ts'
import { usageRow } from './usage-row.ts'

export const asOutpostError = (error: unknown): OutpostError =>
  error instanceof OutpostError
    ? error
    : new OutpostError('INTERNAL', 'Something failed inside the node.', { cause: error })

export async function infer<R extends Reply>(
  call: Call,
  rooms: InferRooms,
  exchange: Exchange<R>,
): Promise<R> {
  const asking = askingOf(call, rooms)
  const { reply, refused } = await climb(asking, rooms, exchange)
  const code = refused?.code ?? null
  const latencyMs = performance.now() - call.started
  // What a caller gets wrong is no failure of the version, and Triton too counts from the queue on.
  call.target.figures?.count(latencyMs, reply.status >= 500, asking.trace)
  if (code !== null && reply.status < 500) call.target.figures?.refused()
  const { statistics } = call.target.ready
  if (code !== null && isDoubtful(code, call.target)) rooms.doubt(call, exchange.replay, code)
  else rooms.observe(call.target, latencyMs, reply.status)
  if (reply.status >= 500) statistics.failed(latencyMs)
  else if (code === null && asking.trace.cached) statistics.cacheHit(latencyMs)
  else if (code === null) statistics.answered(latencyMs, asking.trace.queueMs, asking.trace)
  call.traced?.answered(tracedAnswer(call, asking.trace, code))
  const recordFrom = performance.now()
  const grant = asking.grant()
  if (code !== null) grant?.failed()
  try {
    const refusedBy = refused && rooms.licensing.refusedBy(refused)
    await rooms.record(usageRow(asking, reply, { code, refusedBy }, latencyMs))
    const settling = code === null ? grant?.answered(asking.trace.tokens) : undefined
    if (settling) await settling
  } catch (error) {
    grant?.failed()
    return exchange.refuse(refusedBy(error, call, rooms), asking)
  }
  call.traced?.recorded(recordFrom)
  return reply
}

function refusedBy(error: unknown, { id }: Call, { onFault }: InferRooms): OutpostError {
  const refused = asOutpostError(error)
  if (refused.code === 'INTERNAL') onFault(refused, id)
  return refused
}

/** A candidate of another interface refuses what its endpoint's callers have always sent. */
const isDoubtful = (code: string, { traffic }: Target): boolean =>
  code === 'ENGINE_FAILED' || (code === 'INPUT_INVALID' && traffic?.target.role === 'candidate')

/** From the license to the encoded reply; where a version cannot answer, its stand-in climbs the same rungs. */
async function climb<R extends Reply>(
  asking: Asking,
  rooms: InferRooms,
  exchange: Exchange<R>,
): Promise<{ reply: R; refused: OutpostError | null }> {
  const { call } = asking
  for (;;) {
    const release = call.target.model.hold()
    try {
      const admission = rooms.licensing.admit(call.caller, call.target.version, call.id)
      if (!admission.allowed) throw admission.refusal
      asking.trace.attribution = admission.attribution
      const reply = await exchange.perform(asking)
      if (call.target.traffic?.endpoint.hasShadows) rooms.mirror(call, exchange.replay, asking.outputs())
      return { reply, refused: null }
    } catch (error) {
      const refused = refusedBy(error, call, rooms)
      const next = isOfTheVersion(refused) && !call.signal.aborted ? rooms.next(call.target) : null
      if (!next) return { reply: exchange.refuse(refused, asking), refused }
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
