/** Drafts of the wizard, as tests begin, fill and build them. */
import type { JobRow } from '../../src-main/contract/views.ts'
import { described, handOver } from './handed-over.ts'
import { linearModel } from './served-models.ts'
import type { WholeNode } from './whole-node.ts'

export const draftModel = linearModel(4, 3)

/** Of a model and a description that nothing is missing from but its id. */
export async function beginDraft(outpost: WholeNode, descriptor: Record<string, unknown> = {}) {
  const { drafts } = outpost.client
  const { id } = await drafts.create({ handles: [await handOver(outpost, 'model.onnx', draftModel)] })
  return drafts.update({
    id,
    descriptor: { ...described, title: 'Linear', version: '1.0.0', ...descriptor },
  })
}

export async function addToDraft(
  outpost: WholeNode,
  id: string,
  files: Record<string, string | Uint8Array>,
  kind?: 'document',
) {
  const handles = Object.entries(files).map(([name, bytes]) => handOver(outpost, name, bytes))
  return outpost.client.drafts.addFiles({
    id,
    handles: await Promise.all(handles),
    ...(kind ? { kind } : {}),
  })
}

export const builtDraft = async (outpost: WholeNode, id: string): Promise<JobRow> =>
  outpost.ended((await outpost.client.drafts.build({ id })).jobId)
