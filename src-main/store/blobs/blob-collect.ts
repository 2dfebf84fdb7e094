/**
 * Takes the blobs that no version refers to and no intake holds. Looking and taking happen in one synchronous step,
 * and intakes hold before they look, so a blob that is being imported now cannot be lost in between.
 */
import { chmodSync, statSync, unlinkSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { isSystemError } from '../../base/errors.ts'
import { inTransaction, type NodeWriter } from '../sqlite.ts'
import { deleteBlobRow, isReferenced, unreferencedRows } from '../tables/blob-rows.ts'
import { blobFolder, blobPath } from './blob-paths.ts'
import type { BlobStore } from './blobs.ts'

export interface Collected {
  blobs: number
  bytesFreed: number
}

/** All stored blobs, or only these. Called by the owner of the data folder alone. */
export async function collectBlobs(
  db: NodeWriter,
  blobs: BlobStore,
  only?: Iterable<string>,
  signal?: AbortSignal,
): Promise<Collected> {
  const collected: Collected = { blobs: 0, bytesFreed: 0 }
  for await (const digest of only ?? storedBlobs(blobs.dataDir)) {
    signal?.throwIfAborted()
    const bytes = takeIfUnused(db, blobs, digest)
    if (bytes === null) continue
    collected.blobs++
    collected.bytesFreed += bytes
  }
  if (only === undefined) forgetRows(db, blobs)
  return collected
}

/** The digests of the blobs that lie in the store, whatever the registry says. */
export async function* storedBlobs(dataDir: string): AsyncGenerator<string> {
  const folder = blobFolder(dataDir)
  for (const prefix of await readFolder(folder)) {
    if (!/^[0-9a-f]{2}$/.test(prefix)) continue
    for (const name of await readFolder(join(folder, prefix))) {
      if (/^[0-9a-f]{64}$/.test(name) && name.startsWith(prefix)) yield `sha256:${name}`
    }
  }
}

function takeIfUnused(db: NodeWriter, blobs: BlobStore, digest: string): number | null {
  const path = blobPath(blobs.dataDir, digest)
  return inTransaction(db, () => {
    if (blobs.isHeld(digest) || isReferenced(db, digest)) return null
    deleteBlobRow(db, digest)
    try {
      const bytes = statSync(path).size
      if (process.platform === 'win32') chmodSync(path, 0o600) // it refuses to delete what is read-only
      unlinkSync(path)
      return bytes
    } catch (error) {
      if (isSystemError(error, 'ENOENT')) return null
      throw error
    }
  })
}

function forgetRows(db: NodeWriter, blobs: BlobStore): void {
  inTransaction(db, () => {
    for (const digest of unreferencedRows(db)) if (!blobs.isHeld(digest)) deleteBlobRow(db, digest)
  })
}

async function readFolder(path: string): Promise<string[]> {
  try {
    return await readdir(path)
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return []
    throw error
  }
}
