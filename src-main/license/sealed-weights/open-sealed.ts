/**
 * Decrypts a sealed artifact into memory, and nowhere else. It blocks its thread, as loading a model does: engine
 * threads and the lab call it.
 */
import { createDecipheriv, createHash } from 'node:crypto'
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
  /** Of them, as the header says: nobody without the content key can have written another one. */
  digest: string
}

/** What stands in front: whose key, how large, which artifact. */
export function inspectSealed(path: string): SealedHeader {
  return withFile(path, (fd) => readHeader(readExactly(fd, Buffer.alloc(headerBytes), 0)))
}

/**
 * SEALED_INVALID for a wrong key and for any change: not one byte is handed out. The tags of the chunks are the check, so
 * nothing is hashed: with both, a load took two thirds longer than that of a plain model, and with them alone a quarter.
 */
export function openSealed(path: string, contentKey: Buffer): OpenedFile {
  return withFile(path, (fd) => {
    const head = readExactly(fd, Buffer.alloc(headerBytes), 0)
    const header = readHeader(head)
    if (header.keyId !== contentKeyId(contentKey)) throw unusable('its content key is another one')
    if (fstatSync(fd).size !== sealedBytes(header)) throw unusable('it is not as long as it says')
    const bytes = Buffer.allocUnsafeSlow(header.plainBytes)
    const key = fileKey(contentKey, head)
    try {
      decryptInto(bytes, fd, header, key)
      return { bytes, digest: header.digest }
    } catch (error) {
      bytes.fill(0)
      throw error
    } finally {
      key.fill(0)
    }
  })
}

/** And whether the one who sealed it, who may have written any digest, told the truth: asked once, when a package comes. */
export function openVerified(path: string, contentKey: Buffer): OpenedFile {
  const opened = openSealed(path, contentKey)
  const found = `sha256:${createHash('sha256').update(opened.bytes).digest('hex')}`
  if (found === opened.digest) return opened
  opened.bytes.fill(0)
  throw unusable(`its bytes are ${found}, and it says ${opened.digest}`)
}

function decryptInto(bytes: Buffer, fd: number, header: SealedHeader, key: Buffer): void {
  const { chunkBytes, plainBytes } = header
  const bindingsOf = chunkBindings(header)
  const sealed = Buffer.allocUnsafe(chunkBytes + tagBytes)
  const chunks = chunkCount(header)
  for (let index = 0; index < chunks; index++) {
    const at = index * chunkBytes
    const length = Math.min(chunkBytes, plainBytes - at)
    readExactly(fd, sealed.subarray(0, length + tagBytes), headerBytes + at + index * tagBytes)
    const { nonce, associated } = bindingsOf(index)
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes })
      .setAAD(associated)
      .setAuthTag(sealed.subarray(length, length + tagBytes))
    const plain = decipher.update(sealed.subarray(0, length))
    finish(decipher, index)
    plain.copy(bytes, at)
    release(plain)
  }
}

/** Gives memory back at once, for the next chunk: waiting for the collector costs a fifth of the whole. */
function release({ buffer, byteLength }: Buffer<ArrayBuffer>): void {
  if (buffer.byteLength === byteLength) buffer.transfer(0)
}

function finish(decipher: { final(): Buffer }, index: number): void {
  try {
    decipher.final()
  } catch (error) {
    throw unusable(`chunk ${index} was changed, or the key is wrong`, error)
  }
}

function readExactly(fd: number, target: Buffer, position: number): Buffer {
  for (let read = 0; read < target.byteLength; ) {
    const got = readSync(fd, target, read, target.byteLength - read, position + read)
    if (got === 0) throw unusable('it is cut short')
    read += got
  }
  return target
}

function withFile<Result>(path: string, use: (fd: number) => Result): Result {
  const fd = openSync(path, 'r')
  try {
    return use(fd)
  } finally {
    closeSync(fd)
  }
}
