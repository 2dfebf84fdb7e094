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

/** Throws the refusal of a body that is too large: to a stranger it is that a login is missing, as without a body. */
type Refuse = () => never

interface BodyLimit {
  bytesMax: number
  refuse: Refuse
}

/** What serving's door takes, the playground takes: a photograph or a large tensor. */
function limitOf(path: string, actor: Actor): BodyLimit {
  if (actor.kind === 'nobody')
    return { bytesMax: limits.strangerBodyBytesMax, refuse: () => refuseStranger(actor) }
  const bytesMax = path === '/api/playground/infer' ? limits.inferBodyBytesMax : limits.apiBodyBytesMax
  return {
    bytesMax,
    refuse: () => {
      throw new OutpostError('PAYLOAD_TOO_LARGE', `A body has at most ${bytesText(bytesMax)} here.`)
    },
  }
}

function refuseStranger(actor: Actor): never {
  requireScope(actor, 'admin')
  throw new Error('a stranger has no scope')
}

/** Refuses by the length that is told, and where none is told as soon as more has come. */
export const limitBody = (): MiddlewareHandler<Environment> => async (context, next) => {
  const { raw } = context.req
  const { bytesMax, refuse } = limitOf(context.req.path, context.get('actor'))
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
  refuse: Refuse,
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
