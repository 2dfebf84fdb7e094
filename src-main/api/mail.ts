/** Handlers of mail. */
import { mails, testMail } from '../flows/mail/mail-outbox.ts'
import { mailSettings, setMailSettings } from '../flows/mail/mail-settings.ts'
import { api } from './implementer.ts'

export const mail = api.mail.router({
  settings: api.mail.settings.handler(({ context }) => mailSettings(context.node)),
  set: api.mail.set.handler(({ context, input }) => setMailSettings(context.node, context.actor, input)),
  test: api.mail.test.handler(({ context }) => testMail(context.node)),
  list: api.mail.list.handler(({ context }) => mails(context.node)),
})
