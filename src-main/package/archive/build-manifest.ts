/**
 * Composes the documents of the OCI layout from a description and its layers: ModelPack configuration, manifest and
 * index. They depend on nothing else, so the same input gives the same digest on any machine.
 */
import { sha256 } from '../../base/digest.ts'
import {
  annotations,
  type LayerDescriptor,
  type ModelConfig,
  type ModelManifest,
  mediaTypes,
  modelConfig,
  modelManifest,
  tagOf,
} from '../../contract/model-pack.ts'
import { type GraphSummary, type PackageDescriptor, versionOf } from '../../contract/package.ts'
import { mediaTypeOf, type PackageFile } from './package-files.ts'

export interface HashedFile extends PackageFile {
  digest: string
  bytes: number
}

/** What every package of one description shares, beside its layers. */
export interface ManifestInput {
  descriptor: PackageDescriptor
  graph: GraphSummary
}

export interface ManifestDocuments {
  manifest: Buffer
  config: Buffer
  /** The digest of the manifest: the digest of the package. */
  digest: string
}

export function buildManifest(
  { descriptor, graph }: ManifestInput,
  files: readonly HashedFile[],
): ManifestDocuments {
  const layers: LayerDescriptor[] = files.map(({ path, kind, digest, bytes }) => ({
    mediaType: mediaTypeOf(kind),
    digest,
    size: bytes,
    annotations: { [annotations.filePath]: path },
  }))
  const config = encoded(modelConfig.parse(configOf(descriptor, graph, layers)))
  const manifest: ModelManifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    artifactType: mediaTypes.modelManifest,
    config: { mediaType: mediaTypes.modelConfig, digest: sha256(config), size: config.length },
    layers,
    annotations: annotationsOf(descriptor),
  }
  const bytes = encoded(modelManifest.parse(manifest))
  return { manifest: bytes, config, digest: sha256(bytes) }
}

const encoded = (value: unknown): Buffer => Buffer.from(JSON.stringify(value))

function annotationsOf(descriptor: PackageDescriptor): Record<string, string> {
  const { publisher } = idParts(descriptor.id)
  const values = {
    [annotations.modelId]: descriptor.id,
    [annotations.version]: versionOf(descriptor) ?? descriptor.version,
    [annotations.title]: descriptor.title,
    [annotations.description]: descriptor.summary,
    [annotations.licenses]: descriptor.license.spdx,
    [annotations.vendor]: publisher,
    [annotations.authors]: descriptor.authors.join(', '),
  }
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ''))
}

function configOf(
  descriptor: PackageDescriptor,
  graph: GraphSummary,
  layers: LayerDescriptor[],
): ModelConfig {
  const { publisher, name } = idParts(descriptor.id)
  const kinds = (kind: string): 'image' | 'text' | 'other' =>
    kind === 'image' || kind === 'text' ? kind : 'other'
  const precision = precisionOf(graph)
  return {
    descriptor: {
      ...(descriptor.authors.length === 0 ? {} : { authors: descriptor.authors }),
      vendor: publisher,
      name,
      version: versionOf(descriptor) ?? descriptor.version,
      title: descriptor.title,
      ...(descriptor.summary === '' ? {} : { description: descriptor.summary }),
      licenses: [descriptor.license.spdx],
    },
    config: {
      ...(descriptor.architecture === undefined ? {} : { architecture: descriptor.architecture }),
      format: 'onnx',
      ...(graph.parameterCount === 0 ? {} : { paramSize: parameterSize(graph.parameterCount) }),
      ...(precision === null ? {} : { precision }),
      capabilities: {
        ...(descriptor.inputs.length === 0
          ? {}
          : { inputTypes: [...new Set(descriptor.inputs.map((input) => kinds(input.kind)))] }),
        ...(descriptor.task === 'embedding' ? { outputTypes: ['embedding' as const] } : {}),
      },
    },
    modelfs: { type: 'layers', diffIds: layers.map(({ digest }) => digest) },
  }
}

function idParts(id: string): { publisher: string; name: string } {
  const dot = id.indexOf('.')
  return { publisher: id.slice(0, dot), name: id.slice(dot + 1) }
}

/** The floating-point and quantized types of the weights in ModelPack's spelling; indices and shapes are no precision. */
const precisions: readonly [elementType: string, precision: string][] = [
  ['double', 'fp64'],
  ['float', 'fp32'],
  ['float16', 'fp16'],
  ['bfloat16', 'bf16'],
  ['int8', 'int8'],
  ['uint8', 'uint8'],
  ['int4', 'int4'],
  ['uint4', 'uint4'],
]

function precisionOf({ elementTypes }: GraphSummary): string | null {
  const found = precisions.filter(([type]) => elementTypes.includes(type)).map(([, precision]) => precision)
  return found.length === 0 ? null : found.join(',')
}

/** ModelPack: a count with at most one decimal and the letter of its magnitude; below a thousand it is a part of K. */
export function parameterSize(count: number): string {
  const scales: readonly [number, string][] = [
    [1e15, 'Q'],
    [1e12, 'T'],
    [1e9, 'B'],
    [1e6, 'M'],
    [1e3, 'K'],
  ]
  const [scale, letter] = scales.find(([size]) => count >= size) ?? [1e3, 'K']
  return `${Math.max(0.1, Math.round((count / scale) * 10) / 10)}${letter}`
}

/** index.json, which lists exactly this manifest and carries the tag. */
export function indexOf(manifest: Uint8Array, version: string): Buffer {
  return encoded({
    schemaVersion: 2,
    mediaType: mediaTypes.index,
    manifests: [
      {
        mediaType: mediaTypes.manifest,
        artifactType: mediaTypes.modelManifest,
        digest: sha256(manifest),
        size: manifest.byteLength,
        annotations: { [annotations.referenceName]: tagOf(version) },
      },
    ],
  })
}
