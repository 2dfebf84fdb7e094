/** A piece of work that the node does on request: what it does, the button that starts it, and how it goes. */
import { Button } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import type { JobRow } from '../../../src-main/contract/views.ts'
import { JobProgress } from '../../components/job-progress.tsx'
import { ErrorNotice } from '../../components/states.tsx'
import css from './settings.module.css'

type Props = {
  title: string
  text: ReactNode
  action: string
  /** As in "The backup": the subject of what is said about it. */
  what: string
  start: () => Promise<{ jobId: string }>
  result: (job: JobRow) => ReactNode
}

export function JobSetting({ title, text, action, what, start, result }: Props) {
  const [jobId, setJobId] = useState<string | null>(null)
  const [ended, setEnded] = useState(true)
  const begin = useMutation({
    mutationFn: start,
    onSuccess: (answer) => {
      setEnded(false)
      setJobId(answer.jobId)
    },
  })
  return (
    <div className={css.setting}>
      <div>
        <b>{title}</b>
        <p>{text}</p>
      </div>
      <Button loading={begin.isPending} disabled={!ended} onClick={() => begin.mutate()}>
        {action}
      </Button>
      <div className={css.progress}>
        {begin.error && <ErrorNotice error={begin.error} what={`${what} was not started.`} />}
        {jobId !== null && (
          <JobProgress
            key={jobId}
            id={jobId}
            what={what}
            onEnd={() => setEnded(true)}
            onRetry={() => begin.mutate()}
          >
            {result}
          </JobProgress>
        )}
      </div>
    </div>
  )
}
