/**
 * The key of whoever signs, a publisher or a machine: Ed25519 (RFC 8032), kept as PKCS #8 and shown by the SHA-256 of
 * its public half in SPKI form, which is what people compare before they trust it.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, KeyObject } from 'node:crypto'
import { sha256 } from './digest.ts'
import { OutpostError } from './errors.ts'

export const generateSigningKey = (): KeyObject => generateKeyPairSync('ed25519').privateKey

/** PEM of PKCS #8, encrypted with AES-256 where a passphrase is given. */
export function exportSigningKey(key: KeyObject, passphrase?: string): string {
  return key.export({
    type: 'pkcs8',
    format: 'pem',
    ...(passphrase === undefined ? {} : { cipher: 'aes-256-cbc', passphrase }),
  }) as string
}

/** Throws KEY_INVALID for a wrong passphrase, for text that is no private key, and for a key of another algorithm. */
export function importSigningKey(pem: string, passphrase?: string): KeyObject {
  let key: KeyObject
  try {
    key = createPrivateKey({ key: pem, format: 'pem', ...(passphrase === undefined ? {} : { passphrase }) })
  } catch (error) {
    // The cause names neither key nor passphrase; OpenSSL's text helps nobody, so the message is ours.
    throw new OutpostError('KEY_INVALID', 'This is no private key in PEM form, or the passphrase is wrong.', {
      cause: error,
    })
  }
  if (key.asymmetricKeyType !== 'ed25519') {
    throw new OutpostError(
      'KEY_INVALID',
      `The key is of the type ${key.asymmetricKeyType}; Outpost signs with Ed25519.`,
    )
  }
  return key
}

/** The public half as base64 of its SPKI DER form: 60 characters on one line. */
export function publicKeyText(key: KeyObject): string {
  return spki(key).toString('base64')
}

/** `sha256:` and the hash of the SPKI DER form; the same for a private key and its public half. */
export const fingerprintOf = (key: KeyObject): string => sha256(spki(key))

const spki = (key: KeyObject): Buffer =>
  (key.type === 'private' ? createPublicKey(key) : key).export({ type: 'spki', format: 'der' })

/** Null for anything that is not the canonical SPKI form of an Ed25519 key. */
export function parsePublicKey(text: string): KeyObject | null {
  const der = Buffer.from(text, 'base64')
  // 12 bytes of algorithm identifier (RFC 8410) and the key's 32: nothing else is Ed25519 in SPKI form.
  if (der.length !== spkiPrefix.length + 32 || der.toString('base64') !== text) return null
  if (!der.subarray(0, spkiPrefix.length).equals(spkiPrefix)) return null
  const key = createPublicKey({ key: der, format: 'der', type: 'spki' })
  return key instanceof KeyObject ? key : null
}

const spkiPrefix = Buffer.from('302a300506032b6570032100', 'hex')
