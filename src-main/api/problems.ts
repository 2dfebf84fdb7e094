/** A refusal as a problem document (RFC 9457) and the headers that go with its status, for both doors of the control side. */
import { errorCatalogue, isErrorCode } from '../contract/errors.ts'
import type { Problem } from '../contract/problem.ts'

export interface Refusal {
  /** Of the catalogue, or of the API layer itself. */
  code: string
  status: number
  message: string
  hint?: string | undefined
  details?: Record<string, unknown> | undefined
}

export function problemOf({ code, status, message, hint, details }: Refusal): Problem {
  const entry = isErrorCode(code) ? errorCatalogue[code] : undefined
  return {
    type: `urn:outpost:error:${code}`,
    title: entry?.title ?? code,
    status,
    detail: message,
    code,
    retryable: entry?.retryable ?? false,
    ...(hint === undefined ? {} : { hint }),
    ...(details === undefined ? {} : { details }),
  }
}

/** How to come in, and when to come again (RFC 9110, sections 11.6.1 and 10.2.3). */
export function refusalHeaders({ status, details }: Pick<Refusal, 'status' | 'details'>): [string, string][] {
  if (status === 401) return [['www-authenticate', 'Bearer']]
  if (status === 429 || status === 503) return [['retry-after', String(details?.retryAfterSeconds ?? 1)]]
  return []
}
