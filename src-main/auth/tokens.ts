/** Random tokens and how they are stored: only ever as a hash, so that a copy of the database opens nothing. */
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

const tokenBytes = 32

/** 256 random bits in base64url after the prefix. */
export const newToken = (prefix: string): string =>
  `${prefix}${randomBytes(tokenBytes).toString('base64url')}`

/** Of logins and their links: SHA-256, hex. The token has 256 random bits, so the hash needs no salt. */
export const tokenHash = (token: string): string => createHash('sha256').update(token).digest('hex')

/** Of API keys: HMAC-SHA-256 under the node's pepper, hex, so that a key is good on one node alone. */
export const keyHash = (pepper: Buffer, secret: string): string =>
  createHmac('sha256', pepper).update(secret).digest('hex')

/** In time that does not depend on where they differ. */
export function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.byteLength === right.byteLength && timingSafeEqual(left, right)
}
