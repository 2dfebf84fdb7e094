/**
 * Checks a signature against the manifest it came with, and the publisher against those that this node trusts.
 * The first says who claims a package, the second whether that is believed; neither stands for the other.
 */
import { type KeyObject, verify } from 'node:crypto'
import { digestHex } from '../base/digest.ts'
import { OutpostError } from '../base/errors.ts'
import { checkAs, parseJsonAs } from '../base/json.ts'
import { type DsseEnvelope, dsseEnvelope, preAuthEncoding } from './dsse.ts'
import { fingerprintOf, parsePublicKey } from './publisher-key.ts'
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

/** What a node knows of publishers: the fingerprints it trusts under a name, several after a change of keys. */
export type TrustedFingerprints = (publisher: string) => readonly string[]

/**
 * Throws PACKAGE_UNSIGNED, PUBLISHER_UNKNOWN or PUBLISHER_MISMATCH; details carry publisher and fingerprint, so that
 * a person can be shown whom to trust.
 */
export function requireTrusted(
  signature: VerifiedSignature | null,
  trusted: TrustedFingerprints,
): VerifiedSignature {
  if (!signature) {
    throw new OutpostError('PACKAGE_UNSIGNED', 'The package is not signed, so nobody answers for it.', {
      hint: 'Ask its publisher for a signed package.',
    })
  }
  const { publisher, fingerprint } = signature
  const known = trusted(publisher)
  if (known.includes(fingerprint)) return signature
  if (known.length === 0) {
    throw new OutpostError(
      'PUBLISHER_UNKNOWN',
      `The publisher "${publisher}" (${fingerprint}) is not trusted here.`,
      {
        hint: 'Compare the fingerprint with the publisher by another way, then trust it.',
        details: { publisher, fingerprint },
      },
    )
  }
  throw new OutpostError(
    'PUBLISHER_MISMATCH',
    `The package is signed as "${publisher}" with the key ${fingerprint}, which is not the one trusted for that name.`,
    {
      hint: 'The publisher may have changed keys, or somebody else uses the name. Ask the publisher.',
      details: { publisher, fingerprint, trusted: known },
    },
  )
}
