/**
 * The bytes that ONNX Runtime loads are the bytes whose digest was checked: a small model and its external data are
 * hashed in the buffers they are loaded from; a large one is hashed through the opened hard links it is loaded from.
 */
import { randomUUID } from 'node:crypto'
import { readFile, rm } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { limits } from '../contract/limits.ts'
import { readBlob } from '../store/blobs/blobs.ts'
import { linkTree, refuseChanged } from '../store/blobs/link-tree.ts'
import type { ModelSource } from './engine.ts'

export type Loadable =
  | { kind: 'buffer'; bytes: Uint8Array; externalData: ExternalBuffer[] }
  | {
      kind: 'path'
      path: string
      /** ARTIFACT_CORRUPT where a file was changed since its digest was checked: to be asked after the load. */
      refuseChanged: () => Promise<void>
      discard: () => Promise<void>
    }

/** A file of external data, by the location that the graph gives. */
interface ExternalBuffer {
  path: string
  data: Uint8Array
}

export const isLarge = (source: ModelSource): boolean => source.bytes > limits.bufferLoadBytesMax

/** `directory` holds the private folders of hard links; it must lie on the file system of the blobs. */
export async function prepareFiles(source: ModelSource, directory: string): Promise<Loadable> {
  const { from, modelFile, externalData } = source
  if (!isLarge(source)) {
    const read = ({ path, digest }: ModelSource['modelFile']) =>
      from.kind === 'folder'
        ? readFile(join(from.directory, path))
        : readBlob(from.dataDir, digest, limits.bufferLoadBytesMax)
    const bytes = await read(modelFile)
    const buffers: ExternalBuffer[] = []
    for (const file of externalData)
      buffers.push({ path: locationOf(modelFile.path, file.path), data: await read(file) })
    return { kind: 'buffer', bytes, externalData: buffers }
  }
  if (from.kind === 'folder')
    return {
      kind: 'path',
      path: join(from.directory, modelFile.path),
      refuseChanged: async () => undefined,
      discard: async () => undefined,
    }
  const folder = join(directory, randomUUID())
  const linked = await linkTree(from.dataDir, [modelFile, ...externalData], folder)
  return {
    kind: 'path',
    path: join(folder, modelFile.path),
    refuseChanged: () => refuseChanged(linked),
    discard: () => rm(folder, { recursive: true, force: true }),
  }
}

const locationOf = (modelFile: string, path: string): string => posix.relative(posix.dirname(modelFile), path)
