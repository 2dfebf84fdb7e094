/** fetch for the node of this machine under TLS, whose certificate carries another name than that of the machine. */
import type { IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { pinned } from '../base/pinned-certificate.ts'

export const pinnedFetch =
  (certificate: string) =>
  ({ url, method, headers, signal, body }: Request): Promise<Response> =>
    new Promise((resolve, reject) => {
      const options = { method, headers: Object.fromEntries(headers), signal, ...pinned(certificate) }
      const outgoing = httpsRequest(url, options, (answer) => resolve(responseOf(answer)))
      outgoing.once('error', reject)
      if (body) pipeline(Readable.fromWeb(body as never), outgoing).catch(reject)
      else outgoing.end()
    })

/** Statuses whose answers have no body (Fetch, "null body status"). */
const bodiless: ReadonlySet<number> = new Set([204, 205, 304])

function responseOf(answer: IncomingMessage): Response {
  const { statusCode: status = 0, headersDistinct } = answer
  const headers = new Headers()
  for (const [name, values] of Object.entries(headersDistinct))
    for (const value of values ?? []) headers.append(name, value)
  return new Response(bodiless.has(status) ? null : (Readable.toWeb(answer) as ReadableStream), {
    status,
    headers,
  })
}
