/** A registered version as the signed package that it came as, byte for byte, streamed from the stored blobs. */
import { Readable } from 'node:stream'
import { sha256 } from '../base/digest.ts'
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
    stream: Readable.from(exportPackage({ manifest, signature, blobs: storedBlobs(node, config) })),
    bytes: exportedBytes({ manifest, config, signature }),
    fileName: `${model}-${name.replace('+', '_')}.outpost`,
  }
}

/** The config stands in the version's row: as a file it is no artifact, so a collection may have taken it. */
function storedBlobs(node: NodeContext, config: Buffer): BlobSource {
  const ofConfig = sha256(config)
  return (digest) => (digest === ofConfig ? Readable.from([config]) : readBlocks(node, digest))
}

async function* readBlocks(node: NodeContext, digest: string): AsyncGenerator<Uint8Array> {
  const file = await openBlob(node.paths.root, digest)
  try {
    yield* file.createReadStream({ highWaterMark: 1 << 20, autoClose: false })
  } finally {
    await file.close()
  }
}
