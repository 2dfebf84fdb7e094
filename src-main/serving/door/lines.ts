/**
 * Long batches as lines of JSON (application/x-ndjson): each line is a body of /v1 of its own, read as it arrives and
 * answered as soon as it is done, by a line that carries its number. So many are under way at once; the rest of the
 * body waits on the wire, and so it does while the client does not take its answers. A line that is refused, also for
 * its size, is its own fault; where nothing more is read, one last line says from which number on.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { OutpostError } from '../../base/errors.ts'
import { asOutpostError } from '../infer/story.ts'
import { type Answer, linger, refusal } from './http-answer.ts'
import { createLineReader, type Line } from './line-reader.ts'

const underWayMax = 64

export const isLines = ({ headers }: IncomingMessage): boolean =>
  (headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() === 'application/x-ndjson'

export interface LinesOptions {
  request: IncomingMessage
  response: ServerResponse
  headers: Record<string, string>
  /** In which the client must have taken what was sent. */
  answerSecondsMax: number
  /** In which the next line must have arrived as a whole, while it is waited for. */
  lineSecondsMax: number
  lineBytesMax: number
  /** Fires when nothing more is to be taken. */
  draining: AbortSignal
}

const lineOf = (index: number, { status, body }: Answer): string =>
  `{"index":${index},"status":${status},${String(body).slice(1)}\n`

/** Settles when the last line is out; `answerOne` may throw a refusal, which is the line's own. */
export function answerLines(
  options: LinesOptions,
  answerOne: (line: Buffer) => Promise<Answer>,
): Promise<void> {
  const { request, response, headers, lineBytesMax, lineSecondsMax, draining } = options
  response.writeHead(200, {
    'content-type': 'application/x-ndjson',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...headers,
  })
  response.flushHeaders()
  const write = createWriter(response, options.answerSecondsMax)
  const reader = createLineReader(lineBytesMax)

  return new Promise((resolve) => {
    let waiting: Line[] = []
    let index = 0
    let underWay = 0
    let reading = true
    let cut: OutpostError | null = null
    const late = setTimeout(() => {
      // It may be we who are waited for.
      if (underWay > 0 || request.isPaused()) late.refresh()
      else stop(tooSlow(lineSecondsMax))
    }, lineSecondsMax * 1000)
    const onDraining = () => stop(stopping())

    function goOn(): void {
      while (underWay < underWayMax && waiting.length > 0) begin(waiting.shift() as Line)
      if (waiting.length > 0) request.pause()
      else if (reading && request.isPaused()) request.resume()
      if (!reading && waiting.length === 0 && underWay === 0) void end()
    }

    function begin(line: Line): void {
      const at = index
      index += 1
      underWay += 1
      const answer = line === null ? Promise.reject(tooLong(lineBytesMax)) : answerOne(line)
      void answer
        .catch((error: unknown) => refusal(asOutpostError(error), 'v1'))
        .then((found) => write(lineOf(at, found)))
        .then(() => {
          underWay -= 1
          if (reading) late.refresh()
          goOn()
        })
    }

    function readNoMore(): void {
      reading = false
      clearTimeout(late)
      draining.removeEventListener('abort', onDraining)
    }

    /** What was begun is answered; the client learns from which line on it has to send again. */
    function stop(why: OutpostError): void {
      if (!reading) return
      readNoMore()
      waiting = []
      cut = why
      goOn()
    }

    async function end(): Promise<void> {
      if (cut) await write(lineOf(index, refusal(cut, 'v1')))
      response.end()
      if (!request.complete) linger(request)
      resolve()
    }

    request.on('data', (chunk: Buffer) => {
      if (!reading) return
      const lines = reader.take(chunk)
      if (lines.length > 0) late.refresh()
      waiting.push(...lines)
      goOn()
    })
    request.on('end', () => {
      if (!reading) return
      readNoMore()
      waiting.push(...reader.rest())
      goOn()
    })
    // The client went away: what waits is dropped, and what is under way is told so by its own signal.
    request.on('close', () => {
      if (!reading) return
      readNoMore()
      waiting = []
      goOn()
    })
    draining.addEventListener('abort', onDraining)
    if (draining.aborted) onDraining()
  })
}

const tooLong = (bytesMax: number) =>
  new OutpostError('PAYLOAD_TOO_LARGE', `The line is larger than ${bytesMax} bytes.`, {
    hint: 'Send fewer items in one line; the lines behind it are answered.',
  })
const tooSlow = (seconds: number) =>
  new OutpostError('BAD_REQUEST', `No whole line has come for ${seconds} s: nothing more was read.`, {
    hint: 'Send the lines from this one on again.',
  })
const stopping = () =>
  new OutpostError('SERVING_UNAVAILABLE', 'Serving stops: nothing more was read.', {
    hint: 'Send the lines from this one on again, to where it has started anew.',
  })

/** Settles when there is room for more; who takes nothing for so long is cut off. */
function createWriter(response: ServerResponse, secondsMax: number): (line: string) => Promise<void> {
  let room: Promise<void> | null = null
  return async (line) => {
    if (response.destroyed || response.write(line)) return
    room ??= taken(response, secondsMax).finally(() => {
      room = null
    })
    await room
  }
}

function taken(response: ServerResponse, secondsMax: number): Promise<void> {
  return new Promise((resolve) => {
    const late = setTimeout(() => response.destroy(), secondsMax * 1000)
    const settle = () => {
      clearTimeout(late)
      response.off('drain', settle)
      response.off('close', settle)
      resolve()
    }
    response.once('drain', settle)
    response.once('close', settle)
  })
}
