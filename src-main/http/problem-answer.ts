/** Turns whatever was thrown into a problem document (RFC 9457); what is no OutpostError is a fault and says nothing. */
import { OutpostError } from '../base/errors.ts'
import { errorCatalogue } from '../contract/errors.ts'
import { type Problem, problemContentType } from '../contract/problem.ts'

function problemOf(error: OutpostError): Problem {
  const { status, title, retryable } = errorCatalogue[error.code]
  return {
    type: `urn:outpost:error:${error.code}`,
    title,
    status,
    detail: error.message,
    code: error.code,
    retryable,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    ...(error.details === undefined ? {} : { details: error.details }),
  }
}

export function problemAnswer(error: OutpostError): Response {
  const { status } = errorCatalogue[error.code]
  const headers: Record<string, string> = { 'content-type': problemContentType, 'cache-control': 'no-store' }
  if (status === 401) headers['www-authenticate'] = 'Bearer'
  if (status === 429 || status === 503) headers['retry-after'] = String(error.details?.retryAfterSeconds ?? 1)
  return new Response(JSON.stringify(problemOf(error)), { status, headers })
}

/** A fault keeps its words for the log: they may hold a path or a secret. */
export const faultOf = (cause: unknown): OutpostError =>
  new OutpostError(
    'INTERNAL',
    'The node failed on this request; nothing was changed by it as far as it knows.',
    {
      hint: 'The log has the details under the same request id.',
      cause,
    },
  )
