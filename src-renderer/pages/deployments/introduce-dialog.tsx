/** Brings another version of the model to an endpoint, beside the one that answers or in its place. */
import { Select, Stack } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { Strategy } from '../../../src-main/contract/traffic.ts'
import type { DeploymentRow } from '../../../src-main/contract/views.ts'
import { client, orpc } from '../../client.ts'
import { ConfirmDialog } from '../../components/confirm-dialog.tsx'
import { InterfaceWarning } from './interface-warning.tsx'
import { sharedBy, shareNote } from './policy-words.ts'

const strategies: { value: Strategy; label: string; effect: (by: string) => string; shares?: true }[] = [
  {
    value: 'canary',
    label: 'Canary',
    effect: (by) => `It answers 5 % of the ${by} until you shift or promote it.`,
    shares: true,
  },
  {
    value: 'blue-green',
    label: 'Blue-green',
    effect: () => 'It is loaded and answers nobody until you promote it.',
  },
  { value: 'ab', label: 'A/B', effect: (by) => `It answers half of the ${by}.`, shares: true },
  {
    value: 'shadow',
    label: 'Shadow',
    effect: () => 'It gets a copy of each request; its answers are compared and thrown away.',
  },
  { value: 'replace', label: 'Replace', effect: () => 'It answers all requests as soon as it is loaded.' },
]

export function IntroduceDialog({
  row,
  onClose,
  after,
}: {
  row: DeploymentRow
  onClose: () => void
  after: (title: string, change: Promise<DeploymentRow>) => Promise<void>
}) {
  const [version, setVersion] = useState<string | null>(null)
  const [strategy, setStrategy] = useState<Strategy>('canary')
  const input = { model: row.model, limit: 500 }
  const versions = useQuery(orpc.models.versions.queryOptions({ input }))
  const served = new Set(
    row.targets.filter(({ role }) => role !== 'previous').map((target) => target.version),
  )
  const others = (versions.data?.rows ?? []).filter((one) => !served.has(one.version))
  const chosen = strategies.find(({ value }) => value === strategy)
  const { stickyBy } = row.policy
  return (
    <ConfirmDialog
      opened
      onClose={onClose}
      title={`Add a version to ${row.endpoint}`}
      action="Add"
      tone="accent"
      blocked={version === null}
      onConfirm={() =>
        after(
          `${version} is loaded`,
          client.deployments.deploy({
            model: row.model,
            version: version ?? '',
            endpoint: row.endpoint,
            strategy,
          }),
        )
      }
    >
      <Stack gap="md">
        <Select
          label="Version"
          description={`Beside ${row.version}, which answers now.`}
          placeholder={others.length === 0 ? noneLeft(versions.data?.rows.length ?? 0) : 'Choose one'}
          data={others.map((one) => one.version)}
          value={version}
          onChange={setVersion}
          disabled={others.length === 0}
          {...(others.length > 0 && { 'data-autofocus': true })}
        />
        <Select
          label="How"
          description={[chosen?.effect(sharedBy[stickyBy]), chosen?.shares && shareNote[stickyBy]]
            .filter(Boolean)
            .join(' ')}
          data={strategies.map(({ value, label }) => ({ value, label }))}
          value={strategy}
          onChange={(next) => next && setStrategy(next as Strategy)}
          allowDeselect={false}
        />
        {version !== null && <InterfaceWarning model={row.model} now={row.version} next={version} />}
      </Stack>
    </ConfirmDialog>
  )
}

const noneLeft = (installed: number): string =>
  installed > 1 ? 'All installed versions are here already' : 'No other version is installed'
