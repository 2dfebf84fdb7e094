/** Cancel what runs, do again what did not come to its end. */
import { Button } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { JobRow } from '../../../src-main/contract/views.ts'
import { client, orpc } from '../../client.ts'
import { jobTitle } from '../../components/job-words.ts'
import { reportDone, reportFailure } from '../../components/report.tsx'

export function JobActions({ job, tabIndex = 0 }: { job: JobRow; tabIndex?: 0 | -1 }) {
  const cache = useQueryClient()
  const refresh = () => cache.invalidateQueries({ queryKey: orpc.jobs.key() })
  const cancel = useMutation({
    mutationFn: () => client.jobs.cancel({ id: job.id }),
    onSuccess: () => reportDone(`${jobTitle(job)} is cancelled`),
    onError: (error) => reportFailure(`${jobTitle(job)} was not cancelled`, error),
    onSettled: refresh,
  })
  const retry = useMutation({
    mutationFn: () => client.jobs.retry({ id: job.id }),
    onSuccess: () => reportDone(`${jobTitle(job)} has started again`),
    onError: (error) => reportFailure(`${jobTitle(job)} was not started again`, error),
    onSettled: refresh,
  })
  if (job.state === 'queued' || job.state === 'running') {
    return (
      <Button size="xs" tabIndex={tabIndex} loading={cancel.isPending} onClick={() => cancel.mutate()}>
        Cancel the job
      </Button>
    )
  }
  if (job.state === 'done') return null
  return (
    <Button size="xs" tabIndex={tabIndex} loading={retry.isPending} onClick={() => retry.mutate()}>
      Do it again
    </Button>
  )
}
