/** What the exchanges over HTTP share: the body, the headers that name the version, and the form of a refusal. */
import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { OutpostError } from '../../base/errors.ts'
import { limits } from '../../contract/limits.ts'
import { deprecationHeaders } from '../infer/deprecation.ts'
import type { Asking, Trace } from '../infer/exchange.ts'
import type { Target } from '../infer/target.ts'
import { encodingOf, unpacked } from './body-encoding.ts'
import { type Answer, type ErrorForm, refusal } from './http-answer.ts'
import { readBody } from './http-body.ts'

/** Each answer carries its receipt (R96) as a dictionary of structured fields (RFC 9651). */
export function answerHeaders({ call, trace }: Asking): Record<string, string> {
  const { id, target } = call
  const headers: Record<string, string> = {
    'x-request-id': id,
    'outpost-version': target.version.version,
    'outpost-digest': target.version.digest,
    'outpost-receipt': receiptText(target, trace),
  }
  if (target.traffic?.target.deprecation) Object.assign(headers, deprecationHeaders(target, Date.now()))
  if (trace.attribution !== null) headers['outpost-attribution'] = headerText(trace.attribution)
  return headers
}

/** Texts that are remembered: names, rules and attributions are few, and come with each answer. */
const rememberedMax = 1000

function remembered(make: (value: string) => string): (value: string) => string {
  const known = new Map<string, string>()
  return (value) => {
    const found = known.get(value)
    if (found !== undefined) return found
    const made = make(value)
    if (known.size < rememberedMax) known.set(value, made)
    return made
  }
}

/** A header is one line of printable ASCII (RFC 9110, 5.5): the text as it was written stands in the body. */
const headerText = remembered((value) => encodeURI(value.toWellFormed()).replaceAll('%20', ' '))

/** As a string of structured fields. */
const text = remembered((value) => `"${value.replaceAll(/[^ -~]/g, '?').replaceAll(/["\\]/g, '\\$&')}"`)

const micros = (ms: number): number => Math.round(ms * 1000)

function receiptText(
  { version, endpoint, rule, ready }: Target,
  { batchSize, queueMs, computeMs }: Trace,
): string {
  const { used } = ready.loaded.executionProvider
  return `model=${text(version.model)}, endpoint=${text(endpoint)}, rule=${text(rule)}, ep=${used}, batch=${batchSize}, queue-us=${micros(queueMs)}, compute-us=${micros(computeMs)}`
}

/** Read once, however often it is asked for: a stand-in and a shadow want it again. */
export function bodyReader(
  request: IncomingMessage,
  bytesMax: number = limits.inferBodyBytesMax,
): () => Promise<Buffer> {
  let body: Promise<Buffer> | undefined
  return () => {
    body ??= readWhole(request, bytesMax)
    return body
  }
}

function readWhole(request: IncomingMessage, bytesMax: number): Promise<Buffer> {
  const encoding = encodingOf(request)
  const body = readBody(request, bytesMax)
  return encoding === 'identity' ? body : body.then((bytes) => unpacked(bytes, encoding, bytesMax))
}

/** What an Idempotency-Key is held against. */
export const bodyDigest = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest()

export const refuseCall =
  (form: ErrorForm) =>
  (error: OutpostError, asking: Asking): Answer =>
    refusal(error, form, answerHeaders(asking))
