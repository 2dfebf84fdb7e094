/**
 * A registered version as the signed package that it came as, byte for byte, streamed from the stored blobs. A stored
 * file that has changed makes no package: what is small is hashed before the first byte goes out, what is large while
 * it goes, and its last block is held back until its digest is known, so that the stream fails before its end.
 */
import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { sha256 } from '../../base/digest.ts'
import { OutpostError } from '../../base/errors.ts'
import { grouped } from '../../base/quantities.ts'
import { limits } from '../../contract/limits.ts'
import type { ArtifactRow } from '../../contract/views.ts'
import { type BlobSource, exportedBytes, exportPackage } from '../../package/archive/export-package.ts'
import { resolveVersion } from '../../registry/resolve.ts'
import { corrupt, openBlob } from '../../store/blobs/blobs.ts'
import { artifactsOf } from '../../store/tables/artifacts.ts'
import { readDocuments } from '../../store/tables/versions.ts'
import { requireRightHere } from '../licenses/require-right.ts'
import type { NodeContext } from '../node-context.ts'

export interface ExportedPackage {
  stream: Readable
  bytes: number
  fileName: string
}

/** ARTIFACT_CORRUPT, thrown here or by the stream, names the version and the file. */
export async function exportVersion(
  node: NodeContext,
  model: string,
  reference: string,
  verifiedFirstBytesMax: number = limits.exportVerifiedFirstBytesMax,
): Promise<ExportedPackage> {
  const { version, name } = resolveVersion(node.db, model, reference)
  requireRightHere(node, model, version, { operation: 'export' })
  const documents = readDocuments(node.db, version.id)
  if (!documents) throw corrupt(version.manifestDigest, 'has no manifest any more')
  const manifest = Buffer.from(documents.manifest)
  const config = Buffer.from(documents.config)
  const signature = documents.signature === null ? null : Buffer.from(documents.signature)
  const stored = new StoredFiles(node.paths.root, `${model}@${name}`, artifactsOf(node.db, version.id))
  await stored.verify(verifiedFirstBytesMax)
  const ofConfig = sha256(config)
  // The config stands in the version's row: as a file it is no artifact, so a collection may have taken it.
  const blobs: BlobSource = (digest, bytes) =>
    digest === ofConfig ? Readable.from([config]) : stored.read(digest, bytes)
  return {
    stream: Readable.from(exportPackage({ manifest, signature, blobs })),
    bytes: exportedBytes({ manifest, config, signature }),
    fileName: `${model}-${name.replace('+', '_')}.outpost`,
  }
}

class StoredFiles {
  readonly #root: string
  readonly #version: string
  readonly #files: ReadonlyMap<string, ArtifactRow>

  constructor(root: string, version: string, artifacts: readonly ArtifactRow[]) {
    this.#root = root
    this.#version = version
    this.#files = new Map(artifacts.map((artifact) => [artifact.digest, artifact]))
  }

  /** Reads what has `bytesMax` together, the smallest files first: what is damaged there is refused with an answer. */
  async verify(bytesMax: number): Promise<void> {
    let bytesTotal = 0
    for (const { digest, bytes } of [...this.#files.values()].toSorted((a, b) => a.bytes - b.bytes)) {
      bytesTotal += bytes
      if (bytesTotal > bytesMax) return
      for await (const _block of this.read(digest, bytes));
    }
  }

  async *read(digest: string, bytes: number): AsyncGenerator<Uint8Array> {
    const file = await openBlob(this.#root, digest).catch((error: unknown) => {
      if (!(error instanceof OutpostError)) throw error
      throw this.#damaged(digest, 'is missing', error)
    })
    try {
      const { size } = await file.stat()
      if (size !== bytes)
        throw this.#damaged(digest, `has ${grouped(size)} bytes and should have ${grouped(bytes)}`)
      const hash = createHash('sha256')
      let held: Uint8Array | null = null
      for await (const block of file.createReadStream({ highWaterMark: 1 << 20, autoClose: false })) {
        hash.update(block as Uint8Array)
        if (held) yield held
        held = block as Uint8Array
      }
      const found = `sha256:${hash.digest('hex')}`
      if (found !== digest) throw this.#damaged(digest, `now has the digest ${found}`)
      if (held) yield held
    } finally {
      await file.close()
    }
  }

  #damaged(digest: string, what: string, cause?: unknown): OutpostError {
    const path = this.#files.get(digest)?.path ?? digest
    return new OutpostError('ARTIFACT_CORRUPT', `The stored file ${path} of ${this.#version} ${what}.`, {
      hint: 'Import the package of this version again: that puts the right bytes back.',
      details: { version: this.#version, path, digest },
      cause,
    })
  }
}
