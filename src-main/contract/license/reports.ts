/** A usage report as its receiver reads it, before a receipt is signed and after. */
import { z } from 'zod'
import { month } from '../choices.ts'
import { digest, modelId, rowId, timestamp } from '../names.ts'
import { counted, grouped } from './words.ts'

const reportedAccount = z.object({
  lid: rowId,
  month,
  /** Null where this node did not issue the license: it is another issuer's to bill. */
  license: z
    .object({
      account: z.string(),
      model: modelId,
      type: z.string(),
      unit: z.enum(['request', 'item']),
      /** Of a month; null: without a limit. What was sold beside the license is not part of it. */
      max: z.int().nullable(),
    })
    .nullable(),
  /** Units that were answered and counted. */
  used: z.int(),
  /** Of these, what the last report had already. */
  before: z.int(),
  /** Since the last report; what a loss of power charged is no part of it. */
  billable: z.int(),
  /** Charged by a loss of power, and not billed. */
  forfeited: z.int(),
  items: z.int(),
  /** Of the month, as the customer's statement says. */
  credits: z.int(),
  /** Of these, what is due by the month. */
  subscription: z.int(),
  /** Credits since the last report, without those that were paid beforehand. */
  creditsToBill: z.int(),
  /** Of these, by the month: once for a license and a month, whichever of its machines reports it first. */
  subscriptionToBill: z.int(),
})
export type ReportedAccount = z.infer<typeof reportedAccount>

export const receivedReport = z.object({
  digest,
  machine: z.object({ id: digest, name: z.string() }),
  number: z.int(),
  issuedAt: timestamp,
  receivedAt: timestamp,
  /** When a receipt was signed for it; null: not yet. */
  receiptedAt: timestamp.nullable(),
  /** Of the machine's log of calls: the hash of its last block, and how many calls stand in it. */
  head: z.string(),
  records: z.int(),
  /** The report of this machine before it, of those that were received here. */
  last: z
    .object({
      digest,
      number: z.int(),
      issuedAt: timestamp,
      records: z.int(),
      receiptedAt: timestamp.nullable(),
    })
    .nullable(),
  /** What was found when it was held against the last one and against what was issued, in words. */
  findings: z.array(z.object({ kind: z.enum(['fits', 'note', 'problem']), text: z.string() })),
  accounts: z.array(reportedAccount),
})

/** What this report adds to the bill of its issuer. */
export function toBillInWords(accounts: readonly ReportedAccount[]): string {
  const credits = accounts.reduce((sum, { creditsToBill }) => sum + creditsToBill, 0)
  const subscription = accounts.reduce((sum, { subscriptionToBill }) => sum + subscriptionToBill, 0)
  const part = subscription === 0 ? '' : `, of them ${grouped(subscription)} subscription`
  return `${counted(credits, 'credit')}${part}`
}
export type ReceivedReport = z.infer<typeof receivedReport>
