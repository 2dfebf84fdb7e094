/**
 * `outpost.json`, the description of a version that stands in a package's source folder and travels in the
 * package as a layer of its own media type. Paths are relative to the file and are checked by package/paths.
 */
import { z } from 'zod'
import { task } from './choices.ts'
import { limits } from './limits.ts'
import { contentKeyId, dataVersionName, digest, modelId, timestamp, versionName } from './names.ts'
import { tensorSpec } from './tensor.ts'

const text = z.string().max(limits.textCharsMax)
const line = z.string().min(1).max(limits.lineCharsMax)
const path = z.string().min(1).max(limits.pathCharsMax)

export const changeType = z.enum(['major', 'minor', 'patch'])
export type ChangeType = z.infer<typeof changeType>

const base = { tensor: line, title: line.optional(), description: text.optional() }

/** How a picture becomes a tensor: decoded, turned to the channels, resized, scaled, normalized, laid out. */
export const imageInput = z.strictObject({
  ...base,
  kind: z.literal('image'),
  width: z.int().min(1).max(limits.imageSideMax),
  height: z.int().min(1).max(limits.imageSideMax),
  channels: z.enum(['L', 'RGB', 'BGR']),
  resize: z.enum(['stretch', 'contain', 'cover']).default('stretch'),
  /** Memory order without the batch dimension: channels first, channels last, or one flat row (height, width, channel). */
  layout: z.enum(['CHW', 'HWC', 'flat']),
  /** value = (pixel * scale - mean) / std, pixel being 0 to 255; mean and std one entry a channel or one for all. */
  scale: z.number().default(1),
  mean: z.array(z.number()).max(4).default([0]),
  std: z.array(z.number().positive()).max(4).default([1]),
  /** True where the model expects a bright stroke on a dark ground and people draw a dark one on a light. */
  invert: z.boolean().default(false),
  /** True where a person can draw the input with a pen. */
  drawable: z.boolean().default(false),
})

/** A row of numbers, one field an entry, in the order of the tensor's last dimension. */
export const fieldsInput = z.strictObject({
  ...base,
  kind: z.literal('fields'),
  fields: z
    .array(
      z.strictObject({
        name: line,
        title: line.optional(),
        unit: line.optional(),
        description: text.optional(),
        min: z.number().optional(),
        max: z.number().optional(),
        step: z.number().positive().optional(),
        default: z.number().optional(),
      }),
    )
    .min(1)
    .max(limits.fieldsMax),
})

/** One string an item, into a BYTES tensor. */
const textInput = z.strictObject({
  ...base,
  kind: z.literal('text'),
  charsMax: z.int().min(1).max(limits.textInputCharsMax).default(10_000),
  placeholder: line.optional(),
})

/** The tensor as it is: nested or flat JSON. */
const tensorInput = z.strictObject({ ...base, kind: z.literal('tensor') })

export const inputSchema = z.discriminatedUnion('kind', [imageInput, fieldsInput, textInput, tensorInput])
export type InputSchema = z.infer<typeof inputSchema>

/** Scores over classes; the answer is the best topK with their labels. */
const classesOutput = z.strictObject({
  ...base,
  kind: z.literal('classes'),
  activation: z.enum(['none', 'softmax', 'sigmoid']).default('none'),
  topK: z.int().min(1).max(limits.labelsMax).default(5),
  /** The labels in the order of the classes; or labelsFile, one label a line. */
  labels: z.array(line).max(limits.labelsMax).optional(),
  labelsFile: path.optional(),
})
/** A vector an item, for search and comparison; POST /v1/embeddings answers with the first output of this kind. */
const embeddingOutput = z.strictObject({
  ...base,
  kind: z.literal('embedding'),
  /** How the vectors of an item's tokens become one: none where the model gives one already, cls takes the first. */
  pooling: z.enum(['none', 'mean', 'cls']).default('none'),
  /** The input that has 1 for each token that counts in the mean; attention_mask where the model has one. */
  mask: line.optional(),
  /** To a length of 1, so that the dot product of two is their cosine. */
  normalize: z.boolean().default(false),
  /** True where the model was trained so that the first values of a vector stand for the whole (Matryoshka). */
  truncatable: z.boolean().default(false),
})
const tensorOutput = z.strictObject({ ...base, kind: z.literal('tensor') })
export type EmbeddingOutput = z.infer<typeof embeddingOutput>
export const outputSchema = z.discriminatedUnion('kind', [classesOutput, embeddingOutput, tensorOutput])
export type OutputSchema = z.infer<typeof outputSchema>

/** R89: 0 to 1 each; custom carries what the task's own field measures. */
const metrics = z.strictObject({
  accuracy: z.number().min(0).max(1).optional(),
  precision: z.number().min(0).max(1).optional(),
  recall: z.number().min(0).max(1).optional(),
  custom: z.record(line, z.number()).optional(),
})
export type Metrics = z.infer<typeof metrics>

const person = z.strictObject({ name: line, contact: line.optional() })

