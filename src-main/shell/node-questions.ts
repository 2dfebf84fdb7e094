/** What the shell asks the node, in the owner's name and through its API like any page. */
import { z } from 'zod'
import { OutpostError } from '../base/errors.ts'
import { pageAddress } from './own-origin.ts'
import type { ShellNode } from './shell-node.ts'

const jobWithPath = z.object({ output: z.object({ path: z.string().min(1) }) })
const statusWithJobs = z.object({ counts: z.object({ jobsActive: z.int() }) })

/** Where a finished job wrote what it made; NOT_FOUND for a job that wrote nothing. */
export async function pathOfJobOutput(node: Pick<ShellNode, 'fetch'>, jobId: string): Promise<string> {
  const job = jobWithPath.safeParse(await ask(node, `jobs/${jobId}`))
  if (!job.success) throw new OutpostError('NOT_FOUND', 'This job left no file that could be shown.')
  return job.data.output.path
}

export async function activeJobs(node: Pick<ShellNode, 'fetch'>): Promise<number> {
  return statusWithJobs.parse(await ask(node, 'status')).counts.jobsActive
}

async function ask(node: Pick<ShellNode, 'fetch'>, path: string): Promise<unknown> {
  const response = await node.fetch(new Request(`${pageAddress}api/${path}`), { owner: true })
  return response.ok ? response.json() : undefined
}
