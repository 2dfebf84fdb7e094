/**
 * Messages to webhooks: written in the transaction of what they tell of, and delivered afterwards, each until it is
 * taken or was tried for two days. They stand in node.db, so a restart loses none.
 */
import { newId } from '../../base/ids.ts'
import { limits } from '../../contract/limits.ts'
import {
  type HeadMessage,
  headMessages,
  insertMessage,
  listWebhooks,
  noteDelivered,
  noteFailed,
} from '../../store/tables/webhooks.ts'
import type { NodeContext } from '../node-context.ts'
import { bodyOf, type MessageContent, sendMessage } from './send-message.ts'

/** Seconds after each failed attempt; after the last one the message is given up. */
const pauses = [5, 30, 120, 600, 1800, 3600, 10_800, 21_600, 43_200, 86_400]

/** In the caller's transaction. */
export function enqueue(node: NodeContext, content: MessageContent, at: string): void {
  const body = bodyOf(node, content)
  for (const { id: webhookId, waiting } of listWebhooks(node.db)) {
    if (waiting < limits.webhookMessagesMax)
      insertMessage(node.db, { id: newId(), webhookId, body, dueAt: at })
    else
      node.log.warn(
        { webhook: webhookId, waiting },
        'a webhook has too many messages waiting; one was left out',
      )
  }
}

/** After a failure of the node itself, such as a full disk, which would send the same message again at once. */
const failedPauseMs = 5000
/** A clock that was set back must not ask for more than a timer can wait, which ends at once. */
const waitMsMax = 3_600_000

/** Until a message is sent; `restMs` is what is left of a pause. */
export const waitMsOf = (dueAt: string, now: number, restMs: number): number =>
  Math.min(waitMsMax, Math.max(restMs, 0, Date.parse(dueAt) - now))

interface WebhookOutbox {
  /** Something may be due: now, or later. */
  wake(): void
  /** Lets what is under way end. */
  stop(): Promise<void>
}

export function createWebhookOutbox(node: () => NodeContext): WebhookOutbox {
  let timer: NodeJS.Timeout | undefined
  let stopped = false
  /** By webhook, what is under way: one that answers slowly holds up no other. */
  const underWay = new Map<string, Promise<void>>()
  /** By webhook, when the pause after a failure of the node ends; by performance.now(). */
  const pausedUntil = new Map<string, number>()

  async function deliver({ dueAt: _dueAt, ...message }: HeadMessage): Promise<void> {
    const context = node()
    const error = await sendMessage(context, message)
    const now = context.clock.now()
    if (error === null) noteDelivered(context.db, message, new Date(now).toISOString())
    else {
      const pause = pauses[message.attempts]
      const dueAt = pause === undefined ? null : new Date(now + pause * 1000).toISOString()
      noteFailed(context.db, message, error, dueAt)
      context.log.warn({ webhook: message.webhookId, error, again: dueAt }, 'a webhook was not delivered')
    }
    context.announce('alerts')
  }

  function begin(message: HeadMessage): void {
    const { webhookId } = message
    const work = deliver(message)
      .then(
        () => void pausedUntil.delete(webhookId),
        (error: unknown) => {
          pausedUntil.set(webhookId, performance.now() + failedPauseMs)
          node().log.error({ err: error, webhook: webhookId }, 'a webhook could not be delivered')
        },
      )
      .finally(() => {
        underWay.delete(webhookId)
        look()
      })
    underWay.set(webhookId, work)
  }

  /** Also where the node itself fails, it looks again. */
  function look(): void {
    clearTimeout(timer)
    if (stopped) return
    let waitMs = failedPauseMs
    try {
      waitMs = sendDue()
    } catch (error) {
      node().log.error({ err: error }, 'the messages to webhooks could not be read')
    }
    if (waitMs === Number.POSITIVE_INFINITY) return
    timer = setTimeout(look, waitMs)
    timer.unref()
  }

  /** The wait until the next is due. */
  function sendDue(): number {
    const { db, clock } = node()
    let waitMs = Number.POSITIVE_INFINITY
    for (const message of headMessages(db)) {
      if (underWay.has(message.webhookId)) continue
      const restMs = (pausedUntil.get(message.webhookId) ?? 0) - performance.now()
      const ms = waitMsOf(message.dueAt, clock.now(), restMs)
      if (ms === 0) begin(message)
      else waitMs = Math.min(waitMs, ms)
    }
    return waitMs
  }

  return {
    wake: look,
    stop: async () => {
      stopped = true
      clearTimeout(timer)
      await Promise.all(underWay.values())
    },
  }
}
