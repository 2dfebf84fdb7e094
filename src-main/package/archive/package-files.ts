/**
 * Which files belong to a package, by what its description says, and as what they travel. The order is the order of
 * the layers: weights, configuration, documents, code, data, each by path.
 */
import { OutpostError } from '../../base/errors.ts'
import { grouped } from '../../base/quantities.ts'
import { limits } from '../../contract/limits.ts'
import { mediaTypes } from '../../contract/model-pack.ts'
import type { PackageDescriptor } from '../../contract/package.ts'
import { checkPaths } from './paths.ts'

export type FileKind = 'weight' | 'descriptor' | 'weightConfig' | 'document' | 'code' | 'data'

/** Where the description lies in a source folder and in a package. */
export const descriptorPath = 'outpost.json'

const layerOrder: readonly FileKind[] = ['weight', 'descriptor', 'weightConfig', 'document', 'code', 'data']

export interface PackageFile {
  path: string
  kind: FileKind
}

export const mediaTypeOf = (kind: FileKind): (typeof mediaTypes)[FileKind] => mediaTypes[kind]

/** The files of a description, outpost.json among them. Throws PACKAGE_PATH or PACKAGE_LIMIT. */
export function packageFiles(descriptor: PackageDescriptor): PackageFile[] {
  const kinds = new Map<string, FileKind>([[descriptorPath, 'descriptor']])
  const add = (kind: FileKind, ...paths: Array<string | undefined>): void => {
    // A path that is named twice, such as a label file of two outputs, keeps the first part it was given.
    for (const path of paths) if (path !== undefined && !kinds.has(path)) kinds.set(path, kind)
  }
  add('weight', descriptor.model.file, ...descriptor.model.externalData)
  for (const output of descriptor.outputs)
    if (output.kind === 'classes') add('weightConfig', output.labelsFile)
  add('document', descriptor.card, descriptor.license.file, descriptor.change.migrationGuide)
  add('data', descriptor.suite)
  add('document', ...descriptor.documents)
  add('code', ...descriptor.code)
  add('data', ...descriptor.data)
  if (kinds.size > limits.packageEntriesMax) {
    throw new OutpostError(
      'PACKAGE_LIMIT',
      `The package has more than ${grouped(limits.packageEntriesMax)} files.`,
    )
  }
  checkPaths(kinds.keys())
  return [...kinds].map(([path, kind]) => ({ path, kind })).toSorted(byLayer)
}

function byLayer(a: PackageFile, b: PackageFile): number {
  return layerOrder.indexOf(a.kind) - layerOrder.indexOf(b.kind) || (a.path < b.path ? -1 : 1)
}

/** Throws PACKAGE_LIMIT for a file larger than its part allows. Weights, code and data are bounded by the package. */
export function checkFileSize(file: PackageFile, bytes: number, descriptor: PackageDescriptor): void {
  const max = bytesMax(file, descriptor)
  if (bytes <= max) return
  throw new OutpostError(
    'PACKAGE_LIMIT',
    `${file.path} has ${grouped(bytes)} bytes; at most ${grouped(max)} are allowed.`,
    {
      details: { path: file.path, bytes, max },
    },
  )
}

function bytesMax({ path, kind }: PackageFile, descriptor: PackageDescriptor): number {
  if (kind === 'descriptor') return limits.descriptorBytesMax
  if (kind === 'document') return limits.documentBytesMax
  if (kind === 'weightConfig') return limits.labelsFileBytesMax
  return path === descriptor.suite ? limits.suiteBytesMax : limits.packageBytesMax
}
