/**
 * Bodies of the API, at most so large. Hono's own middleware copies a request whose length was not told by `new
 * Request(raw)`, which undici refuses for the listener's light-weight requests: a DELETE from any browser would fail.
 */
import type { MiddlewareHandler } from 'hono'
import { OutpostError } from '../base/errors.ts'
import { bytesText } from '../base/quantities.ts'
import { limits } from '../contract/limits.ts'
import { type Actor, requireScope } from '../flows/actor.ts'
import type { Environment } from './environment.ts'

/** What serving's door takes, the playground takes: a photograph or a large tensor. */
function bytesMaxOf(path: string, actor: Actor): number {
  if (actor.kind === 'nobody') return limits.strangerBodyBytesMax
  return path === '/api/playground/infer' ? limits.inferBodyBytesMax : limits.apiBodyBytesMax
}

/** To a stranger it is that a login is missing, as without a body. */
function refuseLarger(actor: Actor, bytesMax: number): never {
  if (actor.kind === 'nobody') requireScope(actor, 'read')
  throw new OutpostError('PAYLOAD_TOO_LARGE', `A body has at most ${bytesText(bytesMax)} here.`)
}

/** Refuses by the length that is told, and where none is told as soon as more has come. */
export const limitBody = (): MiddlewareHandler<Environment> => async (context, next) => {
  const { raw } = context.req
  const actor = context.get('actor')
  const bytesMax = bytesMaxOf(context.req.path, actor)
  const refuse = () => refuseLarger(actor, bytesMax)
  const told = raw.headers.get('content-length')
  if (told !== null && !raw.headers.has('transfer-encoding')) {
    if (Number(told) > bytesMax) refuse()
  } else if (raw.body) {
    const body = await readAtMost(raw.body, bytesMax, refuse)
    context.req.raw = new Request(raw.url, {
      method: raw.method,
      headers: raw.headers,
      body: body.length > 0 ? body : null,
      signal: raw.signal,
    })
  }
  await next()
}

async function readAtMost(
  stream: ReadableStream<Uint8Array>,
  bytesMax: number,
  refuse: () => never,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of stream) {
    bytes += chunk.byteLength
    if (bytes > bytesMax) refuse()
    chunks.push(chunk)
  }
  const whole = new Uint8Array(bytes)
  let at = 0
  for (const chunk of chunks) {
    whole.set(chunk, at)
    at += chunk.byteLength
  }
  return whole
}
