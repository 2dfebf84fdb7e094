/**
 * The bytes that ONNX Runtime loads are the bytes whose digest was checked: a small model and its external data are
 * hashed in the buffers they are loaded from; a large one is hashed through the opened hard links it is loaded from.
 * Sealed ones are opened into buffers, whatever their size: their plain bytes are on no disk.
 */
import { randomUUID } from 'node:crypto'
import { readFile, rm } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { isSystemError, OutpostError } from '../base/errors.ts'
import { limits } from '../contract/limits.ts'
import { blobPath } from '../store/blobs/blob-paths.ts'
import { corrupt, readBlob } from '../store/blobs/blobs.ts'
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

/** Decrypts a sealed file into memory, or throws; `digest` is that of the plain bytes. */
export type OpenSealed = (path: string, contentKey: Buffer) => { bytes: Buffer; digest: string }

export const noneSealed: OpenSealed = () => {
  throw new OutpostError('SEALED_INVALID', 'The weights are sealed, and this process opens none.')
}

export const wipe = (bytes: Uint8Array): void => void bytes.fill(0)

/** `directory` holds the private folders of hard links; it must lie on the file system of the blobs. */
export async function prepareFiles(
  source: ModelSource,
  directory: string,
  openSealed: OpenSealed,
): Promise<Loadable> {
  const { from, modelFile, externalData } = source
  if (source.sealed) return openAll(source, source.sealed, openSealed)
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

function openAll(
  { from, modelFile, externalData }: ModelSource,
  { contentKey, plainDigests }: NonNullable<ModelSource['sealed']>,
  openSealed: OpenSealed,
): Loadable {
  const opened: Uint8Array[] = []
  const open = ({ path, digest }: ModelSource['modelFile']) => {
    const file = from.kind === 'folder' ? join(from.directory, path) : blobPath(from.dataDir, digest)
    const { bytes, digest: found } = openThere(() => openSealed(file, Buffer.from(contentKey)), digest)
    opened.push(bytes)
    if (found === plainDigests[path]) return bytes
    throw new OutpostError('SEALED_INVALID', `The sealed file ${path} holds other bytes than it should.`)
  }
  try {
    const bytes = open(modelFile)
    const buffers = externalData.map((file) => ({
      path: locationOf(modelFile.path, file.path),
      data: open(file),
    }))
    return { kind: 'buffer', bytes, externalData: buffers }
  } catch (error) {
    for (const bytes of opened) wipe(bytes)
    throw error
  }
}

function openThere<Opened>(open: () => Opened, digest: string): Opened {
  try {
    return open()
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) throw corrupt(digest, 'is missing', error)
    throw error
  }
}

const locationOf = (modelFile: string, path: string): string => posix.relative(posix.dirname(modelFile), path)
