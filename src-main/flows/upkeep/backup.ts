/** A consistent copy of the data folder while the node runs, as a job, into the folder's own backups/. */
import { join } from 'node:path'
import { z } from 'zod'
import { isoTime } from '../../base/clock.ts'
import type { JobWork } from '../../jobs/runner.ts'
import { backUp } from '../../store/backup.ts'
import { audited } from '../audited.ts'
import type { NodeContext } from '../node-context.ts'

const jobInput = z.object({ actor: z.string() })

export async function runBackup(node: NodeContext, work: JobWork): Promise<Record<string, unknown>> {
  const { actor } = jobInput.parse(work.input)
  const at = isoTime(node.clock)
  const target = join(node.paths.backups, `backup-${at.replaceAll(/[:.]/g, '-')}`)
  const { files, damaged } = await backUp(node.blobs, target, {
    at,
    signal: work.signal,
    onProgress: (done, total) => work.report(done / Math.max(1, total), 'Copying'),
  })
  audited(
    node,
    { name: actor },
    { action: 'node.backup', object: target, details: { files: files.length, damaged: damaged.length } },
    () => undefined,
  )
  return {
    path: target,
    files: files.length,
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    ...(damaged.length > 0 ? { damagedFiles: damaged.length } : {}),
    damaged,
  }
}
