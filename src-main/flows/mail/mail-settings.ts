/** Where mail goes out, and who is told. The password is sealed (base/seal.ts) and never shown again. */
import { z } from 'zod'
import { OutpostError } from '../../base/errors.ts'
import { seal, unseal } from '../../base/seal.ts'
import type { MailSettings, MailWanted } from '../../contract/mail.ts'
import { getSetting, setSetting } from '../../store/tables/settings.ts'
import type { Actor } from '../actor.ts'
import { audited } from '../audited.ts'
import type { NodeContext } from '../node-context.ts'

const key = 'mail'
const purpose = 'mail password'

const stored = z.object({
  server: z
    .object({
      host: z.string(),
      port: z.int(),
      tls: z.boolean(),
      user: z.string(),
      passwordSealed: z.string().nullable(),
    })
    .nullable(),
  from: z.string(),
  recipients: z.array(z.string()),
})
type Stored = z.infer<typeof stored>

const read = (node: NodeContext): Stored =>
  getSetting(node.db, key, stored) ?? { server: null, from: 'outpost@localhost.localdomain', recipients: [] }

export function mailSettings(node: NodeContext): MailSettings {
  const { server, ...rest } = read(node)
  if (server === null) return { server, ...rest }
  const { passwordSealed, ...shown } = server
  return { server: { ...shown, hasPassword: passwordSealed !== null }, ...rest }
}

/** What a transport is made of; null: mail is saved as files. */
export function mailServer(node: NodeContext) {
  const { server } = read(node)
  if (server === null) return null
  const { passwordSealed, ...rest } = server
  const password =
    passwordSealed === null ? '' : unseal(node.secrets.pepper, purpose, server.host, passwordSealed)
  return { ...rest, password }
}

export function setMailSettings(node: NodeContext, actor: Actor, wanted: MailWanted): MailSettings {
  const before = read(node).server
  const { server, from, recipients } = wanted
  const next: Stored = {
    server: server && { ...server, passwordSealed: sealed(node, server, before) },
    from,
    recipients,
  }
  const details = { host: server?.host ?? null, recipients: recipients.length }
  audited(node, actor, { action: 'mail.set', object: server?.host ?? 'files', details }, () =>
    setSetting(node.db, key, stored.parse(next)),
  )
  node.announce('system')
  return mailSettings(node)
}

/** A password belongs to its server: under another host it must be given again. */
function sealed(
  node: NodeContext,
  { host, password }: NonNullable<MailWanted['server']>,
  before: Stored['server'],
): string | null {
  if (password !== undefined && password !== '') return seal(node.secrets.pepper, purpose, host, password)
  if (password === '' || before === null || before.passwordSealed === null) return null
  if (before.host === host) return before.passwordSealed
  throw new OutpostError('BAD_REQUEST', 'The password was for another server.', { hint: 'Enter it again.' })
}
