/**
 * RFC 9457 problem documents: how every refusal of the control API looks on the wire. `code` is of the catalogue, or
 * of the API layer itself (BAD_REQUEST for an input outside its schema).
 */
import { z } from 'zod'

export const problemContentType = 'application/problem+json'

export const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.string(),
  hint: z.string().optional(),
  retryable: z.boolean().optional(),
  details: z.record(z.string(), z.unknown()).optional(),
})
export type Problem = z.infer<typeof problem>
