/** Encrypts an artifact as a stream: what is in memory is one chunk, whatever its size. */
import { createCipheriv, createHash, randomBytes } from 'node:crypto'
import { OutpostError } from '../../base/errors.ts'
import {
  chunkBindings,
  chunkCount,
  contentKeyBytes,
  contentKeyId,
  defaultChunkBytes,
  fileKey,
  type SealedHeader,
  writeHeader,
} from './format.ts'

export const makeContentKey = (): Buffer => randomBytes(contentKeyBytes)

/** `digest` and `bytes` are those of `plain`; it is an error where they are not. */
export async function* sealFile(
  plain: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  { digest, bytes }: { digest: string; bytes: number },
  contentKey: Buffer,
  chunkBytes = defaultChunkBytes,
): AsyncGenerator<Buffer> {
  const header: SealedHeader = {
    chunkBytes,
    plainBytes: bytes,
    digest,
    keyId: contentKeyId(contentKey),
    baseNonce: randomBytes(12),
  }
  const head = writeHeader(header)
  const key = fileKey(contentKey, head)
  const bindingsOf = chunkBindings(header)
  const hash = createHash('sha256')
  yield head

  let index = 0
  let seen = 0
  for await (const chunk of chunked(plain, chunkBytes)) {
    seen += chunk.byteLength
    if (seen > bytes || index >= chunkCount(header)) break
    hash.update(chunk)
    const { nonce, associated } = bindingsOf(index++)
    const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(associated)
    yield Buffer.concat([cipher.update(chunk), cipher.final(), cipher.getAuthTag()])
  }
  if (seen !== bytes || `sha256:${hash.digest('hex')}` !== digest) {
    throw new OutpostError(
      'ARTIFACT_CORRUPT',
      `The file to be sealed is not ${digest}, as it was said to be.`,
    )
  }
}

/** Whole chunks but for the last, which is empty where nothing is there at all. */
async function* chunked(
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  size: number,
): AsyncGenerator<Buffer> {
  const chunk = Buffer.allocUnsafe(size)
  let used = 0
  let isEmpty = true
  for await (const piece of source) {
    for (let at = 0; at < piece.byteLength; ) {
      const taken = Math.min(size - used, piece.byteLength - at)
      chunk.set(piece.subarray(at, at + taken), used)
      used += taken
      at += taken
      if (used < size) continue
      yield chunk
      used = 0
      isEmpty = false
    }
  }
  if (used > 0 || isEmpty) yield chunk.subarray(0, used)
}
