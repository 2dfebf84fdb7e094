/**
 * The documents of a package as other tools know them: the OCI image manifest and index (image specification 1.1)
 * and the configuration of ModelPack (CNCF model specification). ModelPack allows no field of our own: those lie in
 * outpost.json, a layer of our media type.
 */
import { z } from 'zod'
import { limits } from './limits.ts'
import { digest, versionName } from './names.ts'

export const mediaTypes = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  modelManifest: 'application/vnd.cncf.model.manifest.v1+json',
  modelConfig: 'application/vnd.cncf.model.config.v1+json',
  /** outpost.json: packageDescriptor, published as resources/schemas/outpost-package.schema.json. */
  descriptor: 'application/vnd.outpost.package.v1+json',
  weight: 'application/vnd.cncf.model.weight.v1.raw',
  weightConfig: 'application/vnd.cncf.model.weight.config.v1.raw',
  document: 'application/vnd.cncf.model.doc.v1.raw',
  code: 'application/vnd.cncf.model.code.v1.raw',
  data: 'application/vnd.cncf.model.dataset.v1.raw',
} as const

export const annotations = {
  filePath: 'org.cncf.model.filepath',
  referenceName: 'org.opencontainers.image.ref.name',
  title: 'org.opencontainers.image.title',
  description: 'org.opencontainers.image.description',
  version: 'org.opencontainers.image.version',
  licenses: 'org.opencontainers.image.licenses',
  authors: 'org.opencontainers.image.authors',
  vendor: 'org.opencontainers.image.vendor',
  /** The model's id, publisher.name; the version stands in org.opencontainers.image.version. */
  modelId: 'dev.outpost.model.id',
} as const

/**
 * The OCI tag of a version. The grammar of tags has no "+", so build metadata is divided by "_", as Helm does; the
 * true version stands in an annotation.
 */
export const tagOf = (version: string): string => versionName.parse(version).replace('+', '_')

const annotationMap = z.record(z.string().max(limits.lineCharsMax), z.string().max(limits.textCharsMax))
const byteCount = z.int().min(0).max(limits.packageBytesMax)

const ociDescriptor = z.object({
  mediaType: z.string().max(limits.lineCharsMax),
  digest,
  size: byteCount,
  annotations: annotationMap.optional(),
})

const layerDescriptor = z.strictObject({
  mediaType: z.enum([
    mediaTypes.descriptor,
    mediaTypes.weight,
    mediaTypes.weightConfig,
    mediaTypes.document,
    mediaTypes.code,
    mediaTypes.data,
  ]),
  digest,
  size: byteCount,
  annotations: z.strictObject({ [annotations.filePath]: z.string().max(limits.pathCharsMax) }),
})
export type LayerDescriptor = z.infer<typeof layerDescriptor>

export const modelManifest = z.strictObject({
  schemaVersion: z.literal(2),
  mediaType: z.literal(mediaTypes.manifest),
  artifactType: z.literal(mediaTypes.modelManifest),
  config: z.strictObject({ mediaType: z.literal(mediaTypes.modelConfig), digest, size: byteCount }),
  layers: z.array(layerDescriptor).min(1).max(limits.packageEntriesMax),
  annotations: annotationMap,
})
export type ModelManifest = z.infer<typeof modelManifest>

export const ociIndex = z.object({
  schemaVersion: z.literal(2),
  mediaType: z.literal(mediaTypes.index).optional(),
  manifests: z.array(ociDescriptor).length(1),
})

export const ociLayout = z.object({ imageLayoutVersion: z.literal('1.0.0') })

const modality = z.enum(['text', 'image', 'audio', 'video', 'embedding', 'other'])

/** ModelPack's config-schema.json, with additionalProperties false throughout as it stands there. */
export const modelConfig = z.strictObject({
  descriptor: z.strictObject({
    createdAt: z.iso.datetime({ offset: true }).optional(),
    authors: z.array(z.string()).optional(),
    vendor: z.string().optional(),
    family: z.string().optional(),
    name: z.string().min(1).optional(),
    version: z.string().optional(),
    title: z.string().optional(),
    description: z.string().optional(),
    docURL: z.string().optional(),
    sourceURL: z.string().optional(),
    datasetsURL: z.array(z.string()).optional(),
    revision: z.string().optional(),
    licenses: z.array(z.string()).optional(),
  }),
  config: z.strictObject({
    architecture: z.string().optional(),
    format: z.string().optional(),
    paramSize: z
      .string()
      .regex(/^\d+(\.\d)?[kmbtq]$/i)
      .optional(),
    precision: z.string().optional(),
    quantization: z.string().optional(),
    capabilities: z
      .strictObject({
        inputTypes: z.array(modality).optional(),
        outputTypes: z.array(modality).optional(),
        knowledgeCutoff: z.iso.datetime({ offset: true }).optional(),
        reasoning: z.boolean().optional(),
        toolUsage: z.boolean().optional(),
        reward: z.boolean().optional(),
        languages: z.array(z.string().regex(/^[a-z]{2}$/)).optional(),
      })
      .optional(),
  }),
  modelfs: z.strictObject({ type: z.literal('layers'), diffIds: z.array(digest).min(1) }),
})
export type ModelConfig = z.infer<typeof modelConfig>
