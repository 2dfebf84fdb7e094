/**
 * Who this machine is to an issuer: its own signing key, with which it signs requests and reports, and the key to
 * which content keys are wrapped. Both are made at the first start and stay in the keys folder.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { join } from 'node:path'
import { loadOrCreateText } from '../../auth/secret-files.ts'
import {
  exportSigningKey,
  fingerprintOf,
  generateSigningKey,
  importSigningKey,
  publicKeyText,
} from '../../base/signing-key.ts'

export interface NodeIdentity {
  /** Fingerprint of the signing key: what a license names the machine by. */
  id: string
  signingKey: KeyObject
  /** base64 of SPKI. */
  publicKey: string
  /** X25519 (RFC 7748). */
  sealingKey: KeyObject
  /** base64 of SPKI. */
  sealingPublicKey: string
}

const newSealingKey = (): string =>
  generateKeyPairSync('x25519').privateKey.export({ type: 'pkcs8', format: 'pem' }) as string

export async function loadNodeIdentity(keys: string): Promise<NodeIdentity> {
  const [signing, sealing] = await Promise.all([
    loadOrCreateText(join(keys, 'node.pem'), () => exportSigningKey(generateSigningKey())),
    loadOrCreateText(join(keys, 'node-sealing.pem'), newSealingKey),
  ])
  const signingKey = importSigningKey(signing)
  const sealingKey = createPrivateKey(sealing)
  const sealingPublicKey = createPublicKey(sealingKey).export({ type: 'spki', format: 'der' })
  return {
    id: fingerprintOf(signingKey),
    signingKey,
    publicKey: publicKeyText(signingKey),
    sealingKey,
    sealingPublicKey: sealingPublicKey.toString('base64'),
  }
}
