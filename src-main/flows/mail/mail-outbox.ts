/**
 * Mails, written in the transaction of what they tell of and sent afterwards: through the server that is named, or as
 * .eml files (RFC 5322) in the outbox of the data folder, for a person to send.
 */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createTransport } from 'nodemailer'
import { isoTime } from '../../base/clock.ts'
import { OutpostError } from '../../base/errors.ts'
import { writeFileAtomically } from '../../base/files.ts'
import { newId } from '../../base/ids.ts'
import type { MailRow } from '../../contract/mail.ts'
import { inTransaction } from '../../store/sqlite.ts'
import {
  delayMail,
  dueMails,
  endMail,
  insertMail,
  listMails,
  nextMailDue,
  type StoredMail,
} from '../../store/tables/license-notices.ts'
import type { NodeContext } from '../node-context.ts'
import { mailServer, mailSettings } from './mail-settings.ts'

/** Seconds after each failed attempt; after the last one the mail is given up and stays in the list. */
const pauses = [30, 300, 1800, 7200, 21_600, 43_200, 86_400]
const shownMax = 100
const waitMsMax = 3_600_000
const connectionMs = 15_000
/** After a round that the node itself could not finish, on a full disk say. */
const failedPauseMs = 30_000

type Content = Pick<StoredMail, 'subject' | 'body'> & { attachments?: StoredMail['attachments'] }

/** To everyone who is told, in the caller's transaction. Returns how many. */
export function enqueueMail(
  node: NodeContext,
  { subject, body, attachments = [] }: Content,
  at: string,
): number {
  const { recipients } = mailSettings(node)
  for (const recipient of recipients)
    insertMail(node.db, {
      id: newId(),
      originNode: node.nodeId,
      recipient,
      subject,
      body,
      attachments,
      createdAt: at,
    })
  return recipients.length
}

export const mails = (node: NodeContext): MailRow[] =>
  listMails(node.db, shownMax).map(({ body: _body, attachments: _attachments, nextAt: _next, ...row }) => row)

export function testMail(node: NodeContext): { recipients: number } {
  const subject = 'Outpost can reach you'
  const body = 'This is how notices of licenses and quotas arrive. Nothing needs to be done.'
  const recipients = inTransaction(node.db, () => enqueueMail(node, { subject, body }, isoTime(node.clock)))
  if (recipients === 0)
    throw new OutpostError('BAD_REQUEST', 'Nobody is named who is to be told.', {
      hint: 'Add an address to the recipients first.',
    })
  node.mails.wake()
  return { recipients }
}

export interface MailOutbox {
  /** Something may be due. */
  wake(): void
  stop(): Promise<void>
}

export function createMailOutbox(node: () => NodeContext): MailOutbox {
  let timer: NodeJS.Timeout | undefined
  let stopped = false
  let round: Promise<void> | null = null
  /** Went out, and could not be noted: they are not sent again. */
  const unnoted: Unnoted = new Map()

  async function run(): Promise<void> {
    const context = node()
    for (;;) {
      const due = dueMails(context.db, isoTime(context.clock))
      if (due.length === 0 || stopped) return
      for (const mail of due) await deliver(context, mail, unnoted)
      context.announce('system')
    }
  }

  /** `restMs` is the pause after a round that failed: what is due stays due, and would be begun at once. */
  function schedule(restMs = 0): void {
    clearTimeout(timer)
    if (stopped) return
    const { db, clock } = node()
    const next = nextMailDue(db)
    if (next === null) return
    timer = setTimeout(begin, Math.min(waitMsMax, Math.max(restMs, Date.parse(next) - clock.now())))
    timer.unref()
  }

  function begin(): void {
    round ??= run()
      .then(
        () => 0,
        (error: unknown) => {
          node().log.error({ err: error }, 'mails could not be sent')
          return failedPauseMs
        },
      )
      .then((restMs) => {
        round = null
        schedule(restMs)
      })
  }

  return {
    wake: () => schedule(),
    stop: async () => {
      stopped = true
      clearTimeout(timer)
      await round
    },
  }
}

type Unnoted = Map<string, 'sent' | 'saved'>

async function deliver(node: NodeContext, mail: StoredMail, unnoted: Unnoted): Promise<void> {
  const { id, tries } = mail
  let state = unnoted.get(id)
  try {
    state ??= await send(node, mail)
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error)
    const pause = pauses[tries]
    node.log.warn({ err: error, mail: id }, 'a mail was not delivered')
    if (pause === undefined) endMail(node.db, { id, state: 'failed', at: isoTime(node.clock), problem })
    else delayMail(node.db, id, new Date(node.clock.now() + pause * 1000).toISOString(), problem)
    return
  }
  unnoted.set(id, state)
  endMail(node.db, { id, state, at: isoTime(node.clock), problem: null })
  unnoted.delete(id)
}

async function send(
  node: NodeContext,
  { id, recipient, subject, body, attachments }: StoredMail,
): Promise<'sent' | 'saved'> {
  const message = {
    from: mailSettings(node).from,
    to: recipient,
    subject,
    text: body,
    messageId: `<${id}@outpost>`,
    attachments: attachments.map(({ name, type, text }) => ({
      filename: name,
      contentType: type,
      content: text,
    })),
  }
  const server = mailServer(node)
  if (server === null) {
    const { message: bytes } = await createTransport({
      streamTransport: true,
      buffer: true,
      newline: 'windows',
    }).sendMail(message)
    const folder = join(node.paths.root, 'outbox')
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await writeFileAtomically(join(folder, `${id}.eml`), bytes as Buffer, 0o600)
    return 'saved'
  }
  const { host, port, tls, user, password } = server
  const transport = createTransport({
    host,
    port,
    secure: tls,
    requireTLS: !tls && !isThisMachine(host),
    ...(user !== '' && { auth: { user, pass: password } }),
    connectionTimeout: connectionMs,
    greetingTimeout: connectionMs,
    socketTimeout: connectionMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  try {
    await transport.sendMail(message)
    return 'sent'
  } finally {
    transport.close()
  }
}

const isThisMachine = (host: string): boolean => ['localhost', '127.0.0.1', '::1'].includes(host)
