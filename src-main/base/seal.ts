/**
 * Secrets that must be sent on, and so cannot be kept as a hash: sealed under a key of the node's own (AES-256-GCM,
 * derived from its pepper by HKDF), so that the database alone gives them away to nobody.
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { OutpostError } from './errors.ts'

const ivBytes = 12
const tagBytes = 16

const keyOf = (pepper: Buffer, purpose: string): Uint8Array =>
  new Uint8Array(hkdfSync('sha256', pepper, '', `outpost ${purpose}`, 32))

/** `purpose` and `owner` are bound to it: it opens for nothing else. base64. */
export function seal(pepper: Buffer, purpose: string, owner: string, text: string): string {
  const iv = randomBytes(ivBytes)
  const cipher = createCipheriv('aes-256-gcm', keyOf(pepper, purpose), iv).setAAD(Buffer.from(owner))
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64')
}

/** KEY_INVALID where it was sealed by another node, for another owner, or was changed. */
export function unseal(pepper: Buffer, purpose: string, owner: string, sealed: string): string {
  const bytes = Buffer.from(sealed, 'base64')
  try {
    const decipher = createDecipheriv('aes-256-gcm', keyOf(pepper, purpose), bytes.subarray(0, ivBytes), {
      authTagLength: tagBytes,
    }).setAAD(Buffer.from(owner))
    decipher.setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes))
    return Buffer.concat([decipher.update(bytes.subarray(ivBytes + tagBytes)), decipher.final()]).toString()
  } catch (error) {
    throw new OutpostError('KEY_INVALID', 'A sealed secret does not open with the keys of this node.', {
      hint: 'Its keys folder is another than when the secret was entered. Enter it again.',
      cause: error,
    })
  }
}
