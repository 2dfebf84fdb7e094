/** Random tokens and how they are stored: only ever as a hash, so that a copy of the database opens nothing. */
import { createHash, randomBytes } from 'node:crypto'

const tokenBytes = 32

/** 256 random bits in base64url after the prefix. */
export const newToken = (prefix: string): string =>
  `${prefix}${randomBytes(tokenBytes).toString('base64url')}`

/** Of logins and their links: SHA-256, hex. The token has 256 random bits, so the hash needs no salt. */
export const tokenHash = (token: string): string => createHash('sha256').update(token).digest('hex')
