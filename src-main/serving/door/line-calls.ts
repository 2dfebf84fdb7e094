/**
 * Lines of JSON on /v1 as calls: each is limited, traced and recorded as a request of its own, and its caller one who may
 * have lost its key meanwhile.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { OutpostError } from '../../base/errors.ts'
import { newRequestId } from '../../base/ids.ts'
import { limits } from '../../contract/limits.ts'
import { createBatchParts } from '../infer/batch-parts.ts'
import type { Call } from '../infer/exchange.ts'
import { asOutpostError, infer } from '../infer/story.ts'
import type { TracedRequest } from '../watching/traces.ts'
import { traitsOf } from './asked-request.ts'
import { encodingOf } from './body-encoding.ts'
import { type Caller, countedAs, requireInfer } from './callers.ts'
import type { DoorOptions } from './door-options.ts'
import type { RunPath } from './door-paths.ts'
import { bodyDigest } from './http-exchange.ts'
import { answerLines } from './lines.ts'
import { predictExchange } from './predict-exchange.ts'

/** Answers one request that is lines, with these headers; it settles when the last line is out. */
export type RunLines = (
  request: IncomingMessage,
  response: ServerResponse,
  path: RunPath,
  call: Call,
  rate: Record<string, string>,
) => Promise<void>

/** `stopping` fires when nothing more is to be taken. */
export function createLineCalls(
  options: DoorOptions,
  inLines: WeakSet<Duplex>,
  stopping: AbortSignal,
): RunLines {
  const { rates } = options

  /** TOO_MANY_REQUESTS. */
  function takeRates({ socket }: IncomingMessage, caller: Caller): void {
    const { addressRequestsPerMinute: perAddress } = options
    if (perAddress !== null) rates.take('address', socket.remoteAddress ?? '', perAddress)
    if (caller.requestsPerMinute !== null) rates.take('key', countedAs(caller), caller.requestsPerMinute)
  }

  return async (request, response, path, call, rate) => {
    if (encodingOf(request) !== 'identity')
      throw new OutpostError(
        'UNSUPPORTED_MEDIA_TYPE',
        'Lines of JSON are read as they come: send them unpacked.',
      )
    inLines.add(request.socket)
    let isCounted = true // the first line is, as the request
    const partOf = call.idempotencyKey === null ? null : createBatchParts()
    const answerOne = async (line: Buffer, id: string, traced: TracedRequest | null) => {
      const part = partOf?.(bodyDigest(line)) ?? null // before anything waits: in the order of the lines
      const started = performance.now()
      const caller = options.identify(request.headers.authorization, request.socket.remoteAddress ?? '')
      requireInfer(caller)
      if (!isCounted) takeRates(request, caller)
      isCounted = false
      const target = call.target.traffic
        ? options.targets.of(path, traitsOf(request, id, caller))
        : call.target
      const own = { ...call, id, started, caller, target, traced, part }
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
      draining: stopping,
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
}
