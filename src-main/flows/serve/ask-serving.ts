/**
 * Control's own requests to the serving door. Both run from the same settings, so under TLS the certificate is believed
 * because it is the configured one, whatever name it carries and whoever issued it.
 */
import { request as httpRequest } from 'node:http'
import { request as httpsRequest, type RequestOptions } from 'node:https'
import { text } from 'node:stream/consumers'
import { OutpostError } from '../../base/errors.ts'
import { pinned } from '../../base/pinned-certificate.ts'
import { type Asker, internalKeyOf } from '../../contract/internal-key.ts'

interface ServingAnswer {
  status: number
  body: unknown
}

export interface ServingDoor {
  /** Null while serving does not listen. */
  url(): string | null
  /** The certificate that serving shows; null where it speaks plain HTTP. */
  certificate: string | null
  internalKey: string
}

interface AskOptions {
  /** A version that was loaded for a try; null where the path says all. */
  tryVersionId: string | null
  /** Whom the record of the call names. */
  from: Asker
  signal?: AbortSignal | undefined
}

export type AskServing = (path: string, body: unknown, options: AskOptions) => Promise<ServingAnswer>

/** SERVING_UNAVAILABLE where nothing listens, ENGINE_CRASHED where it went away before it answered. */
export const createAskServing =
  (door: ServingDoor): AskServing =>
  async (path, body, { tryVersionId, from, signal }) => {
    const url = door.url()
    if (url === null) {
      throw new OutpostError('SERVING_UNAVAILABLE', 'The serving process is not ready.', {
        hint: 'Try again in a moment.',
      })
    }
    const headers = {
      authorization: `Bearer ${internalKeyOf(door.internalKey, from)}`,
      'content-type': 'application/json',
      ...(tryVersionId === null ? {} : { 'outpost-try': tryVersionId }),
    }
    const trust = door.certificate === null ? {} : pinned(door.certificate)
    try {
      const options = { method: 'POST', headers, ...trust, ...(signal ? { signal } : {}) }
      return await post(`${url}${path}`, options, JSON.stringify(body))
    } catch (cause) {
      signal?.throwIfAborted()
      throw new OutpostError('ENGINE_CRASHED', 'The serving process went away before it answered.', {
        hint: 'It is started again; try in a moment.',
        cause,
      })
    }
  }

function post(url: string, options: RequestOptions, body: string): Promise<ServingAnswer> {
  const request = url.startsWith('https:') ? httpsRequest : httpRequest
  return new Promise((resolve, reject) => {
    request(url, options, (answer) => {
      text(answer)
        .then((words) => resolve({ status: answer.statusCode ?? 0, body: JSON.parse(words) }))
        .catch(reject)
    })
      .once('error', reject)
      .end(body)
  })
}
