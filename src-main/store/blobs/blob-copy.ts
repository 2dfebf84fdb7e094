/**
 * Copies bytes into a file and hashes them on the way: while one block is being written the next is read and hashed,
 * so that an import costs what the slower of disk and SHA-256 costs, in two blocks of memory.
 */
import { createHash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'

/** Bytes read and written at a time: large enough that calls cost nothing, small enough that hashing never holds the thread for a frame. */
const blockBytes = 1 << 20

export interface Copied {
  digest: string
  bytes: number
}

/** What a copy reads from: fills the buffer as far as it goes and says how many bytes; 0 at the end. */
export type Fill = (buffer: Uint8Array) => Promise<number>

/** Where a copy goes: an open file, or nothing where only the digest is wanted. */
export interface BlockTarget {
  write(block: Buffer, offset: number, length: number, position: number): Promise<{ bytesWritten: number }>
}

export async function copyHashing(fill: Fill, target: BlockTarget, signal?: AbortSignal): Promise<Copied> {
  const hash = createHash('sha256')
  let [block, spare] = [Buffer.allocUnsafe(blockBytes), Buffer.allocUnsafe(blockBytes)]
  let writing: Promise<unknown> = Promise.resolve()
  let bytes = 0
  try {
    let filled = await fill(block)
    while (filled > 0) {
      signal?.throwIfAborted()
      await writing
      writing = writeAll(target, block, filled, bytes)
      writing.catch(() => undefined) // awaited below; a rejection meanwhile must not count as unhandled
      const reading = fill(spare)
      reading.catch(() => undefined)
      hash.update(filled === blockBytes ? block : block.subarray(0, filled))
      bytes += filled
      filled = await reading
      ;[block, spare] = [spare, block]
    }
  } finally {
    await writing
  }
  return { digest: `sha256:${hash.digest('hex')}`, bytes }
}

async function writeAll(target: BlockTarget, block: Buffer, length: number, position: number): Promise<void> {
  for (let done = 0; done < length; ) {
    done += (await target.write(block, done, length - done, position + done)).bytesWritten
  }
}

export function fillFromFile(file: FileHandle): Fill {
  let position = 0
  return async (buffer) => {
    let filled = 0
    while (filled < buffer.byteLength) {
      const { bytesRead } = await file.read(buffer, filled, buffer.byteLength - filled, position)
      if (bytesRead === 0) break
      filled += bytesRead
      position += bytesRead
    }
    return filled
  }
}

/** Gathers the chunks of a stream into whole blocks. */
export function fillFromStream(source: AsyncIterable<Uint8Array>): Fill {
  const iterator = source[Symbol.asyncIterator]()
  let rest: Uint8Array = new Uint8Array(0)
  return async (buffer) => {
    let filled = 0
    while (filled < buffer.byteLength) {
      if (rest.byteLength === 0) {
        const next = await iterator.next()
        if (next.done === true) break
        rest = next.value
      }
      const taken = Math.min(rest.byteLength, buffer.byteLength - filled)
      buffer.set(rest.subarray(0, taken), filled)
      rest = rest.subarray(taken)
      filled += taken
    }
    return filled
  }
}
