/**
 * The one class of error that crosses rooms: a code of the catalogue, what happened, what the person can do, and
 * details for machines. A door turns it into its own shape; anything else that is thrown is a fault (INTERNAL).
 */
import { type ErrorCode, errorCatalogue, isErrorCode } from '../contract/errors.ts'
import type { Failure } from '../contract/views.ts'

export class OutpostError extends Error {
  override readonly name = 'OutpostError'
  readonly code: ErrorCode
  readonly hint: string | undefined
  readonly details: Record<string, unknown> | undefined

  constructor(
    code: ErrorCode,
    message: string,
    more: { hint?: string | undefined; details?: Record<string, unknown> | undefined; cause?: unknown } = {},
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause })
    this.code = code
    this.hint = more.hint
    this.details = more.details
  }

  get status(): number {
    return errorCatalogue[this.code].status
  }

  /** The shape in which an error crosses a process boundary. */
  toWire(): WireError {
    return { code: this.code, message: this.message, hint: this.hint, details: this.details }
  }

  /** Of a failure that was stored or sent; a code that this build does not know is a fault. */
  static fromFailure({
    code,
    ...words
  }: {
    code: string
    message: string
    hint?: string | undefined
    details?: Record<string, unknown> | undefined
  }): OutpostError {
    return new OutpostError(isErrorCode(code) ? code : 'INTERNAL', words.message, words)
  }

  static fromWire(wire: WireError): OutpostError {
    return new OutpostError(wire.code, wire.message, { hint: wire.hint, details: wire.details })
  }
}

export interface WireError {
  code: ErrorCode
  message: string
  hint?: string | undefined
  details?: Record<string, unknown> | undefined
}

/** True for a Node.js error with this `code`, such as ENOENT. */
export const isSystemError = (error: unknown, ...codes: string[]): error is NodeJS.ErrnoException =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' && codes.includes(error.code)

/** As it is told to another process and shown: without what is undefined. */
export const failureOf = (error: unknown): Failure => {
  const wire =
    error instanceof OutpostError
      ? error.toWire()
      : { code: 'INTERNAL', message: error instanceof Error ? error.message : String(error) }
  return JSON.parse(JSON.stringify(wire)) as Failure // drops what is undefined
}
