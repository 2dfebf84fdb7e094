/** The checks that everyone who installs the package will run too: here first, with their outcome one by one. */
import { Button, Progress } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { DraftDetail } from '../../../src-main/contract/draft-views.ts'
import { pictureSuite } from '../../../src-main/contract/picture-suite.ts'
import { isSuitePath } from '../../../src-main/contract/suite.ts'
import { client, orpc } from '../../client.ts'
import { FileDrop } from '../../components/file-drop.tsx'
import { formatCount } from '../../components/format.ts'
import { JobProgress } from '../../components/job-progress.tsx'
import { Card } from '../../components/page.tsx'
import { EmptyState, ErrorNotice } from '../../components/states.tsx'
import { ValidationChecks, ValidationSummary } from '../../components/validation-checks.tsx'
import { hasEnded, useJob } from '../../data/job.ts'
import { checksOf } from '../../data/report.ts'
import css from './package.module.css'
import { useSortedFiles } from './sort-files.tsx'
import { fieldId, type StepProps } from './step-props.ts'
import { useAddFiles } from './use-add-files.ts'

export function TestStep({ draft, save, replace }: StepProps & { replace: (draft: DraftDetail) => void }) {
  const cache = useQueryClient()
  const [jobId, setJobId] = useState<string | null>(null)
  const [share, setShare] = useState(0)
  const job = useJob(jobId).data
  const running = jobId !== null && (!job || !hasEnded(job))
  const test = useMutation({
    mutationFn: async () => {
      await save()
      return client.drafts.test({ id: draft.id })
    },
    onSuccess: (answer) => setJobId(answer.jobId),
  })
  const add = useAddFiles(draft.id, replace, setShare)
  const sorting = useSortedFiles((files) => add.mutate(files))
  const suite = draft.files.find(({ path }) => isSuitePath(path))
  const pictures = suite ? 0 : pictureSuite(draft).length
  const checks = job ? checksOf(job) : []
  return (
    <>
      <Card title="Suite" note={suite?.path ?? 'cases with the answer that is right'}>
        {suite ? (
          <p className={css.muted}>
            Every case is run, and its answer compared with the one that is expected.
          </p>
        ) : pictures > 0 ? (
          <p className={css.muted}>
            {formatCount(pictures, 'pictures')} in folders named by their labels{' '}
            {pictures === 1 ? 'is' : 'are'} the suite: each is run, and its answer compared with the name of
            its folder.
          </p>
        ) : (
          <div id={fieldId('suite')} tabIndex={-1}>
            <FileDrop
              purpose="sources"
              title="Drop suite.jsonl with its pictures, or a folder of pictures sorted into folders named by label"
              note="One case a line: its inputs, and the label or tensor that is right. Without it only loading and running are checked."
              action="Choose files"
              accept=".jsonl,.png,.jpg,.jpeg"
              disabled={add.isPending}
              onFiles={sorting.offer}
            />
          </div>
        )}
        {sorting.question}
        {add.isPending && <Progress value={share * 100} aria-label="Handed over" />}
        {add.error && <ErrorNotice error={add.error} what="The suite was not added." />}
      </Card>
      <Card
        title="Checks"
        actions={
          <Button
            variant={draft.report ? 'default' : 'filled'}
            loading={test.isPending}
            disabled={running}
            onClick={() => test.mutate()}
          >
            {draft.report ? 'Run the checks again' : 'Run the checks'}
          </Button>
        }
      >
        {test.error && <ErrorNotice error={test.error} what="The checks were not started." />}
        {jobId !== null && (
          <JobProgress
            key={jobId}
            id={jobId}
            what="The test"
            onEnd={() => void cache.invalidateQueries({ queryKey: orpc.drafts.key() })}
            onRetry={() => test.mutate()}
          />
        )}
        {!running && draft.report && <ValidationSummary report={draft.report} />}
        {running && checks.length > 0 ? (
          <ValidationChecks checks={checks} />
        ) : (
          draft.report && <ValidationChecks checks={draft.report.checks} />
        )}
        {jobId === null && draft.report === null && (
          <EmptyState title="What each check finds will be listed here">
            They load the model in a process of its own, run it, and compare its answers. A change to the
            draft makes the report go stale.
          </EmptyState>
        )}
      </Card>
    </>
  )
}
