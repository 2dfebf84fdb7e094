/**
 * The serving door: a fixed set of routes straight on Node's HTTP server. What climbs its ladder is answered here, and
 * whoever is under way when the door closes.
 */
import { setMaxListeners } from 'node:events'
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { newRequestId } from '../../base/ids.ts'
import { asOutpostError } from '../infer/story.ts'
import { tracedHead } from './asked-request.ts'
import { isPackable, packed } from './body-encoding.ts'
import { createLadder, errorFormOf } from './door-ladder.ts'
import type { DoorOptions } from './door-options.ts'
import { type Answer, refusal, send } from './http-answer.ts'
import { createHttpServer } from './http-server.ts'
import { createLineCalls } from './line-calls.ts'

export interface Door {
  server: Server
  /** Answers what is under way, takes nothing new, and settles when the last answer is out. */
  drain(): Promise<void>
}

export function createDoor(options: DoorOptions): Door {
  let draining = false
  const stopping = new AbortController()
  setMaxListeners(0, stopping.signal)
  const inLines = new WeakSet<Duplex>()
  const climb = createLadder(options, createLineCalls(options, inLines, stopping.signal))
  let underWay = 0
  let whenDrained: (() => void) | undefined
  const listener: RequestListener = (request, response) => {
    underWay += 1
    response.on('close', () => {
      underWay -= 1
      if (draining && underWay === 0) whenDrained?.()
    })
    void answer(request, response)
  }
  const { tls, requestSecondsMax } = options
  const server = createHttpServer({ tls, requestSecondsMax, inLines }, listener)

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const id = newRequestId()
    const started = performance.now()
    const rate: Record<string, string> = {}
    const traced = options.traces?.begin(started, tracedHead(request, id)) ?? null
    let result: Answer | null
    try {
      result = await climb(request, response, id, started, rate, traced)
    } catch (error) {
      const refused = asOutpostError(error)
      if (refused.code === 'INTERNAL') options.onFault(refused, id)
      result = refusal(refused, errorFormOf(request.url ?? ''), { 'x-request-id': id })
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
