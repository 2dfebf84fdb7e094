/**
 * Opens a package: first its head is read and checked as a whole, then each different content is streamed once,
 * hashed on the way and handed to the sink. Nothing is believed that was not read through the one opened file.
 */
import { createHash } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import { isSystemError, OutpostError } from '../base/errors.ts'
import { asDiskError } from '../base/files.ts'
import { limits } from '../contract/limits.ts'
import type { BlobSink } from './blob-sink.ts'
import { readFully } from './copy-hashed.ts'
import { blobName } from './layout.ts'
import { type PackageHead, readPackageHead } from './package-head.ts'
import { type Extent, scanTar } from './scan-tar.ts'

export interface OpenPackageOptions {
  /** Receives manifest, configuration and every layer; without one, the head alone is read and checked. */
  sink?: BlobSink | undefined
  /** Decides on the head before any content is taken, for example on trust; what it throws is thrown. */
  admit?: ((head: PackageHead) => void | Promise<void>) | undefined
  onProgress?: ((progress: { bytesDone: number; bytesTotal: number }) => void) | undefined
  signal?: AbortSignal | undefined
}

export interface OpenedPackage extends PackageHead {
  /** Of the package file. */
  bytes: number
}

const chunkBytes = 1 << 20

/**
 * Throws PACKAGE_INVALID, PACKAGE_PATH, PACKAGE_LIMIT, PACKAGE_DIGEST, SIGNATURE_INVALID or DESCRIPTOR_INVALID for
 * what the package is, DISK_FULL for what the sink meets, and the signal's reason when cancelled.
 */
export async function openPackage(path: string, options: OpenPackageOptions = {}): Promise<OpenedPackage> {
  const file = await openFile(path)
  try {
    const { size: bytes } = await file.stat()
    if (bytes > limits.packageBytesMax) {
      throw new OutpostError(
        'PACKAGE_LIMIT',
        `The package has ${bytes} bytes; at most ${limits.packageBytesMax} are allowed.`,
      )
    }
    const entries = await scanTar(file, bytes)
    const head = await readPackageHead(file, entries)
    await options.admit?.(head)
    if (options.sink) await streamBlobs(file, entries, head, options.sink, options)
    return { ...head, bytes }
  } catch (error) {
    throw asDiskError(error)
  } finally {
    await file.close()
  }
}

async function openFile(path: string): Promise<FileHandle> {
  const file = await open(path, 'r').catch((error: unknown) => {
    if (!isSystemError(error, 'ENOENT', 'ENOTDIR', 'EACCES')) throw error
    throw new OutpostError('PACKAGE_INVALID', `The package cannot be opened: ${error.code}.`, {
      cause: error,
    })
  })
  if ((await file.stat()).isFile()) return file
  await file.close()
  throw new OutpostError('PACKAGE_INVALID', 'The package is no file.')
}

async function streamBlobs(
  file: FileHandle,
  entries: ReadonlyMap<string, Extent>,
  head: PackageHead,
  sink: BlobSink,
  { onProgress, signal }: OpenPackageOptions,
): Promise<void> {
  const { manifest } = head
  const sizes = new Map<string, number>([[head.digest, head.manifestBytes.length]])
  for (const { digest, size } of [manifest.config, ...manifest.layers]) sizes.set(digest, size)
  const bytesTotal = [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0)
  let bytesDone = 0
  const onBytes = (count: number): void => {
    bytesDone += count
    onProgress?.({ bytesDone, bytesTotal })
  }
  for (const [digest, bytes] of sizes) {
    const extent = entries.get(blobName(digest))
    if (!extent) throw new Error(`the blob ${digest} was checked to be there`)
    const blob = new VerifiedBlob(file, extent, digest, onBytes, signal)
    await sink.write(digest, bytes, blob.chunks())
    if (!blob.complete) throw new Error(`the sink did not read the blob ${digest} to its end`)
  }
}

/** The bytes of one blob; the last chunk is given only after all of them were hashed and found right. */
class VerifiedBlob {
  complete = false
  readonly #file: FileHandle
  readonly #extent: Extent
  readonly #digest: string
  readonly #onBytes: (count: number) => void
  readonly #signal: AbortSignal | undefined

  constructor(
    file: FileHandle,
    extent: Extent,
    digest: string,
    onBytes: (count: number) => void,
    signal: AbortSignal | undefined,
  ) {
    this.#file = file
    this.#extent = extent
    this.#digest = digest
    this.#onBytes = onBytes
    this.#signal = signal
  }

  /** Reads one chunk ahead, so that reading, hashing and the sink's writing run at the same time. */
  async *chunks(): AsyncGenerator<Uint8Array, void, void> {
    const { offset, bytes } = this.#extent
    const hash = createHash('sha256')
    let ahead = this.#readAhead(offset, bytes)
    try {
      for (let done = 0; done < bytes; ) {
        this.#signal?.throwIfAborted()
        const chunk = await ahead
        done += chunk.byteLength
        ahead = this.#readAhead(offset + done, bytes - done)
        hash.update(chunk)
        if (done === bytes) this.#verify(`sha256:${hash.digest('hex')}`)
        this.#onBytes(chunk.byteLength)
        yield chunk
      }
      if (bytes === 0) this.#verify(`sha256:${hash.digest('hex')}`)
      this.complete = true
    } finally {
      // The file is closed by the caller once this returns; the read ahead must be over by then.
      await ahead.catch(() => undefined)
    }
  }

  /** A read that fails is reported where it is awaited, which may be later than Node.js waits for a handler. */
  #readAhead(position: number, left: number): Promise<Buffer> {
    const reading = this.#read(position, left)
    reading.catch(() => undefined)
    return reading
  }

  /** A fresh buffer each: the sink may still be writing the one before. */
  async #read(position: number, left: number): Promise<Buffer> {
    const buffer = Buffer.allocUnsafeSlow(Math.min(chunkBytes, left))
    const filled = await readFully(this.#file, buffer, position, buffer.length)
    if (filled === buffer.length) return buffer
    throw new OutpostError('PACKAGE_INVALID', 'The package became shorter while it was read.')
  }

  #verify(actual: string): void {
    if (actual === this.#digest) return
    throw new OutpostError(
      'PACKAGE_DIGEST',
      `The file ${this.#digest} in the package has other contents than its name says.`,
      {
        details: { expected: this.#digest, actual },
      },
    )
  }
}
