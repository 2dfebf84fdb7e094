/** How far a job is, or what came of it, in one line. */
import { Progress } from '@mantine/core'
import type { JobRow } from '../../../src-main/contract/views.ts'
import { formatShare, withShortDigests } from '../../components/format.ts'
import { jobTitle } from '../../components/job-words.ts'
import style from './jobs.module.css'

export function ProgressCell({ job }: { job: JobRow }) {
  if (job.failure) {
    return (
      <span className={style.failure} title={job.failure.message}>
        {withShortDigests(job.failure.message)}
      </span>
    )
  }
  if (job.state !== 'running') return <span className={style.muted}>{job.step ?? ''}</span>
  return (
    <span className={style.progress}>
      <Progress
        value={job.progress === null ? 100 : job.progress * 100}
        animated={job.progress === null}
        striped={job.progress === null}
        aria-label={jobTitle(job)}
      />
      <span>{job.progress === null ? '' : formatShare(job.progress, 0)}</span>
      <span className={style.muted}>{job.step}</span>
    </span>
  )
}
