/** Webhooks that are told of alerts: added, tried, removed. */
import { isoTime } from '../../base/clock.ts'
import { OutpostError } from '../../base/errors.ts'
import { newId } from '../../base/ids.ts'
import { whyNeverAsked } from '../../base/outbound-address.ts'
import type { WebhookRow } from '../../contract/alerts.ts'
import { limits } from '../../contract/limits.ts'
import { deleteWebhook, findWebhook, insertWebhook, listWebhooks } from '../../store/tables/webhooks.ts'
import type { Actor } from '../actor.ts'
import { audited } from '../audited.ts'
import type { NodeContext } from '../node-context.ts'
import { bodyOf, sendMessage } from './send-message.ts'
import { webhookSecret } from './sign-message.ts'

export const webhooks = (node: NodeContext): WebhookRow[] => listWebhooks(node.db)

/** The secret is shown this once. */
export async function addWebhook(
  node: NodeContext,
  actor: Actor,
  { url }: { url: string },
): Promise<{ webhook: WebhookRow; secret: string }> {
  const never = await whyNeverAsked(new URL(url))
  if (never !== null)
    throw new OutpostError('WEBHOOK_ADDRESS', `${new URL(url).origin} ${never}.`, {
      hint: 'Use another address.',
    })
  if (listWebhooks(node.db).length >= limits.webhooksMax)
    throw new OutpostError('BAD_REQUEST', `A node has ${limits.webhooksMax} webhooks at most.`)
  const id = newId()
  audited(node, actor, { action: 'webhook.add', object: id, details: { url } }, (at) =>
    insertWebhook(node.db, { id, url, createdAt: at, originNode: node.nodeId }),
  )
  node.announce('alerts')
  return { webhook: requireWebhook(node, id), secret: webhookSecret(node.secrets.pepper, id) }
}

export function removeWebhook(node: NodeContext, actor: Actor, id: string): Record<string, never> {
  const { url } = requireWebhook(node, id)
  audited(node, actor, { action: 'webhook.remove', object: id, details: { url } }, () =>
    deleteWebhook(node.db, id),
  )
  node.announce('alerts')
  return {}
}

/** One attempt, now. WEBHOOK_FAILED where it was not taken. */
export async function testWebhook(node: NodeContext, id: string): Promise<Record<string, never>> {
  const { url } = requireWebhook(node, id)
  const body = bodyOf(node, {
    type: 'webhook.test',
    data: { message: `Sent at ${isoTime(node.clock)} to try the webhook.` },
  })
  const error = await sendMessage(node, { id: newId(), webhookId: id, url, body })
  if (error === null) return {}
  throw new OutpostError('WEBHOOK_FAILED', `The webhook did not take the message. ${error}`, {
    hint: 'It must answer with a status of 2xx. Redirections are not followed.',
  })
}

function requireWebhook(node: NodeContext, id: string): WebhookRow {
  const webhook = findWebhook(node.db, id)
  if (webhook) return webhook
  throw new OutpostError('WEBHOOK_NOT_FOUND', 'There is no such webhook.', {
    hint: 'outpost webhook list shows them.',
  })
}
