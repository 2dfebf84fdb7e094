/**
 * A client of the Open Inference Protocol v2 over REST, for servers that an operator has named. Nothing that they send
 * is believed: redirects are refused, sizes and times are limited, and every answer is read by a schema.
 */
import { z } from 'zod'
import { parseJson } from '../../base/json.ts'
import { whyNeverAsked } from '../../base/outbound-address.ts'
import { limits } from '../../contract/limits.ts'
import { forwardedHeader } from '../../contract/remote.ts'
import { datatype } from '../../contract/tensor.ts'
import { RemoteFault } from './remote-fault.ts'

export interface RemotePlace {
  /** Of the server, without /v2. */
  url: string
  model: string
  modelVersion: string | null
  token: string | null
}

const name = z.string().min(1).max(256)
const serverMetadata = z.object({
  name: z.string().max(256).default(''),
  version: z.string().max(256).default(''),
  extensions: z.array(z.string().max(256)).max(256).default([]),
})
const tensorMetadata = z.object({ name, datatype, shape: z.array(z.int().min(-1)).max(limits.tensorRankMax) })
const modelMetadata = z.object({
  inputs: z.array(tensorMetadata).max(limits.tensorsMax),
  outputs: z.array(tensorMetadata).max(limits.tensorsMax),
})
const answerHead = z.object({
  outputs: z
    .array(
      z.object({
        name,
        datatype,
        shape: z.array(z.int().min(0)).max(limits.tensorRankMax),
        parameters: z.object({ binary_data_size: z.int().min(0).optional() }).nullish(),
        data: z.array(z.unknown()).optional(),
      }),
    )
    .max(limits.tensorsMax),
})
type ServerMetadata = z.infer<typeof serverMetadata>
type ModelMetadata = z.infer<typeof modelMetadata>
export type AnsweredOutput = z.infer<typeof answerHead>['outputs'][number]

export interface RemoteBody {
  /** JSON. */
  head: string
  /** Of tensors that follow as bytes; none of them where the server takes JSON alone. */
  blobs: readonly Uint8Array[]
}

export interface RemoteAnswer {
  outputs: AnsweredOutput[]
  /** What follows the JSON. */
  bytes: Uint8Array
}

export interface RemoteClient {
  server(signal: AbortSignal): Promise<ServerMetadata>
  /** Settles where server and model are ready; else throws, busy where they say that they are not. */
  ready(signal: AbortSignal): Promise<void>
  model(signal: AbortSignal): Promise<ModelMetadata>
  infer(body: RemoteBody, signal: AbortSignal): Promise<RemoteAnswer>
}

const smallBytesMax = 1 << 20
const headLengthHeader = 'inference-header-content-length'

/** All that it throws is a RemoteFault. */
export function createRemoteClient(place: RemotePlace): RemoteClient {
  const base = place.url.replace(/\/+$/, '')
  const version = place.modelVersion === null ? '' : `/versions/${encodeURIComponent(place.modelVersion)}`
  const model = `/v2/models/${encodeURIComponent(place.model)}${version}`

  async function ask(path: string, init: RequestInit, bytesMax: number, signal: AbortSignal) {
    const headers = new Headers(init.headers)
    headers.set('accept-encoding', 'identity')
    headers.set(forwardedHeader, '1')
    if (place.token !== null) headers.set('authorization', `Bearer ${place.token}`)
    try {
      const response = await fetch(`${base}${path}`, { ...init, headers, signal, redirect: 'manual' })
      return { response, bytes: await readLimited(response, bytesMax) }
    } catch (error) {
      throw faultOf(error, signal)
    }
  }

  async function read<Schema extends z.ZodType>(path: string, schema: Schema, signal: AbortSignal) {
    const { response, bytes } = await ask(path, {}, smallBytesMax, signal)
    refuseStatus(response, bytes)
    return parseAs(schema, bytes)
  }

  async function insistReady(path: string, what: string, signal: AbortSignal): Promise<void> {
    const { response, bytes } = await ask(path, {}, smallBytesMax, signal)
    if (response.ok) return
    if ([401, 403, 404].includes(response.status) || response.status < 400) refuseStatus(response, bytes)
    throw new RemoteFault('busy', `It says that ${what} is not ready (${response.status}).`)
  }

  return {
    server: (signal) => read('/v2', serverMetadata, signal),
    ready: async (signal) => {
      const never = await whyNeverAsked(new URL(base)) // its name may lead elsewhere than when it was added
      if (never !== null) throw new RemoteFault('denied', `Its address ${never}.`)
      await insistReady('/v2/health/ready', 'it', signal)
      await insistReady(`${model}/ready`, 'its model', signal)
    },
    model: (signal) => read(model, modelMetadata, signal),
    infer: async ({ head, blobs }, signal) => {
      const text = Buffer.from(head)
      const init: RequestInit =
        blobs.length === 0
          ? { method: 'POST', body: text, headers: { 'content-type': 'application/json' } }
          : {
              method: 'POST',
              body: Buffer.concat([text, ...blobs]),
              headers: {
                'content-type': 'application/octet-stream',
                [headLengthHeader]: String(text.byteLength),
              },
            }
      const { response, bytes } = await ask(`${model}/infer`, init, limits.inferBodyBytesMax, signal)
      refuseStatus(response, bytes)
      const headLength = headLengthOf(response, bytes.byteLength)
      const { outputs } = parseAs(answerHead, bytes.subarray(0, headLength))
      return { outputs, bytes: bytes.subarray(headLength) }
    },
  }
}

