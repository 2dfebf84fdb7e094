/**
 * The ladder of a request over HTTP: host and origin, limits, who, which version, and then the story of an inference;
 * each rung answers for itself and nothing below it is reached.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { OutpostError } from '../../base/errors.ts'
import { limits } from '../../contract/limits.ts'
import { infer } from '../infer/story.ts'
import type { Target } from '../infer/target.ts'
import type { TracedRequest } from '../watching/traces.ts'
import { type Asked, callOf, headerText, refuseUnreadable, traitsOf } from './asked-request.ts'
import { countedAs, requireInfer } from './callers.ts'
import type { DoorOptions } from './door-options.ts'
import { isOpenPath, isRepositoryPath, type RunPath, readPath, splitReference } from './door-paths.ts'
import { embeddingsExchange } from './embeddings-exchange.ts'
import { type Answer, type ErrorForm, refusal } from './http-answer.ts'
import { bodyReader } from './http-exchange.ts'
import { inferExchange } from './infer-exchange.ts'
import type { RunLines } from './line-calls.ts'
import { isLines } from './lines.ts'
import { predictExchange } from './predict-exchange.ts'
import { guardRequest } from './request-guard.ts'

/** Null where it was answered already, line by line. No promise around the one of what answers: each costs. */
type Climb = (
  request: IncomingMessage,
  response: ServerResponse,
  id: string,
  started: number,
  /** Takes the headers that tell of limits. */
  rate: Record<string, string>,
  traced: TracedRequest | null,
) => Answer | null | Promise<Answer | null>

export function createLadder(options: DoorOptions, runLines: RunLines): Climb {
  const { rates } = options

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

  return (request, response, id, started, rate, traced) => {
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
      Object.assign(rate, rates.take('key', countedAs(caller), caller.requestsPerMinute))
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
}

/** Where clients of OpenAI's API ask, they are refused in its words. */
export function errorFormOf(url: string): ErrorForm {
  if (!url.startsWith('/v1')) return 'v2'
  const found = readPath(url)?.path.kind
  return found === 'v1-embeddings' || found === 'v1-model' ? 'openai' : 'v1'
}
