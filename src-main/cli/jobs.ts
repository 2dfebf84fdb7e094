/** Waits for a job with its progress on the terminal; Ctrl+C cancels it. Its failure is the command's. */
import { OutpostError } from '../base/errors.ts'
import { type JobRow, jobEndStates } from '../contract/views.ts'
import type { Connection } from './connection.ts'
import type { CliContext } from './context.ts'

export async function finishJob(
  context: CliContext,
  node: Connection,
  jobId: string,
  label: string,
): Promise<Record<string, unknown>> {
  const progress = context.terminal.progress(label)
  const cancel = (): void => void node.client.jobs.cancel({ id: jobId }).catch(() => undefined) // it may have ended
  context.host.signal.addEventListener('abort', cancel)
  let last: JobRow | undefined
  try {
    for await (const job of await node.client.jobs.watch({ id: jobId })) {
      last = job
      progress.update(job.progress, job.step)
    }
  } finally {
    context.host.signal.removeEventListener('abort', cancel)
    progress.end()
  }
  // A stream also ends with the key that began it, or with a node that is stopping: asking again says which.
  if (!last || !jobEndStates.has(last.state)) last = await node.client.jobs.get({ id: jobId })
  if (last.state === 'done') return last.output ?? {}
  if (last.failure) throw OutpostError.fromFailure(last.failure)
  if (last.state === 'cancelled') {
    throw new OutpostError('JOB_STATE', 'The job was cancelled; nothing was changed by it.')
  }
  throw new OutpostError('NODE_UNREACHABLE', 'The node stopped while the job was running.', {
    hint: 'It takes the job up again when it starts.',
  })
}
