/**
 * Reads what a package says of itself and checks that all of it agrees: index, manifest, ModelPack configuration,
 * description, paths and signature. The contents of the layers are not read here, apart from the description.
 */
import type { FileHandle } from 'node:fs/promises'
import type { z } from 'zod'
import { sha256 } from '../../base/digest.ts'
import { OutpostError } from '../../base/errors.ts'
import { parseJsonAs } from '../../base/json.ts'
import { grouped } from '../../base/quantities.ts'
import { limits } from '../../contract/limits.ts'
import {
  annotations,
  type ModelManifest,
  mediaTypes,
  modelConfig,
  modelManifest,
  ociIndex,
  ociLayout,
} from '../../contract/model-pack.ts'
import { type PackageDescriptor, versionOf } from '../../contract/package.ts'
import { parseEnvelope, type VerifiedSignature, verifySignature } from '../signing/verify-signature.ts'
import type { HashedFile } from './build-manifest.ts'
import { readFully } from './copy-hashed.ts'
import { blobName, indexName, layoutName, signatureName } from './layout.ts'
import { checkFileSize, mediaTypeOf, packageFiles } from './package-files.ts'
import { checkPaths, quoted } from './paths.ts'
import { parseDescriptor } from './read-source.ts'
import type { Extent } from './scan-tar.ts'

export interface PackageHead {
  /** Of the manifest: the digest that names the package. */
  digest: string
  manifest: ModelManifest
  manifestBytes: Buffer
  configBytes: Buffer
  descriptor: PackageDescriptor
  /** With build metadata. */
  version: string
  /** In the order of the layers. */
  files: HashedFile[]
  /** Null where the package is not signed; a wrong signature is an error, never null. */
  signature: VerifiedSignature | null
  signatureBytes: Buffer | null
}

export async function readPackageHead(
  file: FileHandle,
  entries: ReadonlyMap<string, Extent>,
): Promise<PackageHead> {
  const read = (name: string, bytesMax: number) => readEntry(file, entries, name, bytesMax)
  parse(ociLayout, await read(layoutName, limits.descriptorBytesMax), layoutName)
  const index = parse(ociIndex, await read(indexName, limits.manifestBytesMax), indexName)
  const [listed] = index.manifests
  if (listed?.mediaType !== mediaTypes.manifest)
    throw invalid(`${indexName} lists something else than a manifest`)
  const manifestBytes = await readBlob(file, entries, listed.digest, listed.size, limits.manifestBytesMax)
  const manifest = parse(modelManifest, manifestBytes, 'The manifest')
  const { config } = manifest
  checkBlobs(entries, listed.digest, manifest)
  const configBytes = await readBlob(file, entries, config.digest, config.size, limits.manifestBytesMax)
  const { diffIds } = parse(modelConfig, configBytes, 'The ModelPack configuration').modelfs
  if (diffIds.join() !== manifest.layers.map((layer) => layer.digest).join()) {
    throw invalid('the ModelPack configuration lists other layers than the manifest')
  }
  const descriptor = await readDescriptorLayer(file, entries, manifest)
  const signatureBytes = entries.has(signatureName)
    ? await read(signatureName, limits.signatureBytesMax)
    : null
  return {
    digest: listed.digest,
    manifest,
    manifestBytes,
    configBytes,
    descriptor,
    version: checkedVersion(manifest, descriptor),
    files: checkedFiles(manifest, descriptor),
    signature: signatureBytes ? checkedSignature(signatureBytes, listed.digest, descriptor) : null,
    signatureBytes,
  }
}

/** Exactly the blobs that the manifest names, each as long as it says. */
function checkBlobs(entries: ReadonlyMap<string, Extent>, digest: string, manifest: ModelManifest): void {
  const named = new Set([layoutName, indexName, signatureName, blobName(digest)])
  for (const { digest: blob, size } of [manifest.config, ...manifest.layers]) {
    const name = blobName(blob)
    named.add(name)
    const extent = entries.get(name)
    if (!extent) throw invalid(`the file ${blob} is missing`)
    if (extent.bytes !== size)
      throw invalid(`the file ${blob} has ${grouped(extent.bytes)} bytes, ${grouped(size)} are declared`)
  }
  for (const name of entries.keys())
    if (!named.has(name)) throw invalid(`${quoted(name)} is not named by the manifest`)
}

