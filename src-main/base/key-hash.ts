/** How the secret of an API key is stored and compared: control writes the hash, both doors look it up. */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

/** HMAC-SHA-256 under the node's pepper, hex, so that a key is good on one node alone. */
export const keyHash = (pepper: Buffer, secret: string): string =>
  createHmac('sha256', pepper).update(secret).digest('hex')

/** In time that depends neither on where they differ nor on how long the secret one is: digests are compared. */
export const sameText = (a: string, b: string): boolean => timingSafeEqual(digestOf(a), digestOf(b))

const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest()
