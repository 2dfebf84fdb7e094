/** Hashes every stored artifact again, as a job: what a disk or a person changed is found and named. */
import { z } from 'zod'
import { isoTime } from '../../base/clock.ts'
import type { JobWork } from '../../jobs/runner.ts'
import { verifyVersions } from '../../registry/verify.ts'
import type { NodeContext } from '../node-context.ts'
import { retryFailed } from '../serve/deploy.ts'

const jobInput = z.object({ actor: z.string(), model: z.string().nullable() })

export async function runVerify(node: NodeContext, work: JobWork): Promise<Record<string, unknown>> {
  const { actor, model } = jobInput.parse(work.input)
  const damaged: Array<{ model: string; version: string; problems: unknown }> = []
  const whole: string[] = []
  let versions = 0
  for await (const { versionId, done, of, intact, problems, ...version } of verifyVersions(
    node.db,
    node.paths.root,
    model,
    { actor, at: isoTime(node.clock) },
    work.signal,
  )) {
    versions = done
    if (intact) whole.push(versionId)
    else damaged.push({ ...version, problems })
    work.report(done / Math.max(1, of), `${version.model} ${version.version}`)
  }
  node.announce('models', model)
  await retryFailed(node, whole)
  return { versions, damaged }
}
