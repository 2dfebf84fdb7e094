/** How the secret of an API key is stored and compared: control writes the hash, both doors look it up. */
import { createHmac, timingSafeEqual } from 'node:crypto'

/** HMAC-SHA-256 under the node's pepper, hex, so that a key is good on one node alone. */
export const keyHash = (pepper: Buffer, secret: string): string =>
  createHmac('sha256', pepper).update(secret).digest('hex')

/** In time that does not depend on where they differ. */
export function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.byteLength === right.byteLength && timingSafeEqual(left, right)
}
