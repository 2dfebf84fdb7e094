/**
 * Start, stop and undeploy, the same on the list and on a deployment's own page. Stopping and undeploying ask first
 * and name what callers will get; each says afterwards what it did and how long it took.
 */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { DeploymentRow } from '../../../src-main/contract/views.ts'
import { client, orpc } from '../../client.ts'
import { ConfirmDialog } from '../../components/confirm-dialog.tsx'
import { formatDuration } from '../../components/format.ts'
import { reportDone, reportFailure } from '../../components/report.tsx'

type Asking = { verb: 'stop' | 'undeploy'; row: DeploymentRow } | null

export function useDeploymentActions({ onRemoved }: { onRemoved?: () => void } = {}) {
  const cache = useQueryClient()
  const [asking, setAsking] = useState<Asking>(null)
  const refresh = () => cache.invalidateQueries({ queryKey: orpc.deployments.key() })

  const start = useMutation({
    mutationFn: ({ endpoint }: DeploymentRow) => timed(client.deployments.start({ endpoint })),
    onSuccess: ({ value, ms }) =>
      reportDone(`${value.endpoint} is started`, `It took ${formatDuration(ms)}.`),
    onError: (error, { endpoint }) => reportFailure(`${endpoint} was not started`, error),
    onSettled: refresh,
  })
  const confirm = async ({ verb, row: { endpoint } }: NonNullable<Asking>) => {
    const { ms } =
      verb === 'stop'
        ? await timed(client.deployments.stop({ endpoint }))
        : await timed(client.deployments.remove({ endpoint }))
    reportDone(
      `${endpoint} is ${verb === 'stop' ? 'stopped' : 'undeployed'}`,
      `It took ${formatDuration(ms)}.`,
    )
    await refresh()
    if (verb === 'undeploy') onRemoved?.()
  }

  const dialog = asking && (
    <ConfirmDialog
      opened
      onClose={() => setAsking(null)}
      title={asking.verb === 'stop' ? `Stop ${asking.row.endpoint}` : `Undeploy ${asking.row.endpoint}`}
      action={asking.verb === 'stop' ? 'Stop' : 'Undeploy'}
      onConfirm={() => confirm(asking)}
    >
      {asking.verb === 'stop' ? (
        <p>
          Requests that wait are answered first. After that callers of <b>{asking.row.endpoint}</b> get 503
          until it is started again. The memory of the model is freed.
        </p>
      ) : (
        <p>
          Callers of <b>{asking.row.endpoint}</b> get 404 from then on. {asking.row.model}{' '}
          {asking.row.version} stays installed and its requests stay in the log.
        </p>
      )}
    </ConfirmDialog>
  )
  return {
    start: (row: DeploymentRow) => start.mutate(row),
    starting: start.isPending,
    stop: (row: DeploymentRow) => setAsking({ verb: 'stop', row }),
    undeploy: (row: DeploymentRow) => setAsking({ verb: 'undeploy', row }),
    dialog,
  }
}

async function timed<T>(work: Promise<T>): Promise<{ value: T; ms: number }> {
  const begun = performance.now()
  return { value: await work, ms: performance.now() - begun }
}

/** What can be done in a state: a failed or set-aside deployment is tried again by starting it. */
export const canStart = ({ state }: DeploymentRow) =>
  state === 'stopped' || state === 'failed' || state === 'set-aside'
