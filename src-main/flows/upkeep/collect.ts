/** Deletes the artifacts that no version refers to, as a job. What is being imported now is never taken. */
import { z } from 'zod'
import type { JobWork } from '../../jobs/runner.ts'
import { collectBlobs } from '../../store/blobs/blob-collect.ts'
import { audited } from '../audited.ts'
import type { NodeContext } from '../node-context.ts'

const jobInput = z.object({ actor: z.string() })

export async function runCollect(node: NodeContext, work: JobWork): Promise<Record<string, unknown>> {
  const { actor } = jobInput.parse(work.input)
  const { blobs, bytesFreed } = await collectBlobs(node.db, node.blobs, undefined, work.signal)
  audited(
    node,
    { name: actor },
    { action: 'blobs.collect', object: 'blobs', details: { blobs, bytesFreed } },
    () => undefined,
  )
  return { blobs, bytesFreed }
}
