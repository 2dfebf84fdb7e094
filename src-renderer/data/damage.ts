/** What a verification or a backup found, as its job tells it: the versions whose stored files are not what they were. */
import { z } from 'zod'
import type { JobRow } from '../../src-main/contract/views.ts'

const problem = z.object({ path: z.string(), digest: z.string(), found: z.enum(['changed', 'missing']) })
const version = z.object({ model: z.string(), version: z.string() })
const damagedVersion = version.extend({ problems: z.array(problem) })
export type DamagedVersion = z.infer<typeof damagedVersion>
const verified = z.object({ damaged: z.array(damagedVersion) })
/** A backup names each file that it left out. */
const backedUp = z.object({ damaged: z.array(version.extend(problem.shape)) })

/** Whether a job came to its end and found files there that are not what they were: a verification, or a backup. */
const someDamaged = z.object({ damaged: z.array(z.unknown()).min(1) })
export const foundDamage = (job: Pick<JobRow, 'kind' | 'output'>): boolean =>
  (job.kind === 'verify' || job.kind === 'backup') && someDamaged.safeParse(job.output).success

/** Empty where everything is intact, and for a job of another kind. */
export function damageOf({ kind, output }: Pick<JobRow, 'kind' | 'output'>): DamagedVersion[] {
  if (kind === 'verify') return verified.safeParse(output).data?.damaged ?? []
  if (kind !== 'backup') return []
  const versions = new Map<string, DamagedVersion>()
  for (const { model, version, ...file } of backedUp.safeParse(output).data?.damaged ?? []) {
    const known = versions.get(`${model}@${version}`)
    if (known) known.problems.push(file)
    else versions.set(`${model}@${version}`, { model, version, problems: [file] })
  }
  return [...versions.values()]
}
