/** From a source folder, or a bare ONNX file, to a signed package, without a node: what `outpost pack` does. */
import type { KeyObject } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { isSystemError, OutpostError } from '../base/errors.ts'
import { describeOnnx } from '../package/describe-onnx.ts'
import { type Packed, pack } from '../package/pack.ts'
import type { PackageSource } from '../package/package-source.ts'
import { importPublisherKey } from '../package/publisher-key.ts'
import { readSource } from '../package/read-source.ts'
import { dataPaths } from '../store/data-paths.ts'

export interface PackRequest {
  /** A folder with an outpost.json, or an .onnx file. */
  path: string
  output: string
  /** Null leaves the package unsigned. */
  publisher: { name: string; key: KeyObject } | null
  /** For a bare file, which names neither. */
  id?: string | undefined
  version?: string | undefined
  onProgress(fraction: number): void
  signal?: AbortSignal | undefined
}

export interface PackAnswer extends Packed {
  model: string
  version: string
}

export async function packSource(request: PackRequest): Promise<PackAnswer> {
  const source = await openSource(request)
  const { id, version } = source.descriptor
  const owner = id.split('.')[0]
  if (request.publisher && request.publisher.name !== owner) {
    throw new OutpostError(
      'PUBLISHER_MISMATCH',
      `The model is ${id}, but the key signs as "${request.publisher.name}".`,
      {
        hint: `Change the id, or name the own publisher "${owner}": outpost publisher rename ${owner}.`,
      },
    )
  }
  const packed = await pack(source, {
    output: request.output,
    signer: request.publisher
      ? { publisher: request.publisher.name, privateKey: request.publisher.key }
      : undefined,
    signal: request.signal,
    onProgress: ({ bytesDone, bytesTotal }) => request.onProgress(bytesDone / Math.max(1, bytesTotal)),
  })
  return { ...packed, model: id, version }
}

async function openSource({ path, publisher, id, version }: PackRequest): Promise<PackageSource> {
  const found = await stat(path).catch((cause: unknown) => {
    if (!isSystemError(cause, 'ENOENT', 'ENOTDIR')) throw cause
    throw new OutpostError('NOT_FOUND', `There is no ${path}.`, { cause })
  })
  return found.isDirectory()
    ? readSource(path)
    : describeOnnx(path, { publisher: publisher?.name, id, version })
}

/** The own publisher's key of a data folder on this machine. KEY_INVALID where no node was ever started on it. */
export async function ownPublisherKey(dataDirectory: string): Promise<KeyObject> {
  const path = join(dataPaths(dataDirectory).keys, 'publisher.pem')
  try {
    return importPublisherKey(await readFile(path, 'utf8'))
  } catch (cause) {
    if (!isSystemError(cause, 'ENOENT', 'ENOTDIR')) throw cause
    throw new OutpostError('KEY_INVALID', 'This data folder has no publisher key yet.', {
      hint: 'Start the node once, or pack with --unsigned.',
      cause,
    })
  }
}

/** A key file in PEM form, for machines without a data folder (CI). */
export async function readPublisherKey(path: string, passphrase: string | undefined): Promise<KeyObject> {
  return importPublisherKey(await readFile(path, 'utf8'), passphrase)
}