async function readDescriptorLayer(
  file: FileHandle,
  entries: ReadonlyMap<string, Extent>,
  manifest: ModelManifest,
): Promise<PackageDescriptor> {
  const layers = manifest.layers.filter((layer) => layer.mediaType === mediaTypes.descriptor)
  const [layer] = layers
  if (!layer || layers.length > 1)
    throw invalid(`the package has ${layers.length} descriptions instead of one`)
  return parseDescriptor(await readBlob(file, entries, layer.digest, layer.size, limits.descriptorBytesMax))
}

/** The layers are the files that the description names, no more and no fewer, each as what it is there. */
function checkedFiles(manifest: ModelManifest, descriptor: PackageDescriptor): HashedFile[] {
  const pathOf = (layer: ModelManifest['layers'][number]) => layer.annotations[annotations.filePath]
  checkPaths(manifest.layers.map(pathOf))
  const files = packageFiles(descriptor)
  if (files.length !== manifest.layers.length) {
    throw invalid(`the description names ${files.length} files and the manifest ${manifest.layers.length}`)
  }
  return files.map((file, at) => {
    const layer = manifest.layers[at]
    if (!layer || pathOf(layer) !== file.path || layer.mediaType !== mediaTypeOf(file.kind)) {
      throw invalid(`${quoted(file.path)} of the description is not at its place among the layers`)
    }
    checkFileSize(file, layer.size, descriptor)
    return { ...file, digest: layer.digest, bytes: layer.size }
  })
}

function checkedVersion({ annotations: given }: ModelManifest, descriptor: PackageDescriptor): string {
  const version = versionOf(descriptor)
  if (version === null) throw invalid('the description has two data versions')
  if (given[annotations.modelId] !== descriptor.id || given[annotations.version] !== version) {
    throw invalid(`the manifest is of another version than the description, ${descriptor.id} ${version}`)
  }
  return version
}

function checkedSignature(bytes: Buffer, digest: string, { id }: PackageDescriptor): VerifiedSignature {
  const signature = verifySignature(parseEnvelope(bytes), digest)
  if (id.startsWith(`${signature.publisher}.`)) return signature
  throw new OutpostError(
    'SIGNATURE_INVALID',
    `The package ${id} is signed by "${signature.publisher}", who is not its publisher.`,
  )
}

async function readBlob(
  file: FileHandle,
  entries: ReadonlyMap<string, Extent>,
  digest: string,
  size: number,
  bytesMax: number,
): Promise<Buffer> {
  const bytes = await readEntry(file, entries, blobName(digest), bytesMax)
  if (bytes.length !== size)
    throw invalid(`the file ${digest} has ${grouped(bytes.length)} bytes, ${grouped(size)} are declared`)
  if (sha256(bytes) === digest) return bytes
  throw new OutpostError(
    'PACKAGE_DIGEST',
    `The file ${digest} in the package has other contents than its name says.`,
    {
      details: { expected: digest, actual: sha256(bytes) },
    },
  )
}

async function readEntry(
  file: FileHandle,
  entries: ReadonlyMap<string, Extent>,
  name: string,
  bytesMax: number,
): Promise<Buffer> {
  const extent = entries.get(name)
  if (!extent) throw invalid(`${name} is missing`)
  if (extent.bytes > bytesMax) {
    throw new OutpostError(
      'PACKAGE_LIMIT',
      `${name} has ${grouped(extent.bytes)} bytes; at most ${grouped(bytesMax)} are read.`,
    )
  }
  const bytes = Buffer.alloc(extent.bytes)
  if ((await readFully(file, bytes, extent.offset, bytes.length)) < bytes.length)
    throw invalid(`${name} is cut off`)
  return bytes
}

const parse = <Schema extends z.ZodType>(schema: Schema, bytes: Buffer, subject: string): z.output<Schema> =>
  parseJsonAs(schema, bytes.toString('utf8'), 'PACKAGE_INVALID', subject)

const invalid = (what: string): OutpostError =>
  new OutpostError('PACKAGE_INVALID', `The package is not valid: ${what}.`)
