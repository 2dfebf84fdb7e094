/**
 * Long batches as lines of JSON (application/x-ndjson): each line is a body of /v1 of its own, read as it arrives and
 * answered as soon as it is done, by a line that carries its number. So many are under way at once; the rest of the
 * body waits on the wire, and so it does while the client does not take its answers.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { OutpostError } from '../../base/errors.ts'
import { limits } from '../../contract/limits.ts'
import { asOutpostError } from '../infer/story.ts'
import { type Answer, refusal } from './http-answer.ts'

const underWayMax = 64
const newline = 0x0a

export const isLines = ({ headers }: IncomingMessage): boolean =>
  (headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() === 'application/x-ndjson'

/** PAYLOAD_TOO_LARGE for a line over the limit of a body; lines of nothing but space are passed over. */
async function* linesOf(request: IncomingMessage, bytesMax: number): AsyncGenerator<Buffer> {
  let begun: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    let from = 0
    for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, from)) {
      const line = Buffer.concat([...begun, chunk.subarray(from, end)])
      begun = []
      bytes = 0
      from = end + 1
      if (!isBlank(line)) yield line
    }
    begun.push(chunk.subarray(from))
    bytes += chunk.byteLength - from
    if (bytes > bytesMax)
      throw new OutpostError('PAYLOAD_TOO_LARGE', `A line is larger than ${bytesMax} bytes.`, {
        hint: 'The lines before it are answered; the rest was not read.',
      })
  }
  const last = Buffer.concat(begun)
  if (!isBlank(last)) yield last
}

const isBlank = (line: Buffer): boolean =>
  line.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d)

const lineOf = (index: number, { status, body }: Answer): string =>
  `{"index":${index},"status":${status},${String(body).slice(1)}\n`

/** Settles when the last line is out; `answerOne` may throw a refusal, which is the line's own. */
export async function answerLines(
  request: IncomingMessage,
  response: ServerResponse,
  headers: Record<string, string>,
  secondsMax: number,
  answerOne: (line: Buffer) => Promise<Answer>,
): Promise<void> {
  response.writeHead(200, {
    'content-type': 'application/x-ndjson',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...headers,
  })
  response.flushHeaders()
  let room: Promise<void> | null = null
  const write = async (index: number, answer: Answer) => {
    if (response.destroyed || response.write(lineOf(index, answer))) return
    room ??= taken(response, secondsMax).finally(() => {
      room = null
    })
    await room
  }
  const underWay = new Set<Promise<void>>()
  let index = 0
  const asRefusal = (error: unknown) => refusal(asOutpostError(error), 'v1')
  try {
    for await (const line of linesOf(request, limits.inferBodyBytesMax)) {
      const at = index
      index += 1
      const one: Promise<void> = answerOne(line)
        .catch(asRefusal)
        .then((answer) => write(at, answer))
        .finally(() => underWay.delete(one))
      underWay.add(one)
      if (underWay.size >= underWayMax) await Promise.race(underWay)
    }
  } catch (error) {
    await write(index, asRefusal(error)) // to nobody, where it was the client that went away
  }
  await Promise.all(underWay)
  response.end()
}

/** Until the client has taken what was sent; who takes nothing for so long is cut off. */
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
