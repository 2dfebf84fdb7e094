/** Pack, sign and register as one job; afterwards the ways on: open it, deploy it, take the package along. */
import { Button } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { JobRow } from '../../../src-main/contract/views.ts'
import { client, orpc } from '../../client.ts'
import { JobProgress } from '../../components/job-progress.tsx'
import { Card } from '../../components/page.tsx'
import { ErrorNotice } from '../../components/states.tsx'
import { ValidationChecks } from '../../components/validation-checks.tsx'
import { useJob } from '../../data/job.ts'
import { checksOf } from '../../data/report.ts'
import { BuiltVersion } from './built-version.tsx'
import css from './package.module.css'
import type { StepProps } from './step-props.ts'

export function BuildStep({ draft, fields, save }: StepProps) {
  const cache = useQueryClient()
  const [jobId, setJobId] = useState<string | null>(null)
  const job = useJob(jobId).data
  const errors = draft.problemList.filter(({ level }) => level === 'error').length
  const build = useMutation({
    mutationFn: async () => {
      await save()
      return client.drafts.build({ id: draft.id })
    },
    onSuccess: (answer) => setJobId(answer.jobId),
  })
  const checks = job ? checksOf(job) : []
  const built = job?.state === 'done'
  return (
    <Card
      title="Build"
      actions={
        !built && (
          <Button
            variant="filled"
            loading={build.isPending}
            disabled={errors > 0 || job?.state === 'running' || job?.state === 'queued'}
            onClick={() => build.mutate()}
          >
            Build {fields.version}
          </Button>
        )
      }
    >
      {jobId === null && (
        <p className={css.muted}>
          {errors > 0
            ? `${errors === 1 ? 'One problem has' : `${errors} problems have`} to be solved first: the list at the right leads to each.`
            : `Packs the files, runs the checks, signs with your key and registers ${fields.id} ${fields.version} on this node.`}
        </p>
      )}
      {build.error && (
        <ErrorNotice
          error={build.error}
          what="The build was not started."
          unchanged="The draft is as it was."
        />
      )}
      {jobId !== null && (
        <JobProgress
          key={jobId}
          id={jobId}
          what="The build"
          onEnd={() => void cache.invalidateQueries({ queryKey: orpc.models.key() })}
          onRetry={() => build.mutate()}
        >
          {(done) => <BuiltVersion registered={registeredBy(done, fields.id, fields.version)} />}
        </JobProgress>
      )}
      {checks.length > 0 && <ValidationChecks checks={checks} />}
    </Card>
  )
}

/** What the job registered is in its output; the draft's own words stand in where it tells nothing. */
const registeredBy = ({ output }: JobRow, model: string, version: string) => ({
  model: typeof output?.model === 'string' ? output.model : model,
  version: typeof output?.version === 'string' ? output.version : version,
})
