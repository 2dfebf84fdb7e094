/** What was told of licenses, each once, and the mails that wait, went out, or lie as files. */
import { z } from 'zod'
import { type NodeReader, type NodeWriter, readJson, sql } from '../sqlite.ts'

export interface StoredNotice {
  lid: string
  seq: number
  kind: string
  at: string
  message: string
}

/** False where it was told before. */
export const insertNotice = (db: NodeWriter, notice: StoredNotice): boolean =>
  sql(
    db,
    'insert or ignore into license_notices (lid, seq, kind, at, message) values (@lid, @seq, @kind, @at, @message)',
  ).run(notice).changes > 0

/** The newest first. */
export const listNotices = (db: NodeReader, limit: number): StoredNotice[] =>
  sql<StoredNotice>(
    db,
    'select lid, seq, kind, at, message from license_notices order by at desc, lid, kind limit ?',
  ).all(limit)

const attachment = z.object({ name: z.string(), type: z.string(), text: z.string() })

export interface StoredMail {
  id: string
  recipient: string
  subject: string
  body: string
  attachments: z.infer<typeof attachment>[]
  /** `saved`: as a file, since no server is named. */
  state: 'waiting' | 'sent' | 'saved' | 'failed'
  tries: number
  nextAt: string
  problem: string | null
  createdAt: string
  endedAt: string | null
}

const columns = `id, recipient, subject, body, attachments, state, tries, next_at as nextAt, problem,
  created_at as createdAt, ended_at as endedAt`
type Raw = Omit<StoredMail, 'attachments'> & { attachments: string }
const read = (row: Raw): StoredMail => ({
  ...row,
  attachments: readJson(z.array(attachment), row.attachments, 'list of attachments'),
})

export const listMails = (db: NodeReader, limit: number): StoredMail[] =>
  sql<Raw>(db, `select ${columns} from mails order by created_at desc, id desc limit ?`).all(limit).map(read)

export const dueMails = (db: NodeReader, at: string): StoredMail[] =>
  sql<Raw>(db, `select ${columns} from mails where state = 'waiting' and next_at <= ? order by id limit 20`)
    .all(at)
    .map(read)

export const nextMailDue = (db: NodeReader): string | null =>
  sql<{ due: string | null }>(db, `select min(next_at) as due from mails where state = 'waiting'`).get()
    ?.due ?? null

export const insertMail = (
  db: NodeWriter,
  mail: Pick<StoredMail, 'id' | 'recipient' | 'subject' | 'body' | 'attachments' | 'createdAt'> & {
    originNode: string
  },
): void =>
  void sql(
    db,
    `insert into mails (id, origin_node, recipient, subject, body, attachments, state, next_at, created_at)
      values (@id, @originNode, @recipient, @subject, @body, @attachments, 'waiting', @createdAt, @createdAt)`,
  ).run({ ...mail, attachments: JSON.stringify(mail.attachments) })

export const endMail = (
  db: NodeWriter,
  {
    id,
    state,
    at,
    problem,
  }: { id: string; state: 'sent' | 'saved' | 'failed'; at: string; problem: string | null },
): void =>
  void sql(db, 'update mails set state = ?, ended_at = ?, problem = ?, tries = tries + 1 where id = ?').run(
    state,
    at,
    problem,
    id,
  )

export const delayMail = (db: NodeWriter, id: string, nextAt: string, problem: string): void =>
  void sql(db, 'update mails set tries = tries + 1, next_at = ?, problem = ? where id = ?').run(
    nextAt,
    problem,
    id,
  )
