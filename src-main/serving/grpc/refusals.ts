/** Refusals as gRPC tells them: a status of its own (grpc.github.io, core/md_doc_statuscodes), the code in the metadata. */
import { Metadata, type StatusObject, status } from '@grpc/grpc-js'
import type { OutpostError } from '../../base/errors.ts'
import { retryAfter } from '../door/http-answer.ts'
import { refusalText } from '../protocol/refusal-text.ts'

const byHttpStatus: Record<number, status> = {
  400: status.INVALID_ARGUMENT,
  401: status.UNAUTHENTICATED,
  402: status.RESOURCE_EXHAUSTED,
  403: status.PERMISSION_DENIED,
  404: status.NOT_FOUND,
  405: status.UNIMPLEMENTED,
  408: status.DEADLINE_EXCEEDED,
  409: status.FAILED_PRECONDITION,
  410: status.FAILED_PRECONDITION,
  413: status.INVALID_ARGUMENT,
  415: status.INVALID_ARGUMENT,
  422: status.INVALID_ARGUMENT,
  429: status.RESOURCE_EXHAUSTED,
  499: status.CANCELLED,
  501: status.UNIMPLEMENTED,
  503: status.UNAVAILABLE,
  504: status.DEADLINE_EXCEEDED,
  507: status.RESOURCE_EXHAUSTED,
  508: status.FAILED_PRECONDITION,
}

export const metadataOf = (headers: Record<string, string>): Metadata => {
  const metadata = new Metadata()
  for (const [name, value] of Object.entries(headers)) metadata.set(name, value)
  return metadata
}

/** Characters of a message: it travels as a header, whose block a client takes up to some kilobytes of. */
const messageCharsMax = 1000

/** `headers` go along behind the answer, with the stable code and when to try again. */
export function statusOf(error: OutpostError, headers: Record<string, string>): StatusObject {
  return {
    code: byHttpStatus[error.status] ?? status.INTERNAL,
    details: refusalText(error).slice(0, messageCharsMax).toWellFormed(),
    metadata: metadataOf({ ...headers, 'outpost-error': error.code, ...retryAfter(error) }),
  }
}
