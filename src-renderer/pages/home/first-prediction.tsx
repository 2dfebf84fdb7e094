/**
 * The short way to a first prediction: install the samples, then open one in the playground, where an example is
 * filled in. It goes away once a prediction was made.
 */
import { Button } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import type { NodeStatus } from '../../../src-main/contract/api/system.ts'
import { client } from '../../client.ts'
import { JobProgress } from '../../components/job-progress.tsx'
import { Card } from '../../components/page.tsx'
import { ErrorNotice } from '../../components/states.tsx'
import style from './home.module.css'

export function FirstPrediction({ status }: { status: NodeStatus }) {
  const navigate = useNavigate()
  const install = useMutation({ mutationFn: () => client.system.installSamples() })
  const jobId = install.data?.jobId
  const open = useMutation({
    mutationFn: async () => {
      const { rows } = await client.models.list({ limit: 20, source: 'sample' })
      // A picture is the quickest to judge, so a sample that takes one comes first.
      const sample =
        rows.find(({ task }) => task === 'image-classification') ??
        rows[0] ??
        (await client.models.list({ limit: 1 })).rows[0]
      await navigate({ to: '/playground', search: sample ? { model: sample.id } : {} })
    },
  })
  const { mutate: openSample } = open
  const ready = status.counts.models > 0 && jobId === undefined
  return (
    <Card title="Your first prediction" note="takes less than a minute">
      <p className={style.lead}>
        {ready
          ? 'A model is installed. The playground opens with an example filled in: run it and see what answers.'
          : 'Small sample models come with Outpost, each with several versions, a model card and test cases. They are installed from this computer, without a network, and can be removed in one step.'}
      </p>
      {jobId !== undefined && (
        <JobProgress
          id={jobId}
          what="Installing the sample models"
          onEnd={({ state }) => state === 'done' && openSample()}
          onRetry={() => install.mutate()}
        />
      )}
      {install.error && <ErrorNotice error={install.error} what="The sample models were not installed." />}
      {open.error && <ErrorNotice error={open.error} what="The sample models could not be found." />}
      <div className={style.actions}>
        {ready ? (
          <Button variant="filled" loading={open.isPending} onClick={() => openSample()}>
            Open a sample in the playground
          </Button>
        ) : (
          <Button
            variant="filled"
            loading={install.isPending}
            disabled={jobId !== undefined}
            onClick={() => install.mutate()}
          >
            Install the sample models
          </Button>
        )}
      </div>
    </Card>
  )
}
