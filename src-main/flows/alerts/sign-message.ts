/**
 * The signature of a webhook's message as Standard Webhooks 1.0 has it: HMAC-SHA256 over id, time and body, so that a
 * receiver knows who sent it and that it is not an old one sent again.
 */
import { createHmac } from 'node:crypto'

const prefix = 'whsec_'

/**
 * The secret of a webhook, which its receiver is given. It is made of the node's own secret and stands in no database,
 * so a copy of node.db cannot sign.
 */
export const webhookSecret = (pepper: Buffer, webhookId: string): string =>
  `${prefix}${createHmac('sha256', pepper).update(`webhook:${webhookId}`).digest('base64')}`

export interface SignedHeaders extends Record<string, string> {
  'webhook-id': string
  'webhook-timestamp': string
  'webhook-signature': string
}

/** `seconds` of the Unix epoch. */
export function signMessage(secret: string, id: string, seconds: number, body: string): SignedHeaders {
  const key = Buffer.from(secret.slice(prefix.length), 'base64')
  const signature = createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64')
  return {
    'webhook-id': id,
    'webhook-timestamp': String(seconds),
    'webhook-signature': `v1,${signature}`,
  }
}
