/** Changes of an endpoint's traffic: each asks first, names its effect, and says afterwards what it did. */
import { NumberInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { DeploymentRow, DeploymentTarget } from '../../../src-main/contract/views.ts'
import { client, orpc } from '../../client.ts'
import { ConfirmDialog } from '../../components/confirm-dialog.tsx'
import { formatDuration, versionCore } from '../../components/format.ts'
import { reportDone } from '../../components/report.tsx'
import { InterfaceWarning } from './interface-warning.tsx'
import { IntroduceDialog } from './introduce-dialog.tsx'
import { sharedBy, shareNote } from './policy-words.ts'
import { wayBack } from './way-back.ts'

type Asking =
  | { verb: 'introduce' }
  | { verb: 'roll back' }
  | { verb: 'shift' | 'promote' | 'take out'; target: DeploymentTarget }

export function useTrafficActions(row: DeploymentRow) {
  const cache = useQueryClient()
  const [asking, ask] = useState<Asking | null>(null)
  const close = () => ask(null)
  const after = async (title: string, change: Promise<DeploymentRow>) => {
    const begun = performance.now()
    const changed = await change
    await cache.invalidateQueries({ queryKey: orpc.deployments.key() })
    const primary = changed.targets[0]?.version ?? changed.version
    reportDone(title, `${primary} is the primary. It took ${formatDuration(performance.now() - begun)}.`)
  }
  return { ask, dialog: asking && <TrafficDialog row={row} asking={asking} onClose={close} after={after} /> }
}

interface DialogProps {
  row: DeploymentRow
  asking: Asking
  onClose: () => void
  after: (title: string, change: Promise<DeploymentRow>) => Promise<void>
}

function TrafficDialog({ row, asking, onClose, after }: DialogProps) {
  const { endpoint, version } = row
  if (asking.verb === 'introduce') return <IntroduceDialog row={row} onClose={onClose} after={after} />
  if (asking.verb === 'roll back') {
    const { title, effect, action } = wayBack(row)
    return (
      <ConfirmDialog
        opened
        onClose={onClose}
        title={`${action} on ${endpoint}`}
        action={action}
        onConfirm={() => after(title, client.deployments.rollBack({ endpoint }))}
      >
        <p>{effect}</p>
      </ConfirmDialog>
    )
  }
  const { target } = asking
  if (asking.verb === 'shift')
    return <ShiftDialog row={row} target={target} onClose={onClose} after={after} />
  if (asking.verb === 'promote') {
    return (
      <ConfirmDialog
        opened
        onClose={onClose}
        title={`Promote ${versionCore(target.version)}`}
        action={`Promote ${versionCore(target.version)}`}
        tone="accent"
        onConfirm={() =>
          after(
            `${target.version} is promoted`,
            client.deployments.promote({ endpoint, version: target.version }),
          )
        }
      >
        <p>
          <b>{target.version}</b> will answer all requests of {endpoint}; {version} stays at hand, and
          requests that are under way end where they began.
        </p>
        <InterfaceWarning model={row.model} now={version} next={target.version} />
      </ConfirmDialog>
    )
  }
  return (
    <ConfirmDialog
      opened
      onClose={onClose}
      title={`Take ${versionCore(target.version)} out`}
      action={`Take out ${versionCore(target.version)}`}
      onConfirm={() =>
        after(
          `${target.version} is taken out`,
          client.deployments.rollBack({ endpoint, version: target.version }),
        )
      }
    >
      <p>
        {target.version} gets no request any more; {version} answers its share. It stays installed.
      </p>
    </ConfirmDialog>
  )
}

function ShiftDialog({
  row,
  target,
  onClose,
  after,
}: Omit<DialogProps, 'asking'> & { target: DeploymentTarget }) {
  const [share, setShare] = useState<number | string>(target.weight / 100)
  const inBounds = typeof share === 'number' && share >= 0 && share <= 100
  const { stickyBy } = row.policy
  const wanted = inBounds ? Math.round(share * 100) : null
  const input = { endpoint: row.endpoint, version: target.version, weight: wanted ?? 0 }
  return (
    <ConfirmDialog
      opened
      onClose={onClose}
      title={`Shift requests to ${versionCore(target.version)}`}
      action={wanted === null ? 'Shift' : `Shift to ${wanted / 100} %`}
      tone="accent"
      blocked={wanted === null}
      onConfirm={() =>
        after(`${target.version} answers ${input.weight / 100} %`, client.deployments.shift(input))
      }
    >
      <NumberInput
        label={`Share of the ${sharedBy[stickyBy]}, in percent`}
        description={`${shareNote[stickyBy]} A growing share takes from the primary alone, and what was moved stays moved.`}
        value={share}
        onChange={setShare}
        min={0}
        max={100}
        clampBehavior="none"
        error={inBounds ? null : 'From 0 to 100'}
        decimalScale={2}
        suffix=" %"
        data-autofocus
      />
    </ConfirmDialog>
  )
}
