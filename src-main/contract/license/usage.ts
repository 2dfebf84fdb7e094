/** The statement of a month, and whether it equals the log of calls. */
import { z } from 'zod'
import { month } from '../choices.ts'
import { modelId, rowId } from '../names.ts'
import { priceTerms } from './terms.ts'

const counts = {
  /** Answered. */
  requests: z.int(),
  items: z.int(),
  tokens: z.int(),
  /** Counted on the quota. */
  units: z.int(),
  credits: z.int(),
}

const statementLine = z.object({
  lid: rowId,
  /** Null where no document of the license can be relied on any more, as of a publisher who is not trusted now. */
  type: z.string().nullable(),
  account: z.string().nullable(),
  issuer: z.string().nullable(),
  model: modelId,
  price: priceTerms.nullable(),
  /** What a subscription costs is part of the credits. */
  ...counts,
  /** Of the month; null: without a limit. */
  limit: z.int().nullable(),
  overage: z.int(),
  /** Charged by a loss of power, and not billed. */
  forfeited: z.int(),
  consumers: z.array(z.object({ consumer: z.string(), ...counts })),
})
export type StatementLine = z.infer<typeof statementLine>

export const statement = z.object({
  month,
  /** Of all months in which something was counted, the newest first. */
  months: z.array(month),
  lines: z.array(statementLine),
  credits: z.int(),
})
export type Statement = z.infer<typeof statement>

export const usageCheck = z.object({
  /** Every record is as it was written, and the sums are those of the statement. */
  intact: z.boolean(),
  records: z.int(),
  segments: z.int(),
  /** Of the last block: to compare with a report that was sent. */
  head: z.string(),
  problem: z.string().nullable(),
  accounts: z.array(
    z.object({
      lid: rowId,
      month,
      /** Summed up anew from the log. */
      inLog: z.int(),
      inStatement: z.int(),
      /** On the quota: what was running when a process died is counted, and not billed. */
      counted: z.int().nullable(),
      equal: z.boolean(),
    }),
  ),
})
export type UsageCheck = z.infer<typeof usageCheck>
