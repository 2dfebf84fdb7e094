/**
 * Opens a signed document, rung by rung: size, encoding, header, key, signature, payload. Nothing is written before
 * all have passed, and each refusal has a code of its own.
 */
import { type KeyObject, verify } from 'node:crypto'
import type { z } from 'zod'
import { sha256 } from '../../base/digest.ts'
import { OutpostError } from '../../base/errors.ts'
import { issuesInWords } from '../../base/issue-words.ts'
import { fingerprintOf, parsePublicKey } from '../../base/signing-key.ts'
import { type DocumentKind, documentPayloads, type Payload } from '../../contract/license/documents.ts'
import { parseText, type SplitDocument, splitDocument } from './split-document.ts'

export interface OpenedDocument<Kind extends DocumentKind> {
  kind: Kind
  /** Fingerprint of the key that signed it. */
  kid: string
  /** `sha256:` of the document's text, under which decisions about it are kept. */
  digest: string
  payload: Payload<Kind>
}

/**
 * The key of a `kid`; null where it is not known. Whether the key may sign such a document, and could when it did, is
 * the issuers' rung (license/issuers), since that needs the payload's date.
 */
export type FindKey = (kid: string) => KeyObject | null

/** Throws OutpostError with a LIC_ code for whatever is not a document of this kind signed by a known key. */
export function openDocument<Kind extends DocumentKind>(
  kind: Kind,
  bytes: Uint8Array,
  findKey: FindKey,
): OpenedDocument<Kind> {
  const split = splitDocument(bytes, kind)
  const key = findKey(split.kid)
  if (!key) throw unknownKey(split)
  requireSignature(split, key)
  return { kind, kid: split.kid, digest: sha256(bytes), payload: readPayload(kind, split.payload) }
}

/** What machines sign carries their key: whether the machine is known is for the reader to say. */
export function openSelfSigned<Kind extends 'node-request' | 'usage-report' | 'deactivation'>(
  kind: Kind,
  bytes: Uint8Array,
): OpenedDocument<Kind> {
  const split = splitDocument(bytes, kind)
  const payload = readPayload(kind, split.payload)
  const key = parsePublicKey((payload as { publicKey: string }).publicKey)
  if (!key || fingerprintOf(key) !== split.kid) throw unknownKey(split)
  if (!isOfSigner(payload, split.kid))
    throw new OutpostError(
      'LIC_KEY_UNKNOWN',
      'It speaks for another machine than the one whose key signed it.',
      {
        hint: 'Ask for a document that the machine itself has made.',
        details: { kid: split.kid },
      },
    )
  requireSignature(split, key)
  return { kind, kid: split.kid, digest: sha256(bytes), payload }
}

/** A machine is the fingerprint of its key: else any key could report, ask or give up in the name of another. */
const isOfSigner = (payload: unknown, kid: string): boolean => {
  const { iss, node } = payload as { iss: string; node: { id: string } }
  return iss === kid && node.id === kid
}

/** Of what kind a document says to be; its signature is not looked at. */
export const kindOfDocument = (bytes: Uint8Array): DocumentKind => splitDocument(bytes, null).kind

/** What it says, unverified: for a preview that states so, and to find whose key is missing. */
export function peekDocument<Kind extends DocumentKind>(kind: Kind, bytes: Uint8Array): OpenedDocument<Kind> {
  const split = splitDocument(bytes, kind)
  return { kind, kid: split.kid, digest: sha256(bytes), payload: readPayload(kind, split.payload) }
}

const unknownKey = ({ kid }: SplitDocument): OutpostError =>
  new OutpostError(
    'LIC_KEY_UNKNOWN',
    `The document was signed with the key ${kid.slice(0, 80)}, which is not known here.`,
    {
      hint: 'Trust the publisher first (outpost trust add), or import the keyset with which the publisher names this key.',
      details: { kid },
    },
  )

function requireSignature({ signed, signature }: SplitDocument, key: KeyObject): void {
  if (
    key.asymmetricKeyType === 'ed25519' &&
    signature.byteLength === 64 &&
    verify(null, signed, key, signature)
  )
    return
  throw new OutpostError(
    'LIC_SIG_INVALID',
    'The signature does not fit the document: it was changed or cut off after it was signed.',
    {
      hint: 'Ask the issuer for the file again.',
    },
  )
}

function readPayload<Kind extends DocumentKind>(kind: Kind, bytes: Buffer): Payload<Kind> {
  const value = parseText(bytes, 'LIC_SCHEMA', 'The payload')
  const schema: z.ZodType = documentPayloads[kind]
  refuseForm(kind, value)
  const read = schema.safeParse(value)
  if (read.success) return read.data as Payload<Kind> // of the schema of this kind
  throw new OutpostError(
    'LIC_SCHEMA',
    `The payload does not have the form of its kind. ${issuesInWords(read.error.issues, value)}`,
  )
}

/** Its version and what it relies on come before its form: a newer one is not wrong, it is not for this reader. */
function refuseForm(kind: DocumentKind, value: unknown): void {
  if (typeof value !== 'object' || value === null) return // the schema says so
  const { ver, crit } = value as { ver?: unknown; crit?: unknown }
  if (typeof ver === 'number' && ver !== 1) {
    throw new OutpostError(
      'LIC_VERSION_UNSUPPORTED',
      `The document has the form ${ver}; this version of the product knows 1.`,
      {
        hint: 'Update the node, or ask the issuer for the older form.',
      },
    )
  }
  const known = documentPayloads[kind].shape
  const unknown = Array.isArray(crit)
    ? crit.find((name) => typeof name === 'string' && !Object.hasOwn(known, name))
    : undefined
  if (unknown !== undefined) {
    throw new OutpostError(
      'LIC_CRIT_UNKNOWN',
      `The document relies on "${String(unknown).slice(0, 80)}", which this version does not know.`,
      {
        hint: 'Update the node.',
      },
    )
  }
}
