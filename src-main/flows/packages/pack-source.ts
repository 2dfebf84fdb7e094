/** From a source folder, or a bare ONNX file, to a signed package, without a node: what `outpost pack` does. */
import type { KeyObject } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { isSystemError, OutpostError } from '../../base/errors.ts'
import { importSigningKey } from '../../base/signing-key.ts'
import { type ChangeType, type Lineage, type PackageDescriptor, versionOf } from '../../contract/package.ts'
import { casesMade } from '../../package/archive/labelled-pictures.ts'
import { type Packed, pack } from '../../package/archive/pack.ts'
import type { PackageSource } from '../../package/archive/package-source.ts'
import { readSource } from '../../package/archive/read-source.ts'
import { needsGuide } from '../../package/checks/documents-check.ts'
import { describeOnnx } from '../../package/onnx/describe-onnx.ts'
import { dataPaths } from '../../store/data-paths.ts'

export interface PackRequest {
  /** A folder with an outpost.json, or an .onnx file. */
  path: string
  /** In a folder that is there; a file that is there is written over with `force` only. */
  output: string
  force?: boolean | undefined
  /** Null leaves the package unsigned. */
  publisher: { name: string; key: KeyObject } | null
  /** For a bare file, which names neither. */
  id?: string | undefined
  version?: string | undefined
  /** For a bare file; its type follows from the version otherwise. */
  change?: ChangeRequest | undefined
  /** Refuses where a parent's license does not allow the version; asked before anything is packed. */
  admitLineage?(lineage: Lineage): Promise<void>
  onProgress(fraction: number): void
  signal?: AbortSignal | undefined
}

export interface ChangeRequest {
  type?: ChangeType | undefined
  releaseNotes?: string | undefined
  breakingChanges?: string[] | undefined
  /** The path of a Markdown file. */
  migrationGuide?: string | undefined
}

export interface PackAnswer extends Packed {
  model: string
  version: string
  /** Cases of a suite that was made of pictures in folders named by their labels; zero where there is none of these. */
  suiteCases: number
}

export async function packSource(request: PackRequest): Promise<PackAnswer> {
  await refuseOutput(request)
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
  const { lineage = [] } = source.descriptor
  if (lineage.length > 0) await request.admitLineage?.(lineage)
  const packed = await pack(source, {
    output: request.output,
    signer: request.publisher
      ? { publisher: request.publisher.name, privateKey: request.publisher.key }
      : undefined,
    signal: request.signal,
    onProgress: ({ bytesDone, bytesTotal }) => request.onProgress(bytesDone / Math.max(1, bytesTotal)),
  })
  return {
    ...packed,
    model: id,
    version: versionOf(source.descriptor) ?? version,
    suiteCases: casesMade(source),
  }
}

async function refuseOutput({ output, force = false }: PackRequest): Promise<void> {
  const folder = dirname(resolve(output))
  if (!(await found(folder))?.isDirectory()) {
    throw new OutpostError('NOT_FOUND', `There is no folder ${folder} to write the package into.`, {
      hint: 'Make it first, or write to another place with -o.',
    })
  }
  const there = await found(output)
  if (there?.isDirectory()) {
    throw new OutpostError('BAD_REQUEST', `${output} is a folder.`, {
      hint: 'Name the file to write with -o.',
    })
  }
  if (there && !force) {
    throw new OutpostError('BAD_REQUEST', `${output} is there already.`, {
      hint: 'Add --force to write over it.',
    })
  }
}

const found = (path: string) =>
  stat(path).catch((error: unknown) => {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return null
    throw error
  })

async function openSource({
  path,
  publisher,
  id,
  version = '1.0.0',
  change = {},
}: PackRequest): Promise<PackageSource> {
  const source = await found(path)
  if (!source) throw new OutpostError('NOT_FOUND', `There is no ${path}.`)
  if (source.isDirectory()) {
    if (Object.values(change).every((value) => value === undefined))
      return await readSource(path, { wantsPictures: true })
    throw new OutpostError('BAD_REQUEST', 'The outpost.json of the folder says what changed.', {
      hint: 'Write it there, under "change", and leave these options out.',
    })
  }
  const migrationGuide =
    change.migrationGuide === undefined ? undefined : await readFile(change.migrationGuide)
  const described = await describeOnnx(path, {
    publisher: publisher?.name,
    id,
    version,
    change: changeOf(version, change),
    migrationGuide,
  })
  refuseMissingGuide(described.descriptor)
  return described
}

/** The number says what changed; what is incompatible is what a person lists. */
function changeOf(version: string, { type, releaseNotes, breakingChanges = [] }: ChangeRequest) {
  const [minor, patch] = version.split(/[.+-]/).slice(1, 3).map(Number)
  return {
    type: type ?? (patch ? 'patch' : minor ? 'minor' : 'major'),
    releaseNotes: releaseNotes ?? (version === '1.0.0' ? 'First package.' : `Version ${version}.`),
    breakingChanges,
    backwardCompatible: breakingChanges.length === 0,
  }
}

/** Here and not at the import, where the file would have to be packed again. */
function refuseMissingGuide(descriptor: PackageDescriptor): void {
  if (descriptor.change.migrationGuide !== undefined || !needsGuide(descriptor)) return
  throw new OutpostError(
    'MIGRATION_GUIDE_MISSING',
    `Version ${descriptor.version} breaks with the one before and has no migration guide.`,
    {
      hint: 'Write what consumers have to change into a Markdown file and add --migration-guide FILE.',
    },
  )
}

/** Whether a node was ever started on the folder: what it has licenses of stands there. */
export const hasNode = async (dataDirectory: string): Promise<boolean> =>
  (await found(dataPaths(dataDirectory).nodeDatabase)) !== null

/** The own publisher's key of a data folder on this machine. KEY_INVALID where no node was ever started on it. */
export async function ownPublisherKey(dataDirectory: string): Promise<KeyObject> {
  const path = join(dataPaths(dataDirectory).keys, 'publisher.pem')
  try {
    return importSigningKey(await readFile(path, 'utf8'))
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
  return importSigningKey(await readFile(path, 'utf8'), passphrase)
}
