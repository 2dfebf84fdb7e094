/**
 * Messages to webhooks: written in the transaction of what they tell of, and delivered afterwards, each until it is
 * taken or was tried for two days. They stand in node.db, so a restart loses none.
 */
import { newId } from '../../base/ids.ts'
import { limits } from '../../contract/limits.ts'
import {
  dueMessages,
  insertMessage,
  listWebhooks,
  nextMessageDue,
  noteDelivered,
  noteFailed,
  type WebhookMessage,
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

/** Until the next round. */
export const waitMsOf = (dueAt: string, now: number, hasFailed: boolean): number =>
  Math.min(waitMsMax, Math.max(hasFailed ? failedPauseMs : 0, Date.parse(dueAt) - now))

interface WebhookOutbox {
  /** Something may be due: now, or later. */
  wake(): void
  /** Lets what is under way end. */
  stop(): Promise<void>
}

export function createWebhookOutbox(node: () => NodeContext): WebhookOutbox {
  let timer: NodeJS.Timeout | undefined
  let stopped = false
  let hasFailed = false
  let round: Promise<void> | null = null

  async function deliver(context: NodeContext, message: WebhookMessage & { url: string }): Promise<void> {
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

  async function run(): Promise<void> {
    const context = node()
    for (;;) {
      const due = dueMessages(context.db, new Date(context.clock.now()).toISOString())
      if (due.length === 0 || stopped) return
      await Promise.all(due.map((message) => deliver(context, message)))
    }
  }

  function schedule(): void {
    clearTimeout(timer)
    if (stopped) return
    const { db, clock } = node()
    const next = nextMessageDue(db)
    if (next === null) return
    timer = setTimeout(begin, waitMsOf(next, clock.now(), hasFailed))
    timer.unref()
  }

  function begin(): void {
    round ??= run()
      .then(
        () => {
          hasFailed = false
        },
        (error: unknown) => {
          hasFailed = true
          node().log.error({ err: error }, 'webhooks could not be delivered')
        },
      )
      .finally(() => {
        round = null
        schedule()
      })
  }

  return {
    wake: schedule,
    stop: async () => {
      stopped = true
      clearTimeout(timer)
      await round
    },
  }
}
