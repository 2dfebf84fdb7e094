/**
 * The serving door: a fixed set of routes straight on Node's HTTP server. Its ladder is limits, host and origin, who,
 * which version, and then the story of an inference; each rung answers for itself and nothing below it is reached.
 */
import { setMaxListeners } from 'node:events'
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { Duplex } from 'node:stream'
import { OutpostError } from '../../base/errors.ts'
import { newRequestId } from '../../base/ids.ts'
import { limits } from '../../contract/limits.ts'
import type { Call, InferRooms } from '../infer/exchange.ts'
import { asOutpostError, infer } from '../infer/story.ts'
import type { Target } from '../infer/target.ts'
import type { RequestTraits } from '../routing/choose-target.ts'
import type { Targets } from '../routing/targets.ts'
import type { TracedHead, TracedRequest, Traces } from '../watching/traces.ts'
import { encodingOf, isPackable, packed } from './body-encoding.ts'
import { type Caller, type Identify, requireInfer } from './callers.ts'
import { isOpenPath, isRepositoryPath, type RunPath, readPath, splitReference } from './door-paths.ts'
import type { DoorViews } from './door-views.ts'
import { embeddingsExchange } from './embeddings-exchange.ts'
import type { FeedbackDoor } from './feedback.ts'
import { type Answer, type ErrorForm, refusal, send } from './http-answer.ts'
import { refuseAnnounced } from './http-body.ts'
import { bodyReader } from './http-exchange.ts'
import { inferExchange } from './infer-exchange.ts'
import { answerLines, isLines } from './lines.ts'
import { predictExchange } from './predict-exchange.ts'
import type { RateLimits } from './rate-limits.ts'
import type { RepositoryDoor } from './repository.ts'
import { guardRequest } from './request-guard.ts'

export interface DoorOptions {
  tls: { cert: string; key: string } | null
  hosts: ReadonlySet<string>
  addressRequestsPerMinute: number | null
  /** Kept by all doors together. */
  rates: RateLimits
  answerSecondsMax: number
  /** In which a request must have arrived, or each line of one that is lines. */
  requestSecondsMax: number
  identify: Identify
  targets: Pick<Targets, 'of' | 'try'>
  views: DoorViews
  repository: RepositoryDoor
  feedback: FeedbackDoor
  rooms: InferRooms
  /** Null where no requests are traced. */
  traces: Traces | null
  onFault: (error: OutpostError, requestId: string) => void
}

/** Of a request, before it is known which version answers. */
type Asked = Pick<Call, 'id' | 'started' | 'caller' | 'traced'>

export interface Door {
  server: Server
  /** Answers what is under way, takes nothing new, and settles when the last answer is out. */
  drain(): Promise<void>
}

