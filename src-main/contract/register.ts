/**
 * POST /models/register, the marketplace's call (R97, R88 to R91): the names are those of the registry standard, in
 * its own case. Artifacts are named by their path in the package, each a handle of PUT /api/files.
 */
import { z } from 'zod'
import { fileHandle } from './api/packages.ts'
import { dataVersionName, digest, instant, modelId, versionName } from './names.ts'
import { packageDescriptor } from './package.ts'

const line = z.string().min(1).max(256)

const modelMetadata = z.object({
  version: versionName.optional(),
  trainingDataHash: digest.optional(),
  dataVersion: dataVersionName.optional(),
  hyperparameters: z.record(line, z.union([z.string(), z.number(), z.boolean(), z.null()])).optional(),
  performanceMetrics: z
    .object({
      accuracy: z.number().min(0).max(1).optional(),
      precision: z.number().min(0).max(1).optional(),
      recall: z.number().min(0).max(1).optional(),
      customMetrics: z.record(line, z.number()).optional(),
    })
    .optional(),
  dependencies: z
    .object({
      framework: line,
      frameworkVersion: line.optional(),
      libraries: z.record(line, line).optional(),
    })
    .optional(),
  deploymentTargets: packageDescriptor.shape.deploymentTargets.optional(),
  /** Any other field of outpost.json: title, task, inputs, outputs, card, change … */
  descriptor: z.record(z.string(), z.unknown()).optional(),
})

export const registerRequest = z.object({
  model_name: modelId,
  version: versionName,
  artifacts: z.record(line, fileHandle),
  metadata: modelMetadata.default({}),
  /** The caller's word, kept beside the time at which this node registered the version. */
  registration_timestamp: instant.optional(),
})
export type RegisterRequest = z.infer<typeof registerRequest>

export const registerAnswer = z.object({
  model_id: modelId,
  version: versionName,
  digest,
  job_id: z.string(),
})
export type RegisterAnswer = z.infer<typeof registerAnswer>
