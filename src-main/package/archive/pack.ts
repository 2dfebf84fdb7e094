/**
 * Writes a package: one pass over each file, which is hashed while it is copied into the tar; the head of the tar,
 * whose length is known beforehand, is filled in when all digests are. The target has its name only when it is whole.
 */

import { type FileHandle, open } from 'node:fs/promises'
import { sha256 } from '../../base/digest.ts'
import { OutpostError } from '../../base/errors.ts'
import { writeAtomically } from '../../base/files.ts'
import { bytesText } from '../../base/quantities.ts'
import { limits } from '../../contract/limits.ts'
import { versionOf } from '../../contract/package.ts'
import { envelopeBytes, type Signer, signManifest } from '../signing/sign-manifest.ts'
import { buildManifest, type HashedFile } from './build-manifest.ts'
import { copyHashed, writeFully } from './copy-hashed.ts'
import { blobName, inTarOrder, packageHead } from './layout.ts'
import type { PackageSource, SourceFile } from './package-source.ts'
import { blockBytes, padded, tarHeader, trailerBytes } from './tar.ts'

export interface PackOptions {
  output: string
  /** Without one the package is unsigned. */
  signer?: Signer | undefined
  onProgress?: ((progress: { bytesDone: number; bytesTotal: number }) => void) | undefined
  signal?: AbortSignal | undefined
}

export interface Packed {
  /** Of the manifest: the digest that names the package everywhere. */
  digest: string
  /** Of the file. */
  bytes: number
  files: HashedFile[]
  signed: boolean
}

const placeholder = sha256('')

/** Throws DISK_FULL, PACKAGE_LIMIT, or PACKAGE_INVALID where a file changes while it is read; leaves no file then. */
export async function pack(source: PackageSource, options: PackOptions): Promise<Packed> {
  const bytesTotal = source.files.reduce((sum, { bytes }) => sum + bytes, 0)
  if (bytesTotal > limits.packageBytesMax) {
    throw new OutpostError(
      'PACKAGE_LIMIT',
      `The files have ${bytesText(bytesTotal)} together, more than a package may have.`,
    )
  }
  options.signal?.throwIfAborted()
  return await writeAtomically(options.output, async (target) => {
    const head = composeHead(
      source,
      source.files.map((file) => ({ ...file, digest: placeholder })),
      options.signer,
    )
    const { files, end } = await writeLayers(source.files, target, head.bytes.length, {
      ...options,
      bytesTotal,
    })
    const final = composeHead(source, files, options.signer)
    await writeFully(target, final.bytes, 0)
    await writeFully(target, Buffer.alloc(trailerBytes), end)
    await target.truncate(end + trailerBytes)
    return { digest: final.digest, bytes: end + trailerBytes, files, signed: options.signer !== undefined }
  })
}

function composeHead(
  source: PackageSource,
  files: readonly HashedFile[],
  signer?: Signer,
): { bytes: Buffer; digest: string } {
  const { manifest, config, digest } = buildManifest(source, files)
  const version = versionOf(source.descriptor) ?? source.descriptor.version
  const signature = signer ? envelopeBytes(signManifest(signer, digest)) : null
  return { bytes: packageHead({ manifest, config, version, signature }), digest }
}

interface LayerOptions extends PackOptions {
  bytesTotal: number
}

/** Writes each different content once; where a copy turns out to be known already, the next one is written over it. */
async function writeLayers(
  files: readonly SourceFile[],
  target: FileHandle,
  start: number,
  { onProgress, signal, bytesTotal }: LayerOptions,
): Promise<{ files: HashedFile[]; end: number }> {
  const digests = new Map<string, string>()
  const written = new Set<string>()
  let position = start
  let bytesDone = 0
  const onBytes = (count: number): void => {
    bytesDone += count
    onProgress?.({ bytesDone, bytesTotal })
  }
  for (const file of inTarOrder(files, ({ kind }) => kind === 'weight')) {
    const data = position + blockBytes
    const digest = await writeContent(file, target, data, onBytes, signal)
    digests.set(file.path, digest)
    if (written.has(digest)) continue
    written.add(digest)
    await writeFully(target, tarHeader(blobName(digest), file.bytes), position)
    await writeFully(target, Buffer.alloc(padded(file.bytes) - file.bytes), data + file.bytes)
    position = data + padded(file.bytes)
  }
  return {
    files: files.map(({ path, kind, bytes }) => ({
      path,
      kind,
      bytes,
      digest: digests.get(path) ?? placeholder,
    })),
    end: position,
  }
}

async function writeContent(
  file: SourceFile,
  target: FileHandle,
  position: number,
  onBytes: (count: number) => void,
  signal: AbortSignal | undefined,
): Promise<string> {
  if ('buffer' in file.content) {
    await writeFully(target, file.content.buffer, position)
    onBytes(file.bytes)
    return sha256(file.content.buffer)
  }
  const source = await open(file.content.file, 'r')
  try {
    const before = await source.stat()
    const digest = await copyHashed(source, target, position, { bytes: file.bytes, onBytes, signal })
    const after = await source.stat()
    if (digest !== null && after.size === file.bytes && after.mtimeMs === before.mtimeMs) return digest
    throw new OutpostError('PACKAGE_INVALID', `The file ${file.path} changed while it was packed.`, {
      hint: 'Wait until nothing writes to it, then pack again.',
    })
  } finally {
    await source.close()
  }
}
