/** Signatures: whose they are and what they cover. */
import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import {
  exportSigningKey,
  fingerprintOf,
  generateSigningKey,
  importSigningKey,
  parsePublicKey,
  publicKeyText,
} from '../../../src-main/base/signing-key.ts'
import { type DsseEnvelope, preAuthEncoding } from '../../../src-main/package/signing/dsse.ts'
import { signManifest } from '../../../src-main/package/signing/sign-manifest.ts'
import { verifySignature } from '../../../src-main/package/signing/verify-signature.ts'
import { refusal } from '../../support/package-folder.ts'

const digest = `sha256:${'ab'.repeat(32)}`
const privateKey = generateSigningKey()
const signed = signManifest({ publisher: 'acme', privateKey }, digest)

test('the encoding that is signed is that of the DSSE specification, by its own example', () => {
  const encoded = preAuthEncoding('http://example.com/HelloWorld', Buffer.from('hello world'))
  expect(encoded.toString()).toBe('DSSEv1 29 http://example.com/HelloWorld 11 hello world')
})

test('a signature names its publisher and key, and is the same each time', () => {
  const { publisher, fingerprint } = verifySignature(signed, digest)
  expect({ publisher, fingerprint }).toEqual({ publisher: 'acme', fingerprint: fingerprintOf(privateKey) })
  expect(signManifest({ publisher: 'acme', privateKey }, digest)).toEqual(signed)
  expect(parsePublicKey(publicKeyText(privateKey))?.equals(verifySignature(signed, digest).publicKey)).toBe(
    true,
  )
})

describe('a signature is refused', () => {
  const payload = (change: (text: string) => string) =>
    Buffer.from(change(Buffer.from(signed.payload, 'base64').toString())).toString('base64')
  const [signature] = signed.signatures
  const own = { keyid: signature?.keyid ?? '', sig: signature?.sig ?? '' }
  const other = signManifest({ publisher: 'acme', privateKey: generateSigningKey() }, digest)
  const broken: Record<string, unknown> = {
    'with another publisher': { ...signed, payload: payload((text) => text.replace('"acme"', '"evil"')) },
    'about another package': { ...signed, payload: payload((text) => text.replace('abab', 'cdcd')) },
    'of another type': { ...signed, payloadType: 'application/json' },
    'with the key of another': { ...signed, payload: other.payload },
    'made by another': { ...signed, signatures: [{ ...own, sig: other.signatures[0]?.sig }] },
    'under the name of another key': {
      ...signed,
      signatures: [{ ...own, keyid: other.signatures[0]?.keyid }],
    },
    'that is all zeros': { ...signed, signatures: [{ ...own, sig: Buffer.alloc(64).toString('base64') }] },
    'that is too short': { ...signed, signatures: [{ ...own, sig: own.sig.slice(0, 8) }] },
    'with spare bits set': {
      ...signed,
      signatures: [{ ...own, sig: own.sig.replace(/.==$/, (end) => `${next(end[0] ?? 'A')}==`) }],
    },
    'without signatures': { ...signed, signatures: [] },
    'with two signatures': { ...signed, signatures: [own, own] },
    'with a field of somebody': { ...signed, extra: 1 },
  }
  for (const [what, envelope] of Object.entries(broken)) {
    test(what, async () => {
      expect(await refusal(() => verifySignature(envelope as DsseEnvelope, digest))).toBe('SIGNATURE_INVALID')
    })
  }
  test('for another digest', async () => {
    expect(await refusal(() => verifySignature(signed, digest.replace('ab', 'cd')))).toBe('SIGNATURE_INVALID')
  })
})

const next = (letter: string): string => String.fromCharCode(letter.charCodeAt(0) + 1)

test('keys travel as PEM, with and without a passphrase; others are refused', async () => {
  expect(fingerprintOf(importSigningKey(exportSigningKey(privateKey)))).toBe(fingerprintOf(privateKey))
  const locked = exportSigningKey(privateKey, 'correct horse')
  expect(locked).toContain('ENCRYPTED')
  expect(fingerprintOf(importSigningKey(locked, 'correct horse'))).toBe(fingerprintOf(privateKey))
  expect(await refusal(() => importSigningKey(locked, 'wrong'))).toBe('KEY_INVALID')
  expect(await refusal(() => importSigningKey(locked))).toBe('KEY_INVALID')
  expect(await refusal(() => importSigningKey('no key'))).toBe('KEY_INVALID')
  const elliptic = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const pem = elliptic.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
  expect(await refusal(() => importSigningKey(pem))).toBe('KEY_INVALID')
  expect(
    parsePublicKey(elliptic.publicKey.export({ type: 'spki', format: 'der' }).toString('base64')),
  ).toBeNull()
})
