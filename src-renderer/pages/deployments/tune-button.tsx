/** Measures again which number of operator threads answers soonest, beside what serves. */
import { Button } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { DeploymentRow } from '../../../src-main/contract/views.ts'
import { client, orpc } from '../../client.ts'
import { formatCount, formatNumber } from '../../components/format.ts'
import { reportDone, reportFailure } from '../../components/report.tsx'

/** Threads that a person set, and those of another machine, are not measured. */
const canTune = ({ state, settings }: DeploymentRow): boolean =>
  state === 'ready' && settings.intraOpThreads === null && !settings.executionProvider.startsWith('remote:')

export function TuneButton({ row }: { row: DeploymentRow }) {
  const cache = useQueryClient()
  const tune = useMutation({
    mutationFn: () => client.deployments.tune({ endpoint: row.endpoint }),
    onSuccess: (tuned) => reportDone(`${tuned.endpoint} is tuned`, outcome(tuned)),
    onError: (error) => reportFailure(`${row.endpoint} was not tuned`, error),
    onSettled: () => cache.invalidateQueries({ queryKey: orpc.deployments.key() }),
  })
  if (!canTune(row)) return null
  return (
    <Button
      loading={tune.isPending}
      onClick={() => tune.mutate()}
      title="Measures which number of operator threads answers soonest, beside what serves"
    >
      Tune again
    </Button>
  )
}

function outcome({ hosting }: DeploymentRow): string {
  if (!hosting || hosting.tunedP99Ms === null) return 'Its device has no threads to choose.'
  return `${formatCount(hosting.intraOpThreads, 'operator threads')}: p99 of one item is ${formatNumber(hosting.tunedP99Ms, 3)} ms.`
}
