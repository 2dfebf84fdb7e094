/**
 * POST /models/register (R97): artifacts that were handed over and the registry standard's metadata become a draft and
 * then a signed, checked version, by the same way as the wizard's.
 */
import { z } from 'zod'
import { OutpostError } from '../../base/errors.ts'
import { versionNumbers } from '../../base/version-order.ts'
import { digest as digestName } from '../../contract/names.ts'
import type { RegisterAnswer, RegisterRequest } from '../../contract/register.ts'
import { findDraft } from '../../store/tables/drafts.ts'
import type { Actor } from '../actor.ts'
import { createDraft, removeDraft, updateDraft } from '../drafts/drafts.ts'
import type { NodeContext } from '../node-context.ts'

const built = z.object({ model: z.string(), version: z.string(), digest: digestName })

/** Answers when the version stands in the registry; the job's failure is the request's. */
export async function registerVersion(
  node: NodeContext,
  actor: Actor,
  request: RegisterRequest,
): Promise<RegisterAnswer> {
  const named = request.metadata.version ?? request.version
  if (named !== request.version) {
    throw new OutpostError('BAD_REQUEST', `The metadata is of version ${named}, not of ${request.version}.`)
  }
  const files = Object.entries(request.artifacts).map(([path, handle]) => ({ path, handle }))
  const draft = await createDraft(node, actor, { files })
  try {
    updateDraft(node, actor, { id: draft.id, descriptor: descriptorOf(request, draft.descriptor) })
    const jobId = node.jobs.submit('build', `${request.model_name} ${request.version}`, {
      actor: actor.name,
      draftId: draft.id,
      claimedAt: request.registration_timestamp,
    })
    const job = await node.jobs.ended(jobId)
    if (job.failure) throw OutpostError.fromFailure(job.failure)
    if (job.state !== 'done') throw new OutpostError('JOB_STATE', `The registration was ${job.state}.`)
    const { model, version, digest } = built.parse(job.output)
    return { model_id: model, version, digest, job_id: jobId }
  } finally {
    if (findDraft(node.db, draft.id)) await removeDraft(node, actor, draft.id)
  }
}

/** The standard's metadata (R88 to R91) in the fields of outpost.json; `descriptor` carries what it has no words for. */
function descriptorOf(
  { model_name, version, metadata }: RegisterRequest,
  filled: Record<string, unknown>,
): Record<string, unknown> {
  const {
    performanceMetrics,
    dependencies,
    trainingDataHash,
    hyperparameters,
    dataVersion,
    deploymentTargets,
    descriptor,
  } = metadata
  const { customMetrics, ...metrics } = performanceMetrics ?? {}
  const { minor, patch } = versionNumbers(version)
  const change = {
    type: patch > 0 ? 'patch' : minor > 0 ? 'minor' : 'major',
    releaseNotes: `Registered as ${version}.`,
  }
  return {
    change,
    ...(performanceMetrics
      ? { evaluation: { overall: { ...metrics, ...(customMetrics ? { custom: customMetrics } : {}) } } }
      : {}),
    ...(dependencies
      ? {
          framework: {
            name: dependencies.framework,
            ...(dependencies.frameworkVersion ? { version: dependencies.frameworkVersion } : {}),
          },
          libraries: dependencies.libraries ?? {},
        }
      : {}),
    ...(trainingDataHash || hyperparameters
      ? {
          training: {
            ...(trainingDataHash ? { dataHash: trainingDataHash } : {}),
            hyperparameters: hyperparameters ?? {},
          },
        }
      : {}),
    ...(dataVersion ? { dataVersion } : {}),
    ...(deploymentTargets ? { deploymentTargets } : {}),
    title: filled.title ?? model_name,
    ...descriptor,
    id: model_name,
    version,
  }
}
