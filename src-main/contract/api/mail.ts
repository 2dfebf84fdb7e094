/** Mail: its settings, a test, the outbox. */
import { oc } from '@orpc/contract'
import { z } from 'zod'
import { mailRow, mailSettings, mailWanted } from '../mail.ts'

const tags = ['Mail']

export const mail = {
  settings: oc
    .route({ method: 'GET', path: '/mail', summary: 'How mail is sent', tags })
    .output(mailSettings),
  set: oc
    .route({ method: 'PUT', path: '/mail', summary: 'Name a server, a sender and who is told', tags })
    .input(mailWanted)
    .output(mailSettings),
  test: oc
    .route({ method: 'POST', path: '/mail/test', summary: 'Send everyone who is told a message', tags })
    .output(z.object({ recipients: z.int() })),
  list: oc
    .route({ method: 'GET', path: '/mail/outbox', summary: 'What waits, went out, or lies as a file', tags })
    .output(z.array(mailRow)),
}
