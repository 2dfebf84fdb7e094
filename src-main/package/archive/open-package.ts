/**
 * Opens a package: first its head is read and checked as a whole, then each different content is streamed once,
 * hashed on the way and handed to the sink. Nothing is believed that was not read through the one opened file.
 */
import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { isSystemError, OutpostError } from '../../base/errors.ts'
import { asDiskError } from '../../base/files.ts'
import { looksLikeText } from '../../base/looks-like-text.ts'
import { bytesText } from '../../base/quantities.ts'
import { limits } from '../../contract/limits.ts'
import { startsLikeOnnx } from '../onnx/onnx-format.ts'
import { BlobReader, chunkBytes } from './blob-reader.ts'
import type { BlobSink } from './blob-sink.ts'
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
        `The package has ${bytesText(bytes)}; at most ${bytesText(limits.packageBytesMax)} are allowed.`,
      )
    }
    await refuseOtherFormats(file)
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

/** Opening a pipe would otherwise wait for a writer for ever. */
const readAtOnce = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)

async function openFile(path: string): Promise<FileHandle> {
  const file = await open(path, readAtOnce).catch((error: unknown) => {
    if (!isSystemError(error, 'ENOENT', 'ENOTDIR', 'EACCES')) throw error
    throw new OutpostError('PACKAGE_INVALID', `The package cannot be opened: ${error.code}.`, {
      cause: error,
    })
  })
  if ((await file.stat()).isFile()) return file
  await file.close()
  throw new OutpostError('PACKAGE_INVALID', 'The package is no file.')
}

/** What people give for a package, in words that say what to do with it. */
async function refuseOtherFormats(file: FileHandle): Promise<void> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(headBytes), 0, headBytes, 0)
  const start = buffer.subarray(0, bytesRead)
  if (bytesRead === 0) throw noPackage('The file is empty and no package.')
  if (startsLikeOnnx(start)) {
    throw new OutpostError('PACKAGE_INVALID', 'The file is an ONNX model and no package.', {
      hint: 'Pack it first: outpost pack MODEL.onnx -o model.outpost, or “Package” in the UI.',
      details: { format: 'onnx' },
    })
  }
  const archive = archives.find(({ bytes }) => start.toString('latin1').startsWith(bytes))
  if (archive) throw noPackage(`The file is ${archive.name} and no package.`, archive.hint)
  if (looksLikeText(start)) throw noPackage('The file is text and no package.')
}

/** A tar's first header has zeros in its first hundred bytes or two, so none is taken for text. */
const headBytes = 512

const noPackage = (
  message: string,
  hint = 'A package is a file such as `outpost pack` writes.',
): OutpostError => new OutpostError('PACKAGE_INVALID', message, { hint })

const archives = [
  {
    bytes: 'PK\u0003\u0004',
    name: 'a ZIP archive',
    hint: 'Unpack it, then pack the folder: outpost pack FOLDER -o model.outpost',
  },
  {
    bytes: '\u001f\u008b',
    name: 'compressed with gzip',
    hint: 'A package is no compressed file; where it was compressed on the way, gunzip gives it back.',
  },
]

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
  const buffers = [Buffer.allocUnsafeSlow(chunkBytes), Buffer.allocUnsafeSlow(chunkBytes)] as const
  for (const [digest, bytes] of sizes) {
    const extent = entries.get(blobName(digest))
    if (!extent) throw new Error(`the blob ${digest} was checked to be there`)
    const reader = new BlobReader({ file, extent, digest, buffers, hashes: !sink.verifies, onBytes, signal })
    try {
      await sink.write(digest, bytes, reader.chunks())
    } finally {
      await reader.settled()
    }
    if (!reader.complete) throw new Error(`the sink did not read the blob ${digest} to its end`)
  }
}