async function readLimited(response: Response, bytesMax: number): Promise<Uint8Array> {
  const tooLarge = () => new RemoteFault('garbage', `Its answer has more than ${bytesMax} bytes.`)
  if (Number(response.headers.get('content-length') ?? 0) > bytesMax) {
    await response.body?.cancel()
    throw tooLarge()
  }
  const chunks: Uint8Array[] = []
  let total = 0
  for await (const chunk of response.body ?? []) {
    total += chunk.byteLength
    if (total > bytesMax) throw tooLarge() // leaving the loop ends the connection
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function faultOf(error: unknown, signal: AbortSignal): RemoteFault {
  if (error instanceof RemoteFault) return error
  if (signal.aborted) return new RemoteFault('slow', 'It did not answer in time.', { cause: error })
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  const code = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : ''
  const what = cause instanceof Error && cause.message !== '' ? cause.message : 'the connection failed'
  return new RemoteFault('unreachable', `${what}${what.includes(code.slice(2, -1)) ? '' : code}.`, {
    cause: error,
  })
}

/** Only what names an error by the protocol says that the server works. */
const protocolError = z.object({ error: z.string() })

function refuseStatus(response: Response, bytes: Uint8Array): void {
  const { status } = response
  if (status === 200) return
  const said = protocolError.safeParse(tryJson(bytes)).data?.error.slice(0, 500)
  const words = said === undefined ? `It answered ${status}.` : `It answered ${status}: ${said}`
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN)
  const retryAfterSeconds = Number.isFinite(seconds) ? seconds : null
  if (status === 502 || status === 503 || status === 504)
    throw new RemoteFault('busy', words, { retryAfterSeconds })
  if (status === 429) throw new RemoteFault('limited', words, { retryAfterSeconds })
  if (status >= 300 && status < 400)
    throw new RemoteFault('denied', `It answered ${status}, a redirect, which is not followed.`)
  if (status === 401 || status === 403 || status === 404 || status === 508)
    throw new RemoteFault('denied', words)
  if (said === undefined && (status < 400 || status >= 500)) throw new RemoteFault('garbage', words)
  throw new RemoteFault('refused', words)
}

function tryJson(bytes: Uint8Array): unknown {
  try {
    return parseJson(Buffer.from(bytes).toString())
  } catch {
    return null
  }
}

function parseAs<Schema extends z.ZodType>(schema: Schema, bytes: Uint8Array): z.output<Schema> {
  const parsed = schema.safeParse(tryJson(bytes))
  if (parsed.success) return parsed.data
  throw new RemoteFault('garbage', 'Its answer is not one of the Open Inference Protocol v2.')
}

function headLengthOf(response: Response, total: number): number {
  const header = response.headers.get(headLengthHeader)
  if (header === null) return total
  const length = /^\d{1,15}$/.test(header) ? Number(header) : Number.NaN
  if (length <= total) return length
  throw new RemoteFault('garbage', `Its answer names a head of ${header} bytes and has ${total}.`)
}
