/**
 * A refusal in one text, for protocols that have room for nothing else: the words alone, but where a license refuses
 * also the way out and the code, which its reader needs and would have to look for in the headers.
 */
import type { OutpostError } from '../../base/errors.ts'

export const isOfLicense = ({ details }: OutpostError): boolean => details?.license !== undefined

export function refusalText(error: OutpostError): string {
  const { code, message, hint } = error
  if (!isOfLicense(error)) return message
  return [message, ...(hint === undefined ? [] : [hint]), `(${code})`].join(' ')
}
