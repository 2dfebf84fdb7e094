/**
 * The bytes that ONNX Runtime loads are the bytes whose digest was checked: a small model is hashed in the buffer it
 * is loaded from; a large one, or one with external data, is hashed through the opened hard links it is loaded from.
 */
import { constants } from 'node:fs'
import { link, mkdir, mkdtemp, open, readFile, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { sha256, sha256File } from '../base/digest.ts'
import { isSystemError, OutpostError } from '../base/errors.ts'
import { limits } from '../contract/limits.ts'
import type { ModelFile, ModelSource } from './engine.ts'

export type Loadable =
  | { kind: 'buffer'; bytes: Uint8Array }
  | { kind: 'path'; path: string; discard: () => Promise<void> }

const corrupt = (file: ModelFile, found: string): OutpostError =>
  new OutpostError('ARTIFACT_CORRUPT', `The stored file ${file.path} differs from its digest.`, {
    hint: 'Verify the registry, then import the version again from its package.',
    details: { path: file.path, expected: file.digest, found },
  })

/** `directory` holds the private folders of hard links; it must lie on the file system of the blobs. */
export async function prepareFiles(source: ModelSource, directory: string): Promise<Loadable> {
  if (source.externalData.length === 0 && source.modelFile.bytes <= limits.bufferLoadBytesMax) {
    const bytes = await readVerified(source.modelFile)
    return { kind: 'buffer', bytes }
  }
  await mkdir(directory, { recursive: true })
  const folder = await mkdtemp(join(directory, 'model-'))
  const discard = () => rm(folder, { recursive: true, force: true })
  try {
    for (const file of [source.modelFile, ...source.externalData]) await linkVerified(folder, file)
  } catch (error) {
    await discard()
    throw error
  }
  return { kind: 'path', path: join(folder, source.modelFile.path), discard }
}

async function readVerified(file: ModelFile): Promise<Uint8Array> {
  const { size } = await stat(file.blob).catch((error: unknown) => missing(file, error))
  if (size !== file.bytes) throw corrupt(file, `${size} bytes`)
  const bytes = await readFile(file.blob)
  const found = sha256(bytes)
  if (file.digest !== null && found !== file.digest) throw corrupt(file, found)
  return bytes
}

async function linkVerified(folder: string, file: ModelFile): Promise<void> {
  const target = join(folder, file.path)
  await mkdir(dirname(target), { recursive: true })
  await link(file.blob, target).catch((error: unknown) => missing(file, error))
  const handle = await open(target, constants.O_RDONLY | constants.O_NOFOLLOW)
  try {
    const { digest } = await sha256File(target, handle.fd)
    if (file.digest !== null && digest !== file.digest) throw corrupt(file, digest)
  } finally {
    await handle.close()
  }
}

function missing(file: ModelFile, error: unknown): never {
  if (isSystemError(error, 'ENOENT')) throw corrupt(file, 'no file')
  throw error
}
