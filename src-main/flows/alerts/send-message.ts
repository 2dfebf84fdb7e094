/** One attempt to deliver a message to a webhook. */
import { isoTime } from '../../base/clock.ts'
import { whyNeverAsked } from '../../base/outbound-address.ts'
import { limits } from '../../contract/limits.ts'
import type { NodeContext } from '../node-context.ts'
import { signMessage, webhookSecret } from './sign-message.ts'

interface Message {
  id: string
  webhookId: string
  url: string
  body: string
}

/** Null where the receiver took it (any 2xx); else why not, in a few words. A redirection is not followed. */
export async function sendMessage(
  node: NodeContext,
  { id, webhookId, url, body }: Message,
): Promise<string | null> {
  const never = await whyNeverAsked(new URL(url))
  if (never !== null) return `It ${never}.`
  const secret = webhookSecret(node.secrets.pepper, webhookId)
  const headers = {
    'content-type': 'application/json',
    'user-agent': `outpost/${node.version}`,
    ...signMessage(secret, id, Math.floor(node.clock.now() / 1000), body),
  }
  const signal = AbortSignal.timeout(limits.webhookSecondsMax * 1000)
  try {
    const answer = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal })
    await answer.body?.cancel()
    return answer.ok ? null : `It answered with ${answer.status}.`
  } catch (error) {
    return reasonOf(error)
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.name === 'TimeoutError') return `It did not answer within ${limits.webhookSecondsMax} s.`
  const { cause } = error
  if (!(cause instanceof Error)) return error.message
  return `It cannot be reached (${'code' in cause ? String(cause.code) : cause.message}).`
}

export interface MessageContent {
  type: 'alert.firing' | 'alert.resolved' | 'license.notice' | 'webhook.test'
  data: Record<string, unknown>
}

/** What is sent: names, figures and times; never inputs or outputs. */
export const bodyOf = (node: NodeContext, { type, data }: MessageContent): string =>
  JSON.stringify({ type, timestamp: isoTime(node.clock), data: { node: node.nodeId, ...data } })
