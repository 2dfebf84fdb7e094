/** What an HTTP request says of itself before its body is read: for routing, for tracing, and of the call that it is. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { OutpostError } from '../../base/errors.ts'
import { limits } from '../../contract/limits.ts'
import type { Call } from '../infer/exchange.ts'
import type { Target } from '../infer/target.ts'
import type { RequestTraits } from '../routing/choose-target.ts'
import type { TracedHead } from '../watching/traces.ts'
import { encodingOf } from './body-encoding.ts'
import type { Caller } from './callers.ts'
import { refuseAnnounced } from './http-body.ts'

/** Of a request, before it is known which version answers. */
export type Asked = Pick<Call, 'id' | 'started' | 'caller' | 'traced'>

export function callOf(
  request: IncomingMessage,
  response: ServerResponse,
  target: Target,
  asked: Asked,
): Call {
  // Less than an AbortSignal, whose making and firing cost each request as much as routing it.
  const signal = { aborted: response.destroyed } // it may have gone while the body was read
  response.on('close', () => {
    signal.aborted = true
  })
  const { id, started, caller, traced } = asked
  const idempotencyKey = headerText(request, 'idempotency-key') ?? null
  return { id, started, caller, target, signal, traced, idempotencyKey, part: null }
}

export const headerText = (request: IncomingMessage, name: string): string | undefined => {
  const value = request.headers[name]
  return typeof value === 'string' ? value : value?.join(', ')
}

export const tracedHead = (request: IncomingMessage, requestId: string): TracedHead => ({
  requestId,
  method: request.method ?? '',
  path: (request.url ?? '').split('?', 1)[0] ?? '',
  traceparent: headerText(request, 'traceparent'),
  tracestate: headerText(request, 'tracestate'),
})

export const traitsOf = (request: IncomingMessage, requestId: string, caller: Caller): RequestTraits => ({
  requestId,
  consumer: caller.name,
  session: headerText(request, 'outpost-session') ?? null,
  header: (name) => headerText(request, name),
})

/** What the body is, before it is read. */
export function refuseUnreadable(request: IncomingMessage, bytesToo: boolean): void {
  const { headers } = request
  refuseAnnounced(request, limits.inferBodyBytesMax)
  encodingOf(request)
  const type = (headers['content-type'] ?? 'application/json').split(';', 1)[0]?.trim().toLowerCase() ?? ''
  if (type === 'application/json' || /^application\/[\w.-]+\+json$/.test(type)) return
  // Clients of the binary extension name any type or none: the header is what says how to read the body.
  if (bytesToo && headers['inference-header-content-length'] !== undefined) return
  throw new OutpostError('UNSUPPORTED_MEDIA_TYPE', 'Send the body as application/json.')
}
