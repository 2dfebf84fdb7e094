/**
 * The bytes that ONNX Runtime loads are the bytes whose digest was checked: a small model is hashed in the buffer it
 * is loaded from; a large one, or one with external data, is hashed through the opened hard links it is loaded from.
 */
import { randomUUID } from 'node:crypto'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { limits } from '../contract/limits.ts'
import { readBlob } from '../store/blobs/blobs.ts'
import { linkTree } from '../store/blobs/link-tree.ts'
import type { ModelSource } from './engine.ts'

export type Loadable =
  | { kind: 'buffer'; bytes: Uint8Array }
  | { kind: 'path'; path: string; discard: () => Promise<void> }

export const isLarge = (source: ModelSource): boolean =>
  source.bytes > limits.bufferLoadBytesMax || source.externalData.length > 0

/** `directory` holds the private folders of hard links; it must lie on the file system of the blobs. */
export async function prepareFiles(source: ModelSource, directory: string): Promise<Loadable> {
  const { from, modelFile, externalData } = source
  if (from.kind === 'folder') {
    const path = join(from.directory, modelFile.path)
    if (!isLarge(source)) return { kind: 'buffer', bytes: await readFile(path) }
    return { kind: 'path', path, discard: async () => undefined }
  }
  if (!isLarge(source)) {
    const bytes = await readBlob(from.dataDir, modelFile.digest, limits.bufferLoadBytesMax)
    return { kind: 'buffer', bytes }
  }
  const folder = join(directory, randomUUID())
  await linkTree(from.dataDir, [modelFile, ...externalData], folder)
  const discard = () => rm(folder, { recursive: true, force: true })
  return { kind: 'path', path: join(folder, modelFile.path), discard }
}
