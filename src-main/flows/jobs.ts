/** The jobs of a node: list, look, wait, stop, do again. What each kind does stands in its own flow. */
import { type JobRow, jobEndStates } from '../contract/views.ts'
import type { JobState } from '../store/tables/jobs.ts'
import type { Actor } from './actor.ts'
import { audited } from './audited.ts'
import type { NodeContext } from './node-context.ts'

export const listJobs = (
  node: NodeContext,
  query: { state?: JobState | undefined; offset: number; limit: number },
) => node.jobTable.list(query)

export const findJob = (node: NodeContext, id: string): JobRow => node.jobTable.require(id)

export const cancelJob = (node: NodeContext, actor: Actor, id: string): JobRow =>
  audited(node, actor, { action: 'job.cancel', object: id }, () => node.jobs.cancel(id))

export const retryJob = (node: NodeContext, actor: Actor, id: string): JobRow =>
  audited(node, actor, { action: 'job.retry', object: id }, () => node.jobs.retry(id))

/** The job as it is now and after every change, until it has ended. */
export async function* watchJob(
  node: NodeContext,
  id: string,
  signal?: AbortSignal,
): AsyncGenerator<JobRow, void> {
  const stop = new AbortController()
  const changes = node.events.listen(signal ? AbortSignal.any([signal, stop.signal]) : stop.signal)
  try {
    // The first event is asked for before the row is read, so that no change falls between the two.
    let next = changes.next()
    for (let told = ''; ; ) {
      const row = node.jobTable.require(id)
      const now = JSON.stringify(row)
      if (now !== told) yield row
      told = now
      if (jobEndStates.has(row.state)) return
      // Whatever happened: a watcher that was away for long may have lost the very event of this job.
      if ((await next).done) return
      next = changes.next()
    }
  } finally {
    stop.abort()
  }
}
