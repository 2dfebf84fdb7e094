/**
 * Reads one blob out of a package in two buffers that take turns: while the sink writes one chunk, this thread hashes
 * it and the disk fills the other. The last chunk is given only after all of them were found right.
 */
import { createHash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import { OutpostError } from '../../base/errors.ts'
import { readFully } from './copy-hashed.ts'
import type { Extent } from './scan-tar.ts'

export const chunkBytes = 1 << 20

export interface BlobReaderInput {
  file: FileHandle
  extent: Extent
  digest: string
  buffers: readonly [Buffer, Buffer]
  /** False where the sink hashes by itself: hashing is most of the time of an import, and once is enough. */
  hashes: boolean
  onBytes: (count: number) => void
  signal: AbortSignal | undefined
}

export class BlobReader {
  /** True once the consumer has asked for all there is. */
  complete = false
  readonly #input: BlobReaderInput
  #ahead: Promise<Buffer> = Promise.resolve(Buffer.alloc(0))

  constructor(input: BlobReaderInput) {
    this.#input = input
  }

  /** A chunk may be used until the next one is asked for. */
  async *chunks(): AsyncGenerator<Uint8Array, void, void> {
    const { extent, hashes, onBytes, signal } = this.#input
    const hash = hashes ? createHash('sha256') : null
    this.#readAhead(0)
    for (let done = 0; done < extent.bytes; ) {
      signal?.throwIfAborted()
      const chunk = await this.#ahead
      done += chunk.byteLength
      if (done < extent.bytes) this.#readAhead(done)
      hash?.update(chunk)
      if (hash && done === extent.bytes) this.#verify(`sha256:${hash.digest('hex')}`)
      onBytes(chunk.byteLength)
      yield chunk
    }
    if (hash && extent.bytes === 0) this.#verify(`sha256:${hash.digest('hex')}`)
    this.complete = true
  }

  /** Waits for the read that may still run, so that the file can be closed. */
  async settled(): Promise<void> {
    await this.#ahead.catch(() => undefined)
  }

  #readAhead(done: number): void {
    this.#ahead = this.#read(done)
    // Reported where it is awaited, which may be later than Node.js waits for a handler.
    this.#ahead.catch(() => undefined)
  }

  async #read(done: number): Promise<Buffer> {
    const { file, extent, buffers } = this.#input
    const bytes = Math.min(chunkBytes, extent.bytes - done)
    const buffer = buffers[(done / chunkBytes) % 2 === 0 ? 0 : 1].subarray(0, bytes)
    if ((await readFully(file, buffer, extent.offset + done, bytes)) === bytes) return buffer
    throw new OutpostError('PACKAGE_INVALID', 'The package became shorter while it was read.')
  }

  #verify(actual: string): void {
    const { digest } = this.#input
    if (actual === digest) return
    throw new OutpostError(
      'PACKAGE_DIGEST',
      `The file ${digest} in the package has other contents than its name says.`,
      { details: { expected: digest, actual } },
    )
  }
}