export const lineage = z
  .array(
    z.strictObject({
      model: modelId,
      version: versionName,
      relation: z.enum(['quantized', 'fine-tuned', 'merged', 'modified']),
    }),
  )
  .max(100)
export type Lineage = z.infer<typeof lineage>

export const packageDescriptor = z.strictObject({
  $schema: z.string().optional(),
  formatVersion: z.literal(1),
  id: modelId,
  version: versionName,
  /** R19: becomes the build metadata of the version: 1.2.0 and data.7 give 1.2.0+data.7. */
  dataVersion: dataVersionName.optional(),
  title: line,
  summary: z.string().max(500),
  task,
  tags: z
    .array(z.string().regex(/^[a-z0-9][a-z0-9-]{0,40}$/, 'of lower case letters, digits and dashes'))
    .max(20)
    .default([]),
  owner: person,
  authors: z.array(line).max(50).default([]),
  /** SPDX license expression of the model, and the file with its text. */
  license: z.strictObject({ spdx: line, file: path.optional() }),
  framework: z.strictObject({ name: line, version: line.optional() }),
  libraries: z.record(line, line).default({}),
  architecture: line.optional(),
  change: z.strictObject({
    type: changeType,
    releaseNotes: text,
    breakingChanges: z.array(line).max(100).default([]),
    improvements: z.array(line).max(100).default([]),
    migrationGuide: path.optional(),
    backwardCompatible: z.boolean().default(true),
    apiVersion: line.default('v1'),
  }),
  model: z.strictObject({
    file: path,
    externalData: z.array(path).max(limits.packageEntriesMax).default([]),
  }),
  /**
   * The model and its external data are sealed files (license/sealed-weights): a license brings the content key. What
   * they must be once they are opened stands here, by path, so that the signature covers it.
   */
  sealed: z.strictObject({ keyId: contentKeyId, digests: z.record(path, digest) }).optional(),
  /** The versions that it was made of: each license says whether it may be. */
  lineage: lineage.optional(),
  inputs: z.array(inputSchema).max(limits.tensorsMax).default([]),
  outputs: z.array(outputSchema).max(limits.tensorsMax).default([]),
  training: z
    .strictObject({
      dataHash: digest.optional(),
      dataSource: text.optional(),
      dataSize: text.optional(),
      dataRange: text.optional(),
      trainedAt: timestamp.optional(),
      hyperparameters: z.record(line, z.union([z.string(), z.number(), z.boolean(), z.null()])).default({}),
    })
    .default({ hyperparameters: {} }),
  evaluation: z
    .strictObject({
      dataset: line.optional(),
      overall: metrics,
      segments: z
        .array(z.strictObject({ name: line, cases: z.int().min(0), metrics }))
        .max(500)
        .default([]),
      fairness: text.optional(),
    })
    .optional(),
  deploymentTargets: z.array(z.enum(['cpu', 'cuda', 'webgpu', 'directml', 'coreml'])).default(['cpu']),
  /** R99 to R104, Markdown. */
  card: path,
  /** A JSON Lines file of cases (contract/suite.ts). */
  suite: path.optional(),
  documents: z.array(path).max(100).default([]),
  code: z.array(path).max(500).default([]),
  data: z.array(path).max(limits.packageDataFilesMax).default([]),
})
export type PackageDescriptor = z.infer<typeof packageDescriptor>
/** The same before its defaults are filled in: what a person writes. */
export type PackageDescriptorInput = z.input<typeof packageDescriptor>

/** The full version: the data version becomes its build metadata. Null where version carries other metadata already. */
export function versionOf({
  version,
  dataVersion,
}: Pick<PackageDescriptor, 'version' | 'dataVersion'>): string | null {
  if (dataVersion === undefined) return version
  const [core, build] = version.split('+')
  return build === undefined || build === dataVersion ? `${core}+${dataVersion}` : null
}

/** What inspect read out of the ONNX file, without loading it. */
export const graphSummary = z.object({
  irVersion: z.int(),
  producer: z.string(),
  opsets: z.array(z.object({ domain: z.string(), version: z.int() })),
  operators: z.array(z.object({ domain: z.string(), name: z.string(), count: z.int() })),
  /** Functions that the model brings along; their names are no operators of the runtime. */
  functions: z.array(z.object({ domain: z.string(), name: z.string() })),
  /** ONNX element types of weights, constants, inputs and outputs, such as float or bfloat16. */
  elementTypes: z.array(z.string()),
  inputs: z.array(tensorSpec),
  outputs: z.array(tensorSpec),
  /** Inputs or outputs that are no tensors (sequences, maps, optionals), with the ONNX type in words. */
  unservable: z.array(z.object({ name: z.string(), type: z.string() })),
  parameterCount: z.number(),
  externalData: z.array(z.object({ location: z.string(), offset: z.number(), length: z.number() })),
  bytes: z.number(),
})
export type GraphSummary = z.infer<typeof graphSummary>
