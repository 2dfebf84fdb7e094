/** A refusal as clients of OpenAI's API read it: its words in one text, its class, a code, and the member that is wrong. */
import type { OutpostError } from '../../base/errors.ts'
import { isOfLicense, refusalText } from './refusal-text.ts'

/** The codes that those clients know; the others are ours in small letters. */
const knownCodes: Record<string, string> = {
  UNAUTHORIZED: 'invalid_api_key',
  TOO_MANY_REQUESTS: 'rate_limit_exceeded',
  ENDPOINT_NOT_FOUND: 'model_not_found',
  VERSION_NOT_FOUND: 'model_not_found',
  NOT_DEPLOYED: 'model_not_found',
  QUOTA_EXCEEDED: 'insufficient_quota',
  CREDITS_INSUFFICIENT: 'insufficient_quota',
}

const typeOf = (status: number): string => {
  if (status === 401) return 'authentication_error'
  if (status === 403) return 'permission_error'
  if (status === 429) return 'rate_limit_error'
  return status >= 500 ? 'server_error' : 'invalid_request_error'
}

export function openAiError(error: OutpostError) {
  const { code, status, message, hint, details } = error
  const param = details?.param ?? (details?.input === undefined ? null : 'input')
  return {
    message: isOfLicense(error) ? refusalText(error) : hint === undefined ? message : `${message} ${hint}`,
    type: typeOf(status),
    code: knownCodes[code] ?? code.toLowerCase(),
    param: typeof param === 'string' ? param : null,
  }
}
