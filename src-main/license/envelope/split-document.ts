/**
 * The first rungs, which need no key: size, encoding, header. What passes is three parts in their one spelling and a
 * header of exactly the three members; nothing of the payload has been looked at yet.
 */
import { z } from 'zod'
import { OutpostError } from '../../base/errors.ts'
import { refuseHostile } from '../../base/json.ts'
import { type DocumentKind, documentKind, documentTypes } from '../../contract/license/documents.ts'
import { limits } from '../../contract/limits.ts'

export interface SplitDocument {
  kind: DocumentKind
  kid: string
  /** What was signed: header and payload as they stand in the text. */
  signed: Buffer
  payload: Buffer
  signature: Buffer
}

const large: ReadonlySet<DocumentKind> = new Set(['revocations', 'usage-report'])
const kindOf = new Map<string, DocumentKind>(documentKind.options.map((kind) => [documentTypes[kind], kind]))

/** `wanted` is what the reader expects; null takes any kind. */
export function splitDocument(bytes: Uint8Array, wanted: DocumentKind | null): SplitDocument {
  refuseSize(bytes.byteLength, wanted)
  const text = Buffer.from(bytes)
    .toString('latin1')
    .replace(/\r?\n$/, '') // editors end a file with a line end
  if (text === '') {
    throw new OutpostError('LIC_MALFORMED', 'The document is empty.', { hint: 'Ask for it again.' })
  }
  const parts = text.split('.')
  const [header, payload, signature] = parts
  if (parts.length !== 3 || !header || !payload || !signature) {
    throw new OutpostError(
      'LIC_MALFORMED',
      'A signed document has three parts with dots between them; this has not.',
      {
        hint: 'The file may be cut off, or not be a license at all. Ask for it again.',
      },
    )
  }
  const { typ, kid } = readHeader(decode(header))
  const kind = kindOf.get(typ)
  if (kind === undefined || (wanted !== null && kind !== wanted)) {
    const expected = wanted === null ? 'a document of Outpost' : documentTypes[wanted]
    throw new OutpostError(
      'LIC_TYPE_MISMATCH',
      `The document is of the type "${typ.slice(0, 80)}", not ${expected}.`,
    )
  }
  refuseSize(bytes.byteLength, kind)
  return {
    kind,
    kid,
    signed: Buffer.from(`${header}.${payload}`, 'latin1'),
    payload: decode(payload),
    signature: decode(signature),
  }
}

function refuseSize(bytes: number, kind: DocumentKind | null): void {
  const most = kind === null || large.has(kind) ? limits.listJwsBytesMax : limits.documentJwsBytesMax
  if (bytes <= most) return
  throw new OutpostError(
    'LIC_TOO_LARGE',
    `The document has ${bytes} bytes; ${most} are allowed for its kind.`,
  )
}

/** base64url without padding in its one spelling (RFC 7515, RFC 4648 section 3.5): Node's decoder takes many more. */
function decode(part: string): Buffer {
  const decoded = Buffer.from(part, 'base64url')
  if (/^[A-Za-z0-9_-]+$/.test(part) && decoded.toString('base64url') === part) return decoded
  throw new OutpostError('LIC_ENCODING', 'A part of the document is not base64url in its one spelling.', {
    hint: 'It was changed or cut off on the way, perhaps by a mail program. Send the file as an attachment.',
  })
}

const headerMembers = z.strictObject({
  typ: z.string(),
  alg: z.string(),
  kid: z.string().max(limits.lineCharsMax),
})

/** The algorithm is looked at first: nothing else of a header that asks for another one is worth reading. */
function readHeader(bytes: Buffer): z.infer<typeof headerMembers> {
  const header = parseText(bytes, 'LIC_HEADER_FORBIDDEN', 'The header')
  const alg = typeof header === 'object' && header !== null && 'alg' in header ? header.alg : undefined
  if (alg !== 'EdDSA') {
    throw new OutpostError(
      'LIC_ALG_FORBIDDEN',
      `The algorithm is ${JSON.stringify(alg)?.slice(0, 80)}; only EdDSA is allowed.`,
    )
  }
  const read = headerMembers.safeParse(header)
  if (read.success) return read.data
  throw new OutpostError(
    'LIC_HEADER_FORBIDDEN',
    'The header must hold typ, alg and kid as text, and nothing else.',
  )
}

/** Strict UTF-8, JSON without repeated members, `__proto__` or deep nesting. `syntax` is the code of all else. */
export function parseText(
  bytes: Buffer,
  syntax: 'LIC_HEADER_FORBIDDEN' | 'LIC_SCHEMA',
  subject: string,
): unknown {
  let value: unknown
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    value = JSON.parse(text)
  } catch (cause) {
    throw new OutpostError(syntax, `${subject} of the document is not JSON in UTF-8.`, { cause })
  }
  refuseHostile(text, { repeated: 'LIC_DUP_KEY', depth: syntax })
  return value
}
