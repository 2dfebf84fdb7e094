/**
 * The short way to a first prediction: install the samples, then open one in the playground, where an example is
 * filled in. It goes away once a prediction was made.
 */
import { Button, Progress } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useEffect } from 'react'
import type { NodeStatus } from '../../../src-main/contract/api/system.ts'
import { client, orpc } from '../../client.ts'
import { Card } from '../../components/page.tsx'
import { ErrorNotice } from '../../components/states.tsx'
import style from './home.module.css'

export function FirstPrediction({ status }: { status: NodeStatus }) {
  const navigate = useNavigate()
  const install = useMutation({ mutationFn: () => client.system.installSamples() })
  const jobId = install.data?.jobId
  const job = useQuery(
    orpc.jobs.get.queryOptions({
      input: { id: jobId ?? '' },
      enabled: jobId !== undefined,
      refetchInterval: ({ state }) => (state.data?.finishedAt ? false : 400),
    }),
  )
  const open = useMutation({
    mutationFn: async () => {
      const { rows } = await client.models.list({
        limit: 1,
        source: 'sample',
        sort: 'id',
        order: 'ascending',
      })
      const [sample] = rows.length > 0 ? rows : (await client.models.list({ limit: 1 })).rows
      await navigate({ to: '/playground', search: sample ? { model: sample.id } : {} })
    },
  })
  const { mutate: openSample } = open
  const state = job.data?.state
  useEffect(() => {
    if (state === 'done') openSample()
  }, [state, openSample])

  const installing = install.isPending || state === 'queued' || state === 'running'
  const ready = status.counts.models > 0 && !installing
  const failure = install.error ?? job.data?.failure ?? open.error
  return (
    <Card title="Your first prediction" note="takes less than a minute">
      <p className={style.lead}>
        {ready
          ? 'A model is installed. The playground opens with an example filled in: run it and see what answers.'
          : 'Three small sample models come with Outpost, each with two versions, a model card and test cases. They are installed from this computer, without a network, and can be removed in one step.'}
      </p>
      {installing && (
        <div role="status">
          <Progress value={(job.data?.progress ?? 0.05) * 100} aria-label="Installing the sample models" />
          <span className={style.muted}>{job.data?.step ?? 'Installing the sample models'}</span>
        </div>
      )}
      {failure && <ErrorNotice error={failure} what="The sample models were not installed." />}
      <div className={style.actions}>
        {ready ? (
          <Button variant="filled" loading={open.isPending} onClick={() => openSample()}>
            Open a sample in the playground
          </Button>
        ) : (
          <Button variant="filled" loading={installing} onClick={() => install.mutate()}>
            Install the sample models
          </Button>
        )}
      </div>
    </Card>
  )
}
