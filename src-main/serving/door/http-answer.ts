/**
 * Answers of the serving door. An error has the form that its protocol gives it: {"error": message} for the Open
 * Inference Protocol, {"error": {code, message, hint, details}} for /v1, {"error": {message, type, code, param}} where
 * clients of OpenAI's API ask; the code stands in a header of all.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { OutpostError } from '../../base/errors.ts'
import { errorCatalogue } from '../../contract/errors.ts'
import type { Reply } from '../infer/exchange.ts'
import { openAiError } from '../protocol/openai-error.ts'
import { refusalText } from '../protocol/refusal-text.ts'

export interface Answer extends Reply {
  body: string | Uint8Array
  contentType: string
  headers: Record<string, string>
}

export const json = (value: unknown, headers: Record<string, string> = {}): Answer =>
  jsonText(JSON.stringify(value), headers)

export const jsonText = (body: string, headers: Record<string, string> = {}): Answer =>
  textAnswer(200, body, 'application/json', headers)

export const textAnswer = (
  status: number,
  body: string,
  contentType: string,
  headers: Record<string, string> = {},
): Answer => ({ status, body, bytesOut: Buffer.byteLength(body), contentType, headers })

/** As long as the refusal says; a second where it says nothing and another try may succeed. */
export function retryAfter({ code, status, details }: OutpostError): Record<string, string> {
  const seconds = details?.retryAfterSeconds
  if (typeof seconds === 'number') return { 'retry-after': String(Math.max(1, Math.ceil(seconds))) }
  return errorCatalogue[code].retryable && status === 503 ? { 'retry-after': '1' } : {}
}

/** Time that a client whose body is refused gets to read the answer while what it still sends is thrown away. */
const lingerMs = 2000

export type ErrorForm = 'v1' | 'v2' | 'openai'

function errorBody(form: ErrorForm, error: OutpostError): unknown {
  const { code, message, hint, details } = error
  if (form === 'v2') return refusalText(error)
  return form === 'openai' ? openAiError(error) : { code, message, hint, details } // JSON leaves out what is undefined
}

export function refusal(error: OutpostError, form: ErrorForm, headers: Record<string, string> = {}): Answer {
  const { code } = error
  const body = { error: errorBody(form, error) }
  const retry = retryAfter(error)
  const scheme = code === 'UNAUTHORIZED' ? { 'www-authenticate': 'Bearer' } : {}
  return textAnswer(error.status, JSON.stringify(body), 'application/json', {
    'outpost-error': code,
    ...retry,
    ...scheme,
    ...headers,
  })
}

const fixedLines = ['cache-control', 'no-store', 'x-content-type-options', 'nosniff']

/** Node writes the head and a text together, and bytes behind it on their own, which costs a microsecond. */
const oneWriteBytesMax = 4096

/** One character a byte, which is what the encoding latin1 writes. */
function bytesAsText({ body, bytesOut }: Answer): string {
  if (typeof body !== 'string') return Buffer.from(body.buffer, body.byteOffset, bytesOut).toString('latin1')
  return body.length === bytesOut ? body : Buffer.from(body).toString('latin1')
}

export function send(
  request: IncomingMessage,
  response: ServerResponse,
  answer: Answer,
  closing: boolean,
  secondsMax: number,
): void {
  if (response.destroyed) return
  const unread = !request.complete
  const { bytesOut } = answer
  const lines = ['content-type', answer.contentType, 'content-length', String(bytesOut), ...fixedLines]
  if (closing || unread) lines.push('connection', 'close')
  for (const name in answer.headers) lines.push(name, answer.headers[name] as string)
  response.writeHead(answer.status, lines)
  if (request.method === 'HEAD') response.end()
  else if (bytesOut <= oneWriteBytesMax) response.end(bytesAsText(answer), 'latin1')
  else response.end(answer.body)
  if (unread) linger(request)
  // What the system's buffers take is gone from here at once; the rest stands in memory while the client reads.
  if (response.writableLength > 0) cutOff(response, secondsMax)
}

function cutOff(response: ServerResponse, seconds: number): void {
  const late = setTimeout(() => response.destroy(), seconds * 1000)
  late.unref()
  response.once('close', () => clearTimeout(late))
}

/** Closing at once would reset the connection, and the client would never see why it was refused. */
export function linger(request: IncomingMessage): void {
  request.removeAllListeners('data')
  request.resume()
  const { socket } = request
  const late = setTimeout(() => socket.destroy(), lingerMs)
  late.unref()
  socket.once('close', () => clearTimeout(late))
}
