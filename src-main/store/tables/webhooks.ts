/** Webhooks, and the messages that are still to be delivered to them: they outlive a restart. */
import { type WebhookRow, webhookRow } from '../../contract/alerts.ts'
import { type NodeReader, type NodeWriter, sql } from '../sqlite.ts'

const select = `select id, url, created_at as createdAt, last_delivered_at as lastDeliveredAt, last_error as lastError,
  (select count(*) from webhook_messages where webhook_id = webhooks.id) as waiting from webhooks`

export const listWebhooks = (db: NodeReader): WebhookRow[] =>
  sql<unknown>(db, `${select} order by created_at, id`)
    .all()
    .map((row) => webhookRow.parse(row))

export function findWebhook(db: NodeReader, id: string): WebhookRow | null {
  const row = sql<unknown>(db, `${select} where id = ?`).get(id)
  return row === undefined ? null : webhookRow.parse(row)
}

export const insertWebhook = (
  db: NodeWriter,
  webhook: Pick<WebhookRow, 'id' | 'url' | 'createdAt'> & { originNode: string },
): void =>
  void sql(
    db,
    'insert into webhooks (id, origin_node, url, created_at) values (@id, @originNode, @url, @createdAt)',
  ).run(webhook)

/** With its messages; false where there is none. */
export const deleteWebhook = (db: NodeWriter, id: string): boolean =>
  sql(db, 'delete from webhooks where id = ?').run(id).changes > 0

export interface WebhookMessage {
  id: string
  webhookId: string
  /** JSON. */
  body: string
  attempts: number
}

export const insertMessage = (
  db: NodeWriter,
  message: Pick<WebhookMessage, 'id' | 'webhookId' | 'body'> & { dueAt: string },
): void =>
  void sql(
    db,
    'insert into webhook_messages (id, webhook_id, body, due_at) values (@id, @webhookId, @body, @dueAt)',
  ).run(message)

export type HeadMessage = WebhookMessage & { url: string; dueAt: string }

/** The oldest of each webhook: one is not overtaken by the next. */
export const headMessages = (db: NodeReader): HeadMessage[] =>
  sql<HeadMessage>(
    db,
    `select m.id, m.webhook_id as webhookId, m.body, m.attempts, m.due_at as dueAt, w.url
      from webhook_messages m join webhooks w on w.id = m.webhook_id
      where m.id = (select min(id) from webhook_messages where webhook_id = m.webhook_id)`,
  ).all()

export function noteDelivered(db: NodeWriter, { id, webhookId }: WebhookMessage, at: string): void {
  sql(db, 'delete from webhook_messages where id = ?').run(id)
  sql(db, 'update webhooks set last_delivered_at = ?, last_error = null where id = ?').run(at, webhookId)
}

/** `dueAt` null gives it up. */
export function noteFailed(
  db: NodeWriter,
  { id, webhookId }: WebhookMessage,
  error: string,
  dueAt: string | null,
): void {
  if (dueAt === null) sql(db, 'delete from webhook_messages where id = ?').run(id)
  else sql(db, 'update webhook_messages set attempts = attempts + 1, due_at = ? where id = ?').run(dueAt, id)
  sql(db, 'update webhooks set last_error = ? where id = ?').run(error, webhookId)
}
