/** A consistent copy of the data folder while the node runs, as a job: into its own backups/ or where the owner says. */
import { isAbsolute, join, relative, resolve } from 'node:path'
import { z } from 'zod'
import { isoTime } from '../../base/clock.ts'
import { OutpostError } from '../../base/errors.ts'
import { asPathError } from '../../base/files.ts'
import type { JobWork } from '../../jobs/runner.ts'
import { backUp } from '../../store/backup.ts'
import type { Actor } from '../actor.ts'
import { audited } from '../audited.ts'
import type { NodeContext } from '../node-context.ts'

const jobInput = z.object({ actor: z.string(), directory: z.string().nullable().default(null) })

/**
 * Returns the id of the job. A folder elsewhere is for the owner of the machine's account alone, since the node writes
 * there with its own rights: FORBIDDEN, BAD_REQUEST where the path is not absolute or lies in the data folder.
 */
export function startBackup(node: NodeContext, actor: Actor, directory: string | undefined): string {
  if (directory !== undefined) {
    if (actor.kind !== 'owner')
      throw new OutpostError('FORBIDDEN', 'Only the owner of the machine may name a folder for the backup.')
    const inside = relative(node.paths.root, resolve(directory))
    if (!isAbsolute(directory) || !(inside.startsWith('..') || isAbsolute(inside)))
      throw new OutpostError('BAD_REQUEST', `"${directory}" is no absolute path outside of the data folder.`)
  }
  return node.jobs.submit('backup', directory ?? 'Data folder', {
    actor: actor.name,
    directory: directory ?? null,
  })
}

export async function runBackup(node: NodeContext, work: JobWork): Promise<Record<string, unknown>> {
  const { actor, directory } = jobInput.parse(work.input)
  const at = isoTime(node.clock)
  const target = join(directory ?? node.paths.backups, `backup-${at.replaceAll(/[:.]/g, '-')}`)
  const { files, damaged } = await backUp(node.blobs, target, {
    at,
    // Without it the log of calls would be nobody's, and counting would stop on the machine that restores it.
    keysElsewhere: { 'keys/usage.key': `${node.secrets.usageKey().toString('hex')}\n` },
    signal: work.signal,
    onProgress: (done, total) => work.report(done / Math.max(1, total), 'Copying'),
  }).catch((error: unknown) => {
    throw asPathError(error)
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
