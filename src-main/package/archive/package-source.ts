/**
 * A package before it is packed: its description and where each file lies. Every file is looked at here, so that a
 * link, a missing file or external data outside the folder is refused before anything is written.
 */
import { constants } from 'node:fs'
import { type FileHandle, open, realpath } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { isSystemError, OutpostError } from '../../base/errors.ts'
import { type GraphSummary, type PackageDescriptor, versionOf } from '../../contract/package.ts'
import { checkExternalData, externalPaths } from '../onnx/external-data.ts'
import { inspectOnnx } from '../onnx/inspect-onnx.ts'
import { canonicalJson } from '../signing/canonical-json.ts'
import { checkFileSize, descriptorPath, type PackageFile, packageFiles } from './package-files.ts'
import { quoted } from './paths.ts'

export interface SourceFile extends PackageFile {
  bytes: number
  content: { file: string } | { buffer: Uint8Array }
}

export interface PackageSource {
  descriptor: PackageDescriptor
  graph: GraphSummary
  /** In the order of the layers; outpost.json is among them, in its canonical form. */
  files: SourceFile[]
}

/** Opens the sealed weights of a folder, by path below it, into memory alone. Throws SEALED_INVALID. */
export interface SealedFiles {
  /** The bytes are the caller's to overwrite when it is done with them. */
  open(path: string): { bytes: Buffer; digest: string }
  plainBytes(path: string): number
}

/**
 * Gathers the files that a description names, from `folder` or, where there is no file, from `generated`.
 * External data that the graph uses is added to the description, unless that was packed and signed. Throws DESCRIPTOR_INVALID, PACKAGE_PATH,
 * PACKAGE_LIMIT, ONNX_INVALID or ONNX_EXTERNAL_DATA.
 */
export async function assembleSource(
  description: PackageDescriptor,
  folder: string,
  generated: ReadonlyMap<string, Uint8Array> = new Map(),
  { isPacked = false, sealed }: { isPacked?: boolean; sealed?: SealedFiles | undefined } = {},
): Promise<PackageSource> {
  if (versionOf(description) === null) {
    throw new OutpostError(
      'DESCRIPTOR_INVALID',
      'version carries build metadata that differs from dataVersion.',
    )
  }
  packageFiles(description)
  const root = await realpath(folder)
  const graph = await inspectModel(root, description, sealed)
  const external = externalPaths(description.model.file, graph)
  const used = isPacked ? [] : external
  const externalData = [...new Set([...description.model.externalData, ...used])].toSorted()
  const descriptor = { ...description, model: { ...description.model, externalData } }
  const files: SourceFile[] = []
  for (const file of packageFiles(descriptor)) {
    const source = await sourceFile(root, file, descriptor, generated).catch((error: unknown) => {
      if (!external.includes(file.path) || !isSystemError(causeOf(error), 'ENOENT', 'ENOTDIR')) throw error
      throw missingWeights(description.model.file, file.path, error)
    })
    checkFileSize(file, source.bytes, descriptor)
    files.push(source)
  }
  const weights = files.filter(({ kind }) => kind === 'weight')
  const bytesOf = ({ path, bytes }: SourceFile) => (description.sealed && sealed?.plainBytes(path)) ?? bytes
  checkExternalData(descriptor.model.file, graph, new Map(weights.map((file) => [file.path, bytesOf(file)])))
  if (description.sealed && sealed)
    for (const path of externalData) openTold(description, path, sealed).fill(0)
  return { descriptor, graph, files }
}

const causeOf = (error: unknown): unknown => (error instanceof OutpostError ? error.cause : error)

const missingWeights = (model: string, path: string, cause: unknown): OutpostError =>
  new OutpostError(
    'ONNX_EXTERNAL_DATA',
    `The model ${quoted(model)} keeps weights in the file ${quoted(path)}, which is not there.`,
    {
      hint: 'Put it beside the model: an export writes both, and they belong together.',
      details: { model, path },
      cause,
    },
  )

async function inspectModel(
  root: string,
  description: PackageDescriptor,
  sealed: SealedFiles | undefined,
): Promise<GraphSummary> {
  const path = description.model.file
  const model = await openSourceFile(root, path)
  if (description.sealed) {
    await model.close()
    return await inspectSealedModel(description, sealed)
  }
  try {
    return await inspectOnnx(model)
  } finally {
    await model.close()
  }
}

async function inspectSealedModel(
  description: PackageDescriptor,
  sealed: SealedFiles | undefined,
): Promise<GraphSummary> {
  if (!sealed)
    throw new OutpostError(
      'LIC_NONE',
      `The weights of ${description.id} are sealed, and nothing here opens them.`,
      {
        hint: 'Import its license on the node first, and then the package.',
      },
    )
  const bytes = openTold(description, description.model.file, sealed)
  try {
    return await inspectOnnx(bytes)
  } finally {
    bytes.fill(0)
  }
}

/** A sealed file, where it is what the description says that it is. */
function openTold({ sealed: seal }: PackageDescriptor, path: string, sealed: SealedFiles): Buffer {
  const { bytes, digest } = sealed.open(path)
  if (digest === seal?.digests[path]) return bytes
  bytes.fill(0)
  throw new OutpostError('SEALED_INVALID', `The sealed file ${path} holds other bytes than it should.`)
}

async function sourceFile(
  root: string,
  file: PackageFile,
  descriptor: PackageDescriptor,
  generated: ReadonlyMap<string, Uint8Array>,
): Promise<SourceFile> {
  const buffer =
    file.path === descriptorPath ? Buffer.from(canonicalJson(descriptor)) : generated.get(file.path)
  if (buffer) return { ...file, bytes: buffer.byteLength, content: { buffer } }
  const handle = await openSourceFile(root, file.path)
  try {
    return { ...file, bytes: (await handle.stat()).size, content: { file: join(root, file.path) } }
  } finally {
    await handle.close()
  }
}

/**
 * Opens a file of a source folder for reading. `root` is the folder's real path; a link anywhere below it, or a
 * spelling that the disk merely tolerates, makes the real path another one and is refused.
 */
export async function openSourceFile(root: string, path: string): Promise<FileHandle> {
  const wanted = join(root, path)
  try {
    const real = await realpath(wanted)
    if (real !== wanted) {
      const where = real.startsWith(root + sep) ? 'elsewhere in the folder' : 'outside the folder'
      throw new OutpostError('PACKAGE_PATH', `The file ${quoted(path)} is a link or leads ${where}.`, {
        details: { path },
      })
    }
    // O_NONBLOCK: opening a pipe would otherwise wait for a writer for ever.
    const handle = await open(
      wanted,
      constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0),
    )
    if ((await handle.stat()).isFile()) return handle
    await handle.close()
    throw new OutpostError('PACKAGE_PATH', `${quoted(path)} is no regular file.`, { details: { path } })
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) {
      throw new OutpostError(
        'DESCRIPTOR_INVALID',
        `The file ${quoted(path)} that outpost.json names is not there.`,
        {
          details: { path },
          cause: error,
        },
      )
    }
    if (isSystemError(error, 'EACCES', 'EPERM', 'ELOOP')) {
      throw new OutpostError('PACKAGE_PATH', `The file ${quoted(path)} cannot be read.`, {
        details: { path },
        cause: error,
      })
    }
    throw error
  }
}
