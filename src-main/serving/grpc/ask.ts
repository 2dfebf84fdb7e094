/** Who asks over gRPC, how often, and what a request carries: read from a call's metadata. */
import type { ServerDuplexStream, ServerUnaryCall } from '@grpc/grpc-js'
import type { OutpostError } from '../../base/errors.ts'
import { newRequestId } from '../../base/ids.ts'
import { type Caller, countedAs } from '../door/callers.ts'
import { asOutpostError } from '../infer/story.ts'
import type { RequestTraits } from '../routing/choose-target.ts'
import type { TracedHead } from '../watching/traces.ts'
import type { GrpcDoorOptions } from './door-options.ts'

export type AnyCall = Pick<
  ServerUnaryCall<object, object> | ServerDuplexStream<object, object>,
  'metadata' | 'getPeer' | 'getPath' | 'sendMetadata'
>

export interface GrpcAsk {
  /** Of a request. */
  identity(): string
  /** For what answers to anyone: TOO_MANY_REQUESTS. */
  anyone(call: AnyCall): null
  /** UNAUTHORIZED, FORBIDDEN, TOO_MANY_REQUESTS. */
  who(call: AnyCall): Caller
  idempotencyKey(call: AnyCall): string | null
  traits(call: AnyCall, requestId: string, caller: Caller): RequestTraits
  tracedHead(call: AnyCall, requestId: string): TracedHead
  /** What went wrong in words that may leave the node; a fault is logged. */
  refused(error: unknown, requestId: string): OutpostError
}

export function createGrpcAsk({
  addressRequestsPerMinute,
  rates,
  identify,
  onFault,
}: Pick<GrpcDoorOptions, 'addressRequestsPerMinute' | 'rates' | 'identify' | 'onFault'>): GrpcAsk {
  const anyone = (call: AnyCall): null => {
    if (addressRequestsPerMinute !== null) rates.take('address', addressOf(call), addressRequestsPerMinute)
    return null
  }
  return {
    identity: newRequestId,
    anyone,
    who: (call) => {
      anyone(call)
      const caller = identify(text(call, 'authorization'), addressOf(call))
      if (caller.requestsPerMinute !== null) rates.take('key', countedAs(caller), caller.requestsPerMinute)
      return caller
    },
    idempotencyKey: (call) => text(call, 'idempotency-key') ?? null,
    traits: (call, requestId, { name }) => ({
      requestId,
      consumer: name,
      session: text(call, 'outpost-session') ?? null,
      header: (header) => text(call, header),
    }),
    tracedHead: (call, requestId) => ({
      requestId,
      method: 'POST',
      path: call.getPath(),
      traceparent: text(call, 'traceparent'),
      tracestate: text(call, 'tracestate'),
    }),
    refused: (error, requestId) => {
      const refused = asOutpostError(error)
      if (refused.code === 'INTERNAL') onFault(refused, requestId)
      return refused
    },
  }
}

/** Of the caller, without its port. */
export const addressOf = (call: Pick<AnyCall, 'getPeer'>): string => call.getPeer().replace(/:\d+$/, '')

const text = ({ metadata }: AnyCall, name: string): string | undefined => {
  const values = metadata.get(name).filter((value) => typeof value === 'string')
  return values.length === 0 ? undefined : values.join(', ')
}
