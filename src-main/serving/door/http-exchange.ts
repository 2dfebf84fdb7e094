/** What the exchanges over HTTP share: the body, the headers that name the version, and the form of a refusal. */
import type { IncomingMessage } from 'node:http'
import type { OutpostError } from '../../base/errors.ts'
import { limits } from '../../contract/limits.ts'
import type { Asking, Call } from '../infer/story.ts'
import { encodingOf, unpacked } from './body-encoding.ts'
import { type Answer, refusal } from './http-answer.ts'
import { readBody } from './http-body.ts'

export const answerHeaders = ({ id, target }: Call): Record<string, string> => ({
  'x-request-id': id,
  'outpost-version': target.version.version,
  'outpost-digest': target.version.digest,
})

/** Read once, however often it is asked for: a stand-in and a shadow want it again. */
export function bodyReader(request: IncomingMessage): () => Promise<Buffer> {
  let body: Promise<Buffer> | undefined
  return () => {
    body ??= readWhole(request)
    return body
  }
}

async function readWhole(request: IncomingMessage): Promise<Buffer> {
  const encoding = encodingOf(request)
  const bytes = await readBody(request, limits.inferBodyBytesMax)
  return encoding === 'identity' ? bytes : unpacked(bytes, encoding, limits.inferBodyBytesMax)
}

export const refuseCall =
  (v1: boolean) =>
  (error: OutpostError, { call }: Asking): Answer =>
    refusal(error, v1, answerHeaders(call))
