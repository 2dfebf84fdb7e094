/** Signs a package: a statement about the manifest's digest, in a DSSE envelope. Ed25519 is deterministic, so packing stays reproducible. */
import { type KeyObject, sign } from 'node:crypto'
import { digestHex } from '../../base/digest.ts'
import { fingerprintOf, publicKeyText } from '../../base/signing-key.ts'
import { type DsseEnvelope, inTotoPayloadType, preAuthEncoding } from './dsse.ts'
import { type PublicationStatement, publicationType } from './statement.ts'

export interface Signer {
  publisher: string
  privateKey: KeyObject
}

export function signManifest({ publisher, privateKey }: Signer, manifestDigest: string): DsseEnvelope {
  const statement: PublicationStatement = {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ digest: { sha256: digestHex(manifestDigest) } }],
    predicateType: publicationType,
    predicate: { publisher, publicKey: publicKeyText(privateKey) },
  }
  const payload = Buffer.from(JSON.stringify(statement))
  const signature = sign(null, preAuthEncoding(inTotoPayloadType, payload), privateKey)
  return {
    payload: payload.toString('base64'),
    payloadType: inTotoPayloadType,
    signatures: [{ keyid: fingerprintOf(privateKey), sig: signature.toString('base64') }],
  }
}

/** The envelope's bytes as they stand in a package. */
export const envelopeBytes = (envelope: DsseEnvelope): Buffer => Buffer.from(JSON.stringify(envelope))
