/** Turns whatever was thrown into a problem document (RFC 9457); what is no OutpostError is a fault and says nothing. */
import { problemOf, refusalHeaders } from '../api/problems.ts'
import { OutpostError } from '../base/errors.ts'
import { problemContentType } from '../contract/problem.ts'

export function problemAnswer(error: OutpostError): Response {
  return new Response(JSON.stringify(problemOf(error)), {
    status: error.status,
    headers: [['content-type', problemContentType], ['cache-control', 'no-store'], ...refusalHeaders(error)],
  })
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
