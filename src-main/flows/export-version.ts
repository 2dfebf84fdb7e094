/** A registered version as the signed package that it came as, byte for byte, streamed from the stored blobs. */
import { Readable } from 'node:stream'
import { type BlobSource, exportedBytes, exportPackage } from '../package/export-package.ts'
import { resolveVersion } from '../registry/resolve.ts'
import { corrupt, openBlob } from '../store/blobs.ts'
import { readDocuments } from '../store/versions.ts'
import type { NodeContext } from './node-context.ts'

export interface ExportedPackage {
  stream: Readable
  bytes: number
  fileName: string
}

export function exportVersion(node: NodeContext, model: string, reference: string): ExportedPackage {
  const { version, name } = resolveVersion(node.db, model, reference)
  const documents = readDocuments(node.db, version.id)
  if (!documents) throw corrupt(version.manifestDigest, 'has no manifest any more')
  const manifest = Buffer.from(documents.manifest)
  const config = Buffer.from(documents.config)
  const signature = documents.signature === null ? null : Buffer.from(documents.signature)
  return {
    stream: Readable.from(exportPackage({ manifest, signature, blobs: storedBlobs(node) })),
    bytes: exportedBytes({ manifest, config, signature }),
    fileName: `${model}-${name.replace('+', '_')}.outpost`,
  }
}

const storedBlobs =
  (node: NodeContext): BlobSource =>
  (digest) =>
    readBlocks(node, digest)

async function* readBlocks(node: NodeContext, digest: string): AsyncGenerator<Uint8Array> {
  const file = await openBlob(node.paths.root, digest)
  try {
    yield* file.createReadStream({ highWaterMark: 1 << 20, autoClose: false })
  } finally {
    await file.close()
  }
}
