/**
 * Copies bytes and hashes them in the same pass: while a chunk is hashed on this thread, the chunk before it is
 * written and the next one read, so the three cost about as much time as the slowest of them.
 */
import { createHash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'

/** Two of these are all the memory a copy needs; larger ones brought no speed, smaller ones cost some. */
const chunkBytes = 1 << 20

export interface CopyOptions {
  /** Where in the source to begin. */
  from?: number
  bytes: number
  onBytes?: ((count: number) => void) | undefined
  signal?: AbortSignal | undefined
}

/**
 * Copies `bytes` bytes of `source` to `target` at `position` and gives their digest; null where the source ends
 * before. The caller owns both handles.
 */
export async function copyHashed(
  source: FileHandle,
  target: FileHandle,
  position: number,
  { from = 0, bytes, onBytes, signal }: CopyOptions,
): Promise<string | null> {
  const hash = createHash('sha256')
  let current: Buffer = Buffer.allocUnsafe(chunkBytes)
  let next: Buffer = Buffer.allocUnsafe(chunkBytes)
  let done = 0
  let filled = await readFully(source, current, from, Math.min(chunkBytes, bytes))
  while (done < bytes) {
    signal?.throwIfAborted()
    if (filled === 0) return null
    const chunk = current.subarray(0, filled)
    const after = done + filled
    const writing = writeFully(target, chunk, position + done)
    const reading = readFully(source, next, from + after, Math.min(chunkBytes, bytes - after))
    hash.update(chunk)
    // Both are awaited together: where one fails, the other must not be left to use a closed handle.
    const [wrote, read] = await Promise.allSettled([writing, reading])
    if (wrote.status === 'rejected') throw wrote.reason
    if (read.status === 'rejected') throw read.reason
    onBytes?.(filled)
    done = after
    filled = read.value
    ;[current, next] = [next, current]
  }
  return `sha256:${hash.digest('hex')}`
}

/** Fills `length` bytes of the buffer unless the file ends before; gives how many there were. */
export async function readFully(
  file: FileHandle,
  buffer: Buffer,
  position: number,
  length: number,
): Promise<number> {
  let filled = 0
  while (filled < length) {
    const { bytesRead } = await file.read(buffer, filled, length - filled, position + filled)
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return filled
}

/** A write may take less than it was given, for example just before the disk is full. */
export async function writeFully(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  let written = 0
  while (written < bytes.byteLength) {
    const { bytesWritten } = await file.write(bytes, written, bytes.byteLength - written, position + written)
    written += bytesWritten
  }
}
