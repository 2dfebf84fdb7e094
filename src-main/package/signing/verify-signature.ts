/**
 * Checks a signature against the manifest it came with. That says who claims a package and nothing more: whether the
 * node believes this publisher is decided where its trusted keys are known.
 */
import { type KeyObject, verify } from 'node:crypto'
import { digestHex } from '../../base/digest.ts'
import { OutpostError } from '../../base/errors.ts'
import { checkAs, parseJsonAs } from '../../base/json.ts'
import { fingerprintOf, parsePublicKey } from '../../base/signing-key.ts'
import { type DsseEnvelope, dsseEnvelope, preAuthEncoding } from './dsse.ts'
import { publicationStatement } from './statement.ts'

export interface VerifiedSignature {
  publisher: string
  publicKey: KeyObject
  /** `sha256:…` of the public key. */
  fingerprint: string
}

/** Reads an envelope. Throws SIGNATURE_INVALID for anything that is not one in its exact form. */
export function parseEnvelope(bytes: Uint8Array): DsseEnvelope {
  const text = Buffer.from(bytes).toString('utf8')
  return parseJsonAs(dsseEnvelope, text, 'SIGNATURE_INVALID', 'The signature')
}

/** Throws SIGNATURE_INVALID unless the envelope holds a valid signature about exactly this manifest. */
export function verifySignature(envelope: DsseEnvelope, manifestDigest: string): VerifiedSignature {
  const { payload, payloadType, signatures } = checkAs(
    dsseEnvelope,
    envelope,
    'SIGNATURE_INVALID',
    'The signature',
  )
  const body = Buffer.from(payload, 'base64')
  const statement = parseJsonAs(
    publicationStatement,
    body.toString('utf8'),
    'SIGNATURE_INVALID',
    'The signed statement',
  )
  const { publisher, publicKey: keyText } = statement.predicate
  const publicKey = parsePublicKey(keyText)
  if (!publicKey) throw new OutpostError('SIGNATURE_INVALID', 'The signature carries no Ed25519 key.')
  const fingerprint = fingerprintOf(publicKey)
  const [signature] = signatures
  if (signature?.keyid !== fingerprint) {
    throw new OutpostError('SIGNATURE_INVALID', 'The signature names another key than the one it carries.')
  }
  if (!verify(null, preAuthEncoding(payloadType, body), publicKey, Buffer.from(signature.sig, 'base64'))) {
    throw new OutpostError('SIGNATURE_INVALID', `The signature was not made by the key ${fingerprint}.`)
  }
  if (statement.subject[0]?.digest.sha256 !== digestHex(manifestDigest)) {
    throw new OutpostError('SIGNATURE_INVALID', 'The signature belongs to another package.')
  }
  return { publisher, publicKey, fingerprint }
}
