/** Writes a package out again from stored blobs: byte for byte the file that pack wrote for the same signature. */
import { sha256 } from '../../base/digest.ts'
import { OutpostError } from '../../base/errors.ts'
import { parseJsonAs } from '../../base/json.ts'
import { annotations, type ModelManifest, mediaTypes, modelManifest } from '../../contract/model-pack.ts'
import { blobName, inTarOrder, packageHead } from './layout.ts'
import { blockBytes, padded, tarHeader, trailerBytes } from './tar.ts'

/** Gives the bytes of a stored blob; whoever keeps them verifies them and throws where they differ. */
export type BlobSource = (
  digest: string,
  bytes: number,
) => AsyncIterable<Uint8Array> | Promise<AsyncIterable<Uint8Array>>

export interface ExportPackageInput {
  manifest: Uint8Array
  /** The envelope's bytes as they were stored, or null for an unsigned package. */
  signature: Uint8Array | null
  blobs: BlobSource
}

/** The length of the file that exportPackage writes, known beforehand. */
export function exportedBytes(parts: {
  manifest: Uint8Array
  config: Uint8Array
  signature: Uint8Array | null
}): number {
  const manifest = parseManifest(parts.manifest)
  const layers = layersOnce(manifest).reduce((sum, { size }) => sum + blockBytes + padded(size), 0)
  return packageHead({ ...parts, version: versionIn(manifest) }).length + layers + trailerBytes
}

/** The package as a stream of tar bytes. Throws ARTIFACT_CORRUPT where a blob has not the size the manifest gives it. */
export async function* exportPackage(input: ExportPackageInput): AsyncGenerator<Uint8Array, void, void> {
  const manifest = parseManifest(input.manifest)
  const config = await collect(input, manifest.config)
  if (sha256(config) !== manifest.config.digest) throw corrupt(manifest.config.digest)
  const { signature } = input
  yield packageHead({ manifest: input.manifest, config, version: versionIn(manifest), signature })
  for (const layer of layersOnce(manifest)) {
    yield tarHeader(blobName(layer.digest), layer.size)
    yield* sized(input, layer)
    yield Buffer.alloc(padded(layer.size) - layer.size)
  }
  yield Buffer.alloc(trailerBytes)
}

const parseManifest = (bytes: Uint8Array): ModelManifest =>
  parseJsonAs(modelManifest, Buffer.from(bytes).toString('utf8'), 'PACKAGE_INVALID', 'The manifest')

const versionIn = (manifest: ModelManifest): string => manifest.annotations[annotations.version] ?? ''

/** Each different content at its first place, in the order of the tar. */
function layersOnce({ layers }: ModelManifest): ModelManifest['layers'] {
  const ordered = inTarOrder(layers, ({ mediaType }) => mediaType === mediaTypes.weight)
  return [...new Map(ordered.map((layer) => [layer.digest, layer])).values()]
}

interface Blob {
  digest: string
  size: number
}

/** A tar whose entry is longer or shorter than its header says is unreadable from there on, so the size is kept. */
async function* sized(
  { blobs }: ExportPackageInput,
  { digest, size }: Blob,
): AsyncGenerator<Uint8Array, void, void> {
  let bytes = 0
  for await (const chunk of await blobs(digest, size)) {
    bytes += chunk.byteLength
    if (bytes > size) break
    yield chunk
  }
  if (bytes !== size) throw corrupt(digest)
}

async function collect(input: ExportPackageInput, blob: Blob): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of sized(input, blob)) chunks.push(chunk)
  return Buffer.concat(chunks)
}

const corrupt = (digest: string): OutpostError =>
  new OutpostError('ARTIFACT_CORRUPT', `The stored file ${digest} differs from its digest.`, {
    details: { digest },
  })
