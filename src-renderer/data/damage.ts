/** What a verification found, as its job tells it: the versions whose stored files are not what they were. */
import { z } from 'zod'
import type { JobRow } from '../../src-main/contract/views.ts'

const damagedVersion = z.object({
  model: z.string(),
  version: z.string(),
  problems: z.array(
    z.object({ path: z.string(), digest: z.string(), found: z.enum(['changed', 'missing']) }),
  ),
})
export type DamagedVersion = z.infer<typeof damagedVersion>
const output = z.object({ damaged: z.array(damagedVersion) })

/** Whether a job came to its end and found files there that are not what they were: a verification, or a backup. */
const someDamaged = z.object({ damaged: z.array(z.unknown()).min(1) })
export const foundDamage = (job: Pick<JobRow, 'kind' | 'output'>): boolean =>
  (job.kind === 'verify' || job.kind === 'backup') && someDamaged.safeParse(job.output).success

/** Empty where everything is intact, and for a job of another kind. */
export const damageOf = (job: JobRow): DamagedVersion[] =>
  job.kind === 'verify' ? (output.safeParse(job.output).data?.damaged ?? []) : []
