/** ModelInfer and ModelStreamInfer: one request, or as many as the client likes over one call. */
import type { ServerDuplexStream, ServerUnaryCall, ServiceError, sendUnaryData } from '@grpc/grpc-js'
import { requireInfer } from '../door/callers.ts'
import { createBatchParts } from '../infer/batch-parts.ts'
import { infer } from '../infer/story.ts'
import type { AnyCall, GrpcAsk } from './ask.ts'
import type { GrpcDoorOptions } from './door-options.ts'
import { type GrpcReply, inferCall } from './infer-call.ts'
import type { InferRequestMessage } from './messages.ts'
import { metadataOf, statusOf } from './refusals.ts'
import type { InferenceService } from './service.ts'
import { streamAnswer, streamRefusal } from './stream-answer.ts'

/** Requests of one stream that are worked on at once; the client's next ones wait on the wire. */
const underWayMax = 64

interface Sources extends Pick<GrpcDoorOptions, 'targets' | 'rooms' | 'traces' | 'answerSecondsMax'> {
  /** Ends the connection that the call came over: the library waits for its client for ever. */
  cutOff: (call: Pick<AnyCall, 'getPeer'>) => void
}
type StreamCall = ServerDuplexStream<InferRequestMessage, Buffer>

export function createInferHandlers(
  { targets, rooms, traces, answerSecondsMax, cutOff }: Sources,
  service: InferenceService,
  ask: GrpcAsk,
) {
  const streams = new Set<() => void>()

  /** Every reply, refused or not, and what its metadata says. */
  async function answer(
    call: AnyCall,
    message: InferRequestMessage,
    signal: { readonly aborted: boolean },
    partOf: ReturnType<typeof createBatchParts> | null,
  ): Promise<Pick<GrpcReply, 'bytes' | 'refused' | 'headers'>> {
    const started = performance.now()
    const id = ask.identity()
    const traced = traces?.begin(started, ask.tracedHead(call, id)) ?? null
    try {
      const part = partOf?.(service.digestOf(message)) ?? null // before anything waits: in the order of the stream
      const caller = ask.who(call)
      requireInfer(caller)
      const path = {
        kind: 'v2-infer' as const,
        endpoint: message.model_name,
        version: message.model_version || null,
      }
      const target = targets.of(path, ask.traits(call, id, caller))
      const idempotencyKey = ask.idempotencyKey(call)
      const asked = { id, started, caller, target, signal, traced, idempotencyKey, part }
      const reply = await infer(
        asked,
        rooms,
        inferCall(message, service.bytesOf(message), () => service.digestOf(message), service.serialize),
      )
      traced?.end(reply.status)
      return reply
    } catch (error) {
      const refused = ask.refused(error, id)
      traced?.end(refused.status)
      return { bytes: Buffer.alloc(0), refused, headers: { 'x-request-id': id } }
    }
  }

  async function modelInfer(
    call: ServerUnaryCall<InferRequestMessage, Buffer>,
    callback: sendUnaryData<Buffer>,
  ): Promise<void> {
    const signal = { aborted: false }
    // The client's own doing, or its deadline: either way nobody waits any more.
    call.on('cancelled', () => {
      signal.aborted = true
    })
    const { bytes, refused, headers } = await answer(call, call.request, signal, null)
    if (refused) return callback(statusOf(refused, headers) as ServiceError)
    call.sendMetadata(metadataOf(headers))
    callback(null, bytes)
  }

  function modelStreamInfer(call: StreamCall): void {
    const signal = { aborted: false }
    const partOf = ask.idempotencyKey(call) === null ? null : createBatchParts()
    let underWay = 0
    let ending = false
    let room: Promise<void> | null = null
    const watch = watchTaking(answerSecondsMax, () => signal.aborted || cutOff(call))
    /** Waits for a client that reads slowly, whose next requests then wait too; one that takes nothing is cut off. */
    const send = async (bytes: Buffer) => {
      if (signal.aborted) return
      watch.sent()
      if (call.write(bytes, watch.taken)) return
      room ??= drained(call).finally(() => {
        room = null
      })
      await room
    }
    const endWhenDone = () => {
      if (!ending || underWay > 0) return
      streams.delete(finish)
      call.end()
    }
    const finish = () => {
      ending = true
      call.pause()
      endWhenDone()
    }
    const gone = () => {
      signal.aborted = true
      streams.delete(finish)
    }
    streams.add(finish)
    call.on('cancelled', gone)
    call.on('error', gone)
    call.on('end', () => {
      ending = true
      endWhenDone()
    })
    call.on('data', (message: InferRequestMessage) => {
      underWay += 1
      if (underWay >= underWayMax) call.pause()
      void answer(call, message, signal, partOf)
        .then(({ bytes, refused }) =>
          send(refused ? streamRefusal(refused, message.id, service.serialize) : streamAnswer(bytes)),
        )
        .catch(gone) // the call broke while its answer was written
        .finally(() => {
          underWay -= 1
          if (!ending) call.resume()
          endWhenDone()
        })
    })
  }

  return {
    handlers: { ModelInfer: modelInfer, ModelStreamInfer: modelStreamInfer },
    /** Ends the streams once what they asked is answered. */
    finish: () => {
      for (const finish of [...streams]) finish()
    },
  }
}

/** Calls `onNothing` where something was sent and nothing taken for so long. One timer, however much goes through. */
function watchTaking(secondsMax: number, onNothing: () => void) {
  let untaken = 0
  let since = 0
  let isWatched = false
  const look = () => {
    isWatched = untaken > 0
    if (!isWatched) return
    const left = since + secondsMax * 1000 - performance.now()
    if (left <= 0) onNothing()
    else setTimeout(look, left).unref()
  }
  return {
    sent: () => {
      if (untaken === 0) since = performance.now()
      untaken += 1
      if (isWatched) return
      isWatched = true
      setTimeout(look, secondsMax * 1000).unref()
    },
    taken: () => {
      untaken -= 1
      since = performance.now()
    },
  }
}

/** Settles when the client has taken all that was written, or has gone. */
function drained(call: StreamCall): Promise<void> {
  return new Promise((resolve) => {
    const settle = () => {
      call.off('drain', settle)
      call.off('cancelled', settle)
      resolve()
    }
    call.once('drain', settle)
    call.once('cancelled', settle)
  })
}
