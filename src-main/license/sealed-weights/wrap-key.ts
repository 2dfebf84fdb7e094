/**
 * The content key, wrapped to the X25519 key of one machine: HPKE (RFC 9180) in base mode with DHKEM(X25519,
 * HKDF-SHA256), HKDF-SHA256 and AES-256-GCM, one message (6.1), so any other implementation of it can issue. The text
 * in a license is base64url of the encapsulated key (32 bytes), the wrapped key (32) and its tag (16).
 */
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  KeyObject,
} from 'node:crypto'
import { OutpostError } from '../../base/errors.ts'
import { contentKeyBytes, tagBytes, unusable } from './format.ts'

const publicBytes = 32
/** Algorithm identifier and bit string of X25519 in SPKI form (RFC 8410). */
const spkiPrefix = Buffer.from('302a300506032b656e032100', 'hex')

export const generateSealingKey = (): KeyObject => generateKeyPairSync('x25519').privateKey

/** base64 of the SPKI form, as a node request states it. */
export const sealingKeyText = (key: KeyObject): string =>
  Buffer.concat([spkiPrefix, rawPublicKey(key)]).toString('base64')

/** KEY_INVALID for anything but the canonical SPKI form of an X25519 key. */
export function parseSealingKey(text: string): KeyObject {
  const der = Buffer.from(text, 'base64')
  const isCanonical =
    der.byteLength === spkiPrefix.byteLength + publicBytes &&
    der.toString('base64') === text &&
    der.subarray(0, spkiPrefix.byteLength).equals(spkiPrefix)
  if (!isCanonical) throw new OutpostError('KEY_INVALID', 'This is no X25519 key in SPKI form.')
  return publicKeyOf(der.subarray(spkiPrefix.byteLength))
}

/** For which machine and which content key: a wrapped key opens nowhere else. */
export interface WrapContext {
  /** Fingerprint of the node's key. */
  node: string
  /** contentKeyId. */
  keyId: string
}

const infoOf = ({ node, keyId }: WrapContext): Buffer => Buffer.from(`outpost content key\n${node}\n${keyId}`)

export function wrapContentKey(contentKey: Buffer, recipient: KeyObject, context: WrapContext): string {
  const ephemeral = generateSealingKey()
  const dh = diffieHellman({ privateKey: ephemeral, publicKey: recipient })
  const sealed = hpkeSeal(dh, rawPublicKey(ephemeral), rawPublicKey(recipient), infoOf(context), contentKey)
  return Buffer.concat([rawPublicKey(ephemeral), sealed]).toString('base64url')
}

/** SEALED_INVALID where it was wrapped for another machine or key, or was changed. */
export function unwrapContentKey(text: string, key: KeyObject, context: WrapContext): Buffer {
  const bytes = Buffer.from(text, 'base64url')
  const isWhole = bytes.byteLength === publicBytes + contentKeyBytes + tagBytes
  if (!isWhole || bytes.toString('base64url') !== text) throw unusable('its wrapped key is not whole')
  const encapsulated = bytes.subarray(0, publicBytes)
  try {
    // Throws for points of small order, whose result is zero, as RFC 9180 7.1.4 demands.
    const dh = diffieHellman({ privateKey: key, publicKey: publicKeyOf(encapsulated) })
    return hpkeOpen(dh, encapsulated, rawPublicKey(key), infoOf(context), bytes.subarray(publicBytes))
  } catch (error) {
    throw unusable('its content key was wrapped for another machine, or was changed', error)
  }
}

const rawPublicKey = (key: KeyObject): Buffer =>
  (key.type === 'private' ? createPublicKey(key) : key)
    .export({ type: 'spki', format: 'der' })
    .subarray(spkiPrefix.byteLength)

function publicKeyOf(raw: Uint8Array): KeyObject {
  const key = createPublicKey({ key: Buffer.concat([spkiPrefix, raw]), format: 'der', type: 'spki' })
  if (key instanceof KeyObject) return key
  throw new TypeError('no key object')
}

// RFC 9180, for this suite and base mode alone; `psk` and its id are empty.
const kemSuite = Buffer.from('KEM\x00\x20', 'latin1')
const hpkeSuite = Buffer.from('HPKE\x00\x20\x00\x01\x00\x02', 'latin1')

const hmac = (key: Uint8Array, ...parts: ReadonlyArray<Uint8Array | string>): Buffer =>
  parts
    .reduce((mac: ReturnType<typeof createHmac>, part) => mac.update(part), createHmac('sha256', key))
    .digest()

const labeledExtract = (suite: Buffer, salt: Uint8Array, label: string, input: Uint8Array): Buffer =>
  hmac(salt, 'HPKE-v1', suite, label, input)

/** One block of HKDF is enough: nothing here is longer than a hash. */
const labeledExpand = (
  suite: Buffer,
  key: Uint8Array,
  label: string,
  info: Uint8Array,
  length: number,
): Buffer =>
  hmac(key, Uint8Array.of(0, length), 'HPKE-v1', suite, label, info, Uint8Array.of(1)).subarray(0, length)

const none = Buffer.alloc(0)

/** The key and the nonce of the first message (4.1, 5.1). */
export function hpkeSchedule(dh: Buffer, encapsulated: Uint8Array, recipient: Uint8Array, info: Uint8Array) {
  const kemContext = Buffer.concat([encapsulated, recipient])
  const extracted = labeledExtract(kemSuite, none, 'eae_prk', dh)
  const shared = labeledExpand(kemSuite, extracted, 'shared_secret', kemContext, 32)
  const context = Buffer.concat([
    Uint8Array.of(0),
    labeledExtract(hpkeSuite, none, 'psk_id_hash', none),
    labeledExtract(hpkeSuite, none, 'info_hash', info),
  ])
  const secret = labeledExtract(hpkeSuite, shared, 'secret', none)
  return {
    shared,
    key: labeledExpand(hpkeSuite, secret, 'key', context, 32),
    nonce: labeledExpand(hpkeSuite, secret, 'base_nonce', context, 12),
  }
}

function hpkeSeal(dh: Buffer, encapsulated: Buffer, recipient: Buffer, info: Buffer, plain: Buffer): Buffer {
  const { key, nonce } = hpkeSchedule(dh, encapsulated, recipient, info)
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()])
}

function hpkeOpen(dh: Buffer, encapsulated: Buffer, recipient: Buffer, info: Buffer, sealed: Buffer): Buffer {
  const { key, nonce } = hpkeSchedule(dh, encapsulated, recipient, info)
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes })
  decipher.setAuthTag(sealed.subarray(-tagBytes))
  return Buffer.concat([decipher.update(sealed.subarray(0, -tagBytes)), decipher.final()])
}
