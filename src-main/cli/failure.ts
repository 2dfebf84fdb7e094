/** How a command ends that was refused: one line and a hint on stderr, or one JSON document on stdout with --json. */
import { ORPCError } from '@orpc/client'
import { isSystemError, OutpostError } from '../base/errors.ts'
import { asDiskError, asPathError } from '../base/files.ts'
import type { ProblemData } from '../contract/api/client.ts'
import { isErrorCode } from '../contract/errors.ts'
import { printable } from './terminal.ts'

export const exitCodes = { done: 0, refused: 1, usage: 2 } as const

const keyHint = 'Set OUTPOST_KEY to a key of that node; outpost keys create makes one there.'

/** Of the node over the wire, of a file that was named, of a person who pressed Ctrl+C, or a fault. */
export function asOutpostError(thrown: unknown): OutpostError {
  const error = asPathError(asDiskError(thrown))
  if (error instanceof OutpostError) return error
  if (error instanceof ORPCError) {
    const data = (error.data ?? {}) as ProblemData
    return new OutpostError(isErrorCode(error.code) ? error.code : 'BAD_REQUEST', error.message, {
      hint: error.code === 'UNAUTHORIZED' ? keyHint : data.hint,
      details: data.details,
      cause: error,
    })
  }
  if (isSystemError(error, 'ENOENT', 'ENOTDIR') && error.path !== undefined)
    return new OutpostError('NOT_FOUND', `There is no ${error.path || 'file without a name'}.`, {
      cause: error,
    })
  if (error instanceof Error && error.name === 'AbortError') {
    return new OutpostError('JOB_STATE', 'Stopped before it was done; nothing was changed.', { cause: error })
  }
  return new OutpostError('INTERNAL', error instanceof Error ? error.message : String(error), {
    cause: error,
  })
}

export function reportRefusal(
  error: OutpostError,
  json: boolean,
  out: NodeJS.WritableStream,
  errors: NodeJS.WritableStream,
): number {
  // A report that was printed already is the answer; a second document would make the first unreadable.
  if (json && error.details?.reported !== true) {
    const { code, message, hint, details } = error
    out.write(`${JSON.stringify({ error: { code, message, hint, details } }, null, 2)}\n`)
  } else {
    errors.write(`${printable(`${error.code}: ${error.message}${error.hint ? `\n${error.hint}` : ''}`)}\n`)
  }
  return error.code === 'CLI_USAGE' ? exitCodes.usage : exitCodes.refused
}
