/**
 * Decrypts a sealed artifact into memory, and nowhere else. Chunks are decrypted on the threads of libuv while this one
 * hashes the chunk before, so that a second core takes most of what it costs.
 */
import { createHash, webcrypto } from 'node:crypto'
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import {
  chunkBindings,
  chunkCount,
  contentKeyId,
  fileKey,
  headerBytes,
  readHeader,
  type SealedHeader,
  sealedBytes,
  tagBytes,
  unusable,
} from './format.ts'

export interface OpenedFile {
  /** The plain bytes, in memory of their own: overwrite them (fill(0)) as soon as the model is loaded. */
  bytes: Buffer
  digest: string
}

/** What stands in front: whose key, how large, which artifact. */
export function inspectSealed(path: string): SealedHeader {
  const fd = openSync(path, 'r')
  try {
    return readHeader(readExactly(fd, Buffer.alloc(headerBytes), 0))
  } finally {
    closeSync(fd)
  }
}

/** SEALED_INVALID for a wrong key and for any change: not one byte is handed out. */
export async function openSealed(path: string, contentKey: Buffer): Promise<OpenedFile> {
  const fd = openSync(path, 'r')
  try {
    const head = readExactly(fd, Buffer.alloc(headerBytes), 0)
    const header = readHeader(head)
    if (header.keyId !== contentKeyId(contentKey)) throw unusable('its content key is another one')
    if (fstatSync(fd).size !== sealedBytes(header)) throw unusable('it is not as long as it says')
    const raw = fileKey(contentKey, head)
    const key = await webcrypto.subtle.importKey('raw', raw, 'AES-GCM', false, ['decrypt'])
    raw.fill(0)
    const bytes = Buffer.allocUnsafeSlow(header.plainBytes)
    try {
      return { bytes, digest: await decryptInto(bytes, fd, header, key) }
    } catch (error) {
      bytes.fill(0)
      throw error
    }
  } finally {
    closeSync(fd)
  }
}

/** Chunks that are decrypted while another one is hashed: more gain nothing, and each takes memory of its own. */
const chunksAhead = 2

async function decryptInto(
  bytes: Buffer,
  fd: number,
  header: SealedHeader,
  key: webcrypto.CryptoKey,
): Promise<string> {
  const { chunkBytes, digest } = header
  const decrypt = chunkDecryption(fd, header, key)
  const hash = createHash('sha256')
  const chunks = chunkCount(header)
  const underway: Promise<Buffer<ArrayBuffer>>[] = []
  const begin = (index: number) => {
    const chunk = decrypt(index)
    chunk.catch(() => undefined) // it may fail before its turn to be awaited, where it is told
    underway.push(chunk)
  }
  try {
    for (let index = 0; index < Math.min(chunksAhead, chunks); index++) begin(index)
    for (let index = 0; index < chunks; index++) {
      const plain = await underway.shift()
      if (!plain) break
      if (index + chunksAhead < chunks) begin(index + chunksAhead)
      hash.update(plain)
      plain.copy(bytes, index * chunkBytes)
      release(plain)
    }
  } finally {
    await Promise.allSettled(underway) // where one failed: nothing is read of a file that is closed
  }
  const found = `sha256:${hash.digest('hex')}`
  if (found !== digest) throw unusable(`its bytes are ${found}, and it says ${digest}`)
  return found
}

/** The chunk with this index; what it was read into is used again after `chunksAhead` others. */
function chunkDecryption(
  fd: number,
  header: SealedHeader,
  key: webcrypto.CryptoKey,
): (index: number) => Promise<Buffer<ArrayBuffer>> {
  const { chunkBytes, plainBytes } = header
  const bindingsOf = chunkBindings(header)
  const space = Array.from({ length: chunksAhead }, () => Buffer.allocUnsafeSlow(0))
  return async (index) => {
    const at = index * chunkBytes
    const length = Math.min(chunkBytes, plainBytes - at)
    const slot = index % chunksAhead
    let sealed = space[slot]?.subarray(0, length + tagBytes)
    if (sealed?.byteLength !== length + tagBytes) {
      sealed = Buffer.allocUnsafeSlow(length + tagBytes)
      space[slot] = sealed
    }
    readExactly(fd, sealed, headerBytes + at + index * tagBytes)
    const { nonce: iv, associated: additionalData } = bindingsOf(index)
    try {
      return Buffer.from(await webcrypto.subtle.decrypt({ name: 'AES-GCM', iv, additionalData }, key, sealed))
    } catch (error) {
      throw unusable(`chunk ${index} was changed, or the key is wrong`, error)
    }
  }
}

/** Gives memory back at once, for the next chunk: waiting for the collector costs a fifth of the whole. */
function release({ buffer, byteLength }: Buffer<ArrayBuffer>): void {
  if (buffer.byteLength === byteLength) buffer.transfer(0)
}

function readExactly(fd: number, target: Buffer, position: number): Buffer {
  for (let read = 0; read < target.byteLength; ) {
    const got = readSync(fd, target, read, target.byteLength - read, position + read)
    if (got === 0) throw unusable('it is cut short')
    read += got
  }
  return target
}