export function createDoor(options: DoorOptions): Door {
  const { rates } = options
  let draining = false
  const stopping = new AbortController()
  setMaxListeners(0, stopping.signal)
  /** Whose lines may come for as long as they come: Node's limit on a whole request is not for them. */
  const inLines = new WeakSet<Duplex>()
  let underWay = 0
  const settings = {
    maxHeaderSize: limits.headerBytesMax,
    headersTimeout: Math.min(limits.headersSecondsMax, options.requestSecondsMax) * 1000,
    requestTimeout: options.requestSecondsMax * 1000,
    connectionsCheckingInterval: 1000,
    // A header that stands twice is read as one of both values, which is no host and no key: no reader may choose.
    joinDuplicateHeaders: true,
    keepAliveTimeout: 65_000, // longer than common proxies keep theirs, so that it is they who close
  }
  const listener: RequestListener = (request, response) => {
    underWay += 1
    response.on('close', () => {
      underWay -= 1
      if (draining && underWay === 0) whenDrained?.()
    })
    void answer(request, response)
  }
  const server = options.tls
    ? createSecureServer({ ...settings, ...options.tls }, listener)
    : createServer(settings, listener)
  let whenDrained: (() => void) | undefined
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    // A body that is refused by its announced length need not be sent at all.
    const announced = Number(request.headers['content-length'] ?? 0)
    if (announced <= limits.inferBodyBytesMax || isLines(request)) response.writeContinue()
    listener(request, response)
  })
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT' && inLines.has(socket)) return
    refuseBrokenRequest(error, socket)
  })

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const id = newRequestId()
    const started = performance.now()
    const form = errorFormOf(request.url ?? '')
    const rate: Record<string, string> = {}
    const traced = options.traces?.begin(started, tracedHead(request, id)) ?? null
    let result: Answer | null
    try {
      result = await climb(request, response, id, started, rate, traced)
    } catch (error) {
      const refused = asOutpostError(error)
      if (refused.code === 'INTERNAL') options.onFault(refused, id)
      result = refusal(refused, form, { 'x-request-id': id })
    }
    if (!result) {
      traced?.end(200)
      return
    }
    Object.assign(result.headers, rate)
    const sent = isPackable(request, result) ? await packed(result) : result
    send(request, response, sent, draining, options.answerSecondsMax)
    traced?.end(sent.status)
  }

  /** Null where it was answered already, line by line. No promise around the one of what answers: each costs. */
  function climb(
    request: IncomingMessage,
    response: ServerResponse,
    id: string,
    started: number,
    rate: Record<string, string>,
    traced: TracedRequest | null,
  ): Answer | null | Promise<Answer | null> {
    guardRequest(request.headers, options.hosts)
    const { addressRequestsPerMinute: perAddress } = options
    if (perAddress !== null)
      Object.assign(rate, rates.take('address', request.socket.remoteAddress ?? '', perAddress))
    const found = readPath(request.url ?? '')
    if (!found) throw new OutpostError('NOT_FOUND', 'There is nothing at this path.')
    const { path, method } = found
    if (request.method !== method && !(method === 'GET' && request.method === 'HEAD')) {
      return refusal(
        new OutpostError('METHOD_NOT_ALLOWED', `Use ${method} here.`),
        errorFormOf(request.url ?? ''),
        { allow: method },
      )
    }
    if (isOpenPath(path)) return options.views.open(path.kind)
    const caller = options.identify(request.headers.authorization, request.socket.remoteAddress ?? '')
    if (caller.requestsPerMinute !== null)
      Object.assign(rate, rates.take('key', caller.name, caller.requestsPerMinute))
    if (isRepositoryPath(path)) return options.repository(path, caller, bodyReader(request))
    if (path.kind === 'v1-feedback')
      return options.feedback(caller, bodyReader(request, limits.feedbackBodyBytesMax))
    if (path.kind !== 'v1-predict' && path.kind !== 'v2-infer' && path.kind !== 'v1-embeddings')
      return options.views.known(path)
    requireInfer(caller)
    const asked = { id, started, caller, traced }
    return path.kind === 'v1-embeddings'
      ? embed(request, response, asked)
      : runModel(request, response, path, asked, rate)
  }

  /** Which model is asked stands in the body. */
  async function embed(request: IncomingMessage, response: ServerResponse, asked: Asked): Promise<Answer> {
    refuseUnreadable(request, false)
    const { processing } = options.rooms
    const bytes = await bodyReader(request)()
    const head = await processing.readEmbeddings(bytes)
    const [name, reference] = splitReference(head.model)
    const traits = traitsOf(request, asked.id, asked.caller)
    const target = options.targets.of({ kind: 'named', name, reference }, traits)
    const call = callOf(request, response, target, asked)
    return infer(call, options.rooms, embeddingsExchange(head, bytes, processing))
  }

  function runModel(
    request: IncomingMessage,
    response: ServerResponse,
    path: RunPath,
    own: Asked,
    rate: Record<string, string>,
  ): Promise<Answer | null> {
    const { id, caller } = own
    const runOn = (target: Target) => runTarget(request, response, path, target, own, rate)
    const tryVersion = headerText(request, 'outpost-try')
    return tryVersion === undefined
      ? runOn(options.targets.of(path, traitsOf(request, id, caller)))
      : options.targets.try(tryVersion, caller).then(runOn)
  }

  function runTarget(
    request: IncomingMessage,
    response: ServerResponse,
    path: RunPath,
    target: Target,
    own: Asked,
    rate: Record<string, string>,
  ): Promise<Answer | null> {
    if (path.kind === 'v1-predict' && isLines(request)) {
      const call = callOf(request, response, target, own)
      return runLines(request, response, path, call, rate).then(() => null)
    }
    refuseUnreadable(request, path.kind === 'v2-infer')
    const call = callOf(request, response, target, own)
    const { processing } = options.rooms
    const exchange =
      path.kind === 'v1-predict'
        ? predictExchange(bodyReader(request), processing)
        : inferExchange(request, processing)
    return infer(call, options.rooms, exchange)
  }

  /** Each line is a call of its own, and its caller one who may have lost its key meanwhile. */
  async function runLines(
    request: IncomingMessage,
    response: ServerResponse,
    path: RunPath,
    call: Call,
    rate: Record<string, string>,
  ): Promise<void> {
    if (encodingOf(request) !== 'identity')
      throw new OutpostError(
        'UNSUPPORTED_MEDIA_TYPE',
        'Lines of JSON are read as they come: send them unpacked.',
      )
    inLines.add(request.socket)
    let isCounted = true // the first line is, as the request
    const answerOne = async (line: Buffer, id: string, traced: TracedRequest | null) => {
      const started = performance.now()
      const caller = options.identify(request.headers.authorization, request.socket.remoteAddress ?? '')
      requireInfer(caller)
      if (!isCounted) takeRates(request, caller)
      isCounted = false
      const target = call.target.traffic
        ? options.targets.of(path, traitsOf(request, id, caller))
        : call.target
      // An idempotency key is of one request, and each line is one.
      const own = { ...call, id, started, caller, target, traced, idempotencyKey: null }
      const { processing } = options.rooms
      return infer(
        own,
        options.rooms,
        predictExchange(async () => line, processing),
      )
    }
    const settings = {
      request,
      response,
      headers: { 'x-request-id': call.id, ...rate },
      answerSecondsMax: options.answerSecondsMax,
      lineSecondsMax: options.requestSecondsMax,
      lineBytesMax: limits.inferBodyBytesMax,
      draining: stopping.signal,
    }
    await answerLines(settings, async (line) => {
      const id = newRequestId()
      const traced = call.traced?.line(performance.now(), id) ?? null
      try {
        const answer = await answerOne(line, id, traced)
        traced?.end(answer.status)
        return answer
      } catch (error) {
        traced?.end(asOutpostError(error).status)
        throw error
      }
    })
    inLines.delete(request.socket)
  }

  /** The headers to answer with; TOO_MANY_REQUESTS. */
  function takeRates({ socket }: IncomingMessage, { name, requestsPerMinute }: Caller): void {
    const { addressRequestsPerMinute: perAddress } = options
    if (perAddress !== null) rates.take('address', socket.remoteAddress ?? '', perAddress)
    if (requestsPerMinute !== null) rates.take('key', name, requestsPerMinute)
  }

  return {
    server,
    drain: () =>
      new Promise((resolve) => {
        draining = true
        stopping.abort()
        whenDrained = resolve
        server.close()
        server.closeIdleConnections()
        if (underWay === 0) resolve()
      }),
  }
}

