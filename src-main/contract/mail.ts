/** How the node sends mail: a server, or files that a person sends; and what was sent. */
import { z } from 'zod'
import { limits } from './limits.ts'
import { rowId, timestamp } from './names.ts'

const host = z.string().trim().min(1).max(253)

export const mailSettings = z.object({
  /** Null: each mail is saved as an .eml file in the data folder's outbox. */
  server: z
    .object({
      host,
      port: z.int().min(1).max(65_535),
      /** TLS from the first byte; otherwise STARTTLS is insisted on, but on this machine itself. */
      tls: z.boolean(),
      user: z.string().max(limits.lineCharsMax),
      hasPassword: z.boolean(),
    })
    .nullable(),
  from: z.string().max(limits.lineCharsMax),
  /** Who is told of licenses that end and quotas that are used up. */
  recipients: z.array(z.email()).max(20),
})
export type MailSettings = z.infer<typeof mailSettings>

export const mailWanted = mailSettings.extend({
  server: z
    .object({
      host,
      port: z.int().min(1).max(65_535),
      tls: z.boolean().default(false),
      user: z.string().max(limits.lineCharsMax).default(''),
      /** Kept sealed and never shown again; left out: as it was. */
      password: z.string().max(1024).optional(),
    })
    .nullable(),
  from: z.email(),
})
export type MailWanted = z.output<typeof mailWanted>

export const mailRow = z.object({
  id: rowId,
  recipient: z.string(),
  subject: z.string(),
  state: z.enum(['waiting', 'sent', 'saved', 'failed']),
  tries: z.int(),
  problem: z.string().nullable(),
  createdAt: timestamp,
  endedAt: timestamp.nullable(),
})
export type MailRow = z.infer<typeof mailRow>
