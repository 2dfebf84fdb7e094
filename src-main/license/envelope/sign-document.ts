/** Signs a document: a compact JWS (RFC 7515) whose header names the kind, the algorithm and the key, and no more. */
import { type KeyObject, sign } from 'node:crypto'
import { fingerprintOf } from '../../base/signing-key.ts'
import {
  type DocumentKind,
  documentPayloads,
  documentTypes,
  type Payload,
} from '../../contract/license/documents.ts'

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** Ed25519 is deterministic (RFC 8032), so the same payload and key give the same text. */
export function signDocument<Kind extends DocumentKind>(
  kind: Kind,
  payload: Payload<Kind>,
  key: KeyObject,
): string {
  const header = part({ typ: documentTypes[kind], alg: 'EdDSA', kid: fingerprintOf(key) })
  const signed = `${header}.${part(documentPayloads[kind].parse(payload))}`
  return `${signed}.${sign(null, Buffer.from(signed), key).toString('base64url')}`
}