function callOf(request: IncomingMessage, response: ServerResponse, target: Target, asked: Asked): Call {
  // Less than an AbortSignal, whose making and firing cost each request as much as routing it.
  const signal = { aborted: false }
  response.on('close', () => {
    signal.aborted = true
  })
  const { id, started, caller, traced } = asked
  const idempotencyKey = headerText(request, 'idempotency-key') ?? null
  return { id, started, caller, target, signal, traced, idempotencyKey }
}

/** Where clients of OpenAI's API ask, they are refused in its words. */
function errorFormOf(url: string): ErrorForm {
  if (!url.startsWith('/v1')) return 'v2'
  const found = readPath(url)?.path.kind
  return found === 'v1-embeddings' || found === 'v1-model' ? 'openai' : 'v1'
}

const headerText = (request: IncomingMessage, name: string): string | undefined => {
  const value = request.headers[name]
  return typeof value === 'string' ? value : value?.join(', ')
}

const tracedHead = (request: IncomingMessage, requestId: string): TracedHead => ({
  requestId,
  method: request.method ?? '',
  path: (request.url ?? '').split('?', 1)[0] ?? '',
  traceparent: headerText(request, 'traceparent'),
  tracestate: headerText(request, 'tracestate'),
})

const traitsOf = (request: IncomingMessage, requestId: string, caller: Caller): RequestTraits => ({
  requestId,
  consumer: caller.name,
  session: headerText(request, 'outpost-session') ?? null,
  header: (name) => headerText(request, name),
})

/** What the body is, before it is read. */
function refuseUnreadable(request: IncomingMessage, bytesToo: boolean): void {
  const { headers } = request
  refuseAnnounced(request, limits.inferBodyBytesMax)
  encodingOf(request)
  const type = (headers['content-type'] ?? 'application/json').split(';', 1)[0]?.trim().toLowerCase() ?? ''
  if (type === 'application/json' || /^application\/[\w.-]+\+json$/.test(type)) return
  // Clients of the binary extension name any type or none: the header is what says how to read the body.
  if (bytesToo && headers['inference-header-content-length'] !== undefined) return
  throw new OutpostError('UNSUPPORTED_MEDIA_TYPE', 'Send the body as application/json.')
}

/** What Node's parser refused before it was a request: too large a header block, no HTTP, too slow. */
function refuseBrokenRequest(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy()
    return
  }
  const [status, message] =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? ['431 Request Header Fields Too Large', 'The header block is too large.']
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? ['408 Request Timeout', 'The request took too long to arrive.']
        : ['400 Bad Request', 'The request is not valid HTTP.']
  const body = JSON.stringify({ error: message })
  socket.end(
    `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`,
  )
}
