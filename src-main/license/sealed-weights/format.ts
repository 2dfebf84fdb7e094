/**
 * The form of an artifact at rest: a header, then chunks that are encrypted and authenticated each for itself, so that
 * it can be read piece by piece and nothing unchecked is ever used.
 *
 *   0  8  magic "OUTPSEAL"          24 32  SHA-256 of the plain bytes
 *   8  4  version, 1                56 16  id of the content key
 *  12  4  bytes of a chunk          72 12  base nonce, random
 *  16  8  plain bytes               84     chunks: AES-256-GCM (NIST SP 800-38D), a tag of 16 bytes after each
 *
 * Numbers are big endian. The key of the file is HKDF-SHA-256 (RFC 5869) of the content key over the whole header, so a
 * changed header opens nothing. A chunk's nonce is the base nonce XOR its index (as RFC 9180 5.2 does); its associated
 * data are the digest, the index and whether it is the last: none can be moved, left out, or put into another file.
 */
import { createHash, hkdfSync } from 'node:crypto'
import { OutpostError } from '../../base/errors.ts'

const magic = Buffer.from('OUTPSEAL')
export const headerBytes = 84
export const tagBytes = 16
export const contentKeyBytes = 32
/** Measured from 64 KiB to 16 MiB: smaller ones cost more calls, and larger ones the caches of the core. */
export const defaultChunkBytes = 2 * 1024 * 1024
/** A reader takes no more than that into memory before it knows that the bytes are real. */
const chunkBytesMax = 16 * 1024 * 1024

export interface SealedHeader {
  chunkBytes: number
  plainBytes: number
  /** `sha256:` of the plain bytes. */
  digest: string
  /** 32 hexadecimal digits (contentKeyId). */
  keyId: string
  baseNonce: Buffer
}

/** One code for all that can be wrong: who changes bytes learns nothing from which. */
export const unusable = (why: string, cause?: unknown): OutpostError =>
  new OutpostError('SEALED_INVALID', `The sealed file cannot be opened: ${why}.`, {
    hint: 'Install the license that was made for this machine, and import the package again if that does not help.',
    cause,
  })

/** Names a content key without giving it away: half of a hash of it. */
export const contentKeyId = (contentKey: Uint8Array): string =>
  createHash('sha256').update('outpost content key id\n').update(contentKey).digest('hex').slice(0, 32)

export const chunkCount = ({ plainBytes, chunkBytes }: SealedHeader): number =>
  Math.max(1, Math.ceil(plainBytes / chunkBytes))

export const sealedBytes = (header: SealedHeader): number =>
  headerBytes + header.plainBytes + chunkCount(header) * tagBytes

export function writeHeader({ chunkBytes, plainBytes, digest, keyId, baseNonce }: SealedHeader): Buffer {
  const header = Buffer.alloc(headerBytes)
  magic.copy(header)
  header.writeUInt32BE(1, 8)
  header.writeUInt32BE(chunkBytes, 12)
  header.writeBigUInt64BE(BigInt(plainBytes), 16)
  header.write(digest.slice('sha256:'.length), 24, 'hex')
  header.write(keyId, 56, 'hex')
  baseNonce.copy(header, 72)
  return header
}

export const isSealed = (start: Uint8Array): boolean => magic.equals(start.subarray(0, magic.byteLength))

export function readHeader(header: Buffer): SealedHeader {
  if (header.byteLength < headerBytes || !isSealed(header)) throw unusable('it does not begin as one')
  if (header.readUInt32BE(8) !== 1) throw unusable(`its form ${header.readUInt32BE(8)} is not known here`)
  const chunkBytes = header.readUInt32BE(12)
  const plainBytes = Number(header.readBigUInt64BE(16))
  if (chunkBytes === 0 || chunkBytes > chunkBytesMax || !Number.isSafeInteger(plainBytes)) {
    throw unusable('its header holds what cannot be')
  }
  return {
    chunkBytes,
    plainBytes,
    digest: `sha256:${header.toString('hex', 24, 56)}`,
    keyId: header.toString('hex', 56, 72),
    baseNonce: Buffer.from(header.subarray(72, headerBytes)),
  }
}

export const fileKey = (contentKey: Uint8Array, header: Buffer): Buffer =>
  Buffer.from(hkdfSync('sha256', contentKey, header.subarray(0, headerBytes), 'outpost sealed weights', 32))

/** Of each chunk in turn; the buffers are used again, so each pair is good until the next call. */
export function chunkBindings(
  header: SealedHeader,
): (index: number) => { nonce: Buffer; associated: Buffer } {
  const nonce = Buffer.from(header.baseNonce)
  const low = nonce.readUInt32BE(8)
  const associated = Buffer.alloc(32 + 4 + 1)
  associated.write(header.digest.slice('sha256:'.length), 'hex')
  const last = chunkCount(header) - 1
  return (index) => {
    nonce.writeUInt32BE((low ^ index) >>> 0, 8)
    associated.writeUInt32BE(index, 32)
    associated[36] = index === last ? 1 : 0
    return { nonce, associated }
  }
}
