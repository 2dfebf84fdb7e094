/** A job that was started on this page, where it was started: its step, how far it is, how it ended. */
import { Button, Progress } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { JobRow } from '../../src-main/contract/views.ts'
import { client } from '../client.ts'
import { hasEnded, useJob } from '../data/job.ts'
import { StateChip } from './chip.tsx'
import { formatShare } from './format.ts'
import style from './job-progress.module.css'
import { reportFailure } from './report.tsx'
import { ErrorNotice } from './states.tsx'

interface JobProgressProps {
  id: string
  /** As in "The backup": the subject of every sentence about it. */
  what: string
  onEnd?: (job: JobRow) => void
  onRetry?: () => void
  /** What stands here when it is done. */
  children?: (job: JobRow) => ReactNode
}

export function JobProgress({ id, what, onEnd, onRetry, children }: JobProgressProps) {
  const { data: job, error, refetch } = useJob(id, onEnd)
  const cancel = useMutation({
    mutationFn: () => client.jobs.cancel({ id }),
    onError: (failed) => reportFailure(`${what} was not cancelled`, failed),
  })
  if (!job) {
    return error ? (
      <ErrorNotice
        error={error}
        what={`${what} is not heard of.`}
        unchanged="It goes on in the node."
        onRetry={() => refetch()}
      />
    ) : null
  }
  if (job.failure && job.state !== 'cancelled')
    return <ErrorNotice error={job.failure} what={`${what} failed.`} {...(onRetry && { onRetry })} />
  if (job.state === 'done') return children?.(job) ?? <Line job={job} text={`${what} is done.`} />
  if (hasEnded(job)) return <Line job={job} text={`${what} was ${job.state}.`} />
  return (
    <div className={style.running}>
      <Line job={job} text={job.step ?? (job.state === 'queued' ? 'Waiting for its turn' : 'Beginning')} />
      <div className={style.bar}>
        <Progress
          value={(job.progress ?? 1) * 100}
          animated={job.progress === null}
          striped={job.progress === null}
          aria-label={what}
          className={style.track ?? ''}
        />
        <Button size="xs" loading={cancel.isPending} onClick={() => cancel.mutate()}>
          Cancel
        </Button>
      </div>
    </div>
  )
}

function Line({ job, text }: { job: JobRow; text: string }) {
  return (
    <p className={style.line} role="status">
      <StateChip job={job} />
      <span>{text}</span>
      {!hasEnded(job) && job.progress !== null && (
        <span className={style.share}>{formatShare(job.progress, 0)}</span>
      )}
    </p>
  )
}
