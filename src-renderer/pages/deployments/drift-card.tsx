/** How far the inputs and outputs of an endpoint's versions are from their suites, and what fires about it. */
import { useQuery } from '@tanstack/react-query'
import type { DriftRow, FeatureDrift } from '../../../src-main/contract/alerts.ts'
import type { DeploymentRow } from '../../../src-main/contract/views.ts'
import { orpc } from '../../client.ts'
import { driftWords } from '../../components/alert-words.ts'
import { Chip } from '../../components/chip.tsx'
import { formatNumber, versionCore } from '../../components/format.ts'
import { LinkButton } from '../../components/link-button.tsx'
import { Banner, Card, Stack } from '../../components/page.tsx'
import { PlainTable } from '../../components/plain-table.tsx'
import { EmptyState, Loaded } from '../../components/states.tsx'
import { None } from '../../components/values.tsx'
import css from './deployments.module.css'

/** The furthest features of a version. */
const shownMax = 8

export function FiringAlerts({ row }: { row: DeploymentRow }) {
  const list = useQuery(orpc.alerts.list.queryOptions({ refetchInterval: 5000 }))
  const firing = (list.data ?? []).filter(
    ({ endpoint, state }) => endpoint === row.endpoint && state === 'firing',
  )
  return firing.map((alert) => (
    <Banner
      key={alert.id}
      tone="warn"
      title={`Alert on ${versionCore(alert.version)}.`}
      actions={
        <LinkButton to="/alerts" size="xs">
          All alerts
        </LinkButton>
      }
    >
      {alert.message}
    </Banner>
  ))
}

export function DriftCard({ row }: { row: DeploymentRow }) {
  const input = { model: row.model }
  const drift = useQuery(orpc.alerts.drift.queryOptions({ input, refetchInterval: 5000 }))
  return (
    <Card
      title="Drift"
      note="inputs and outputs beside those of the suite"
      actions={<LinkButton to="/alerts">Rules</LinkButton>}
    >
      <Loaded query={drift} what="the drift">
        {(rows) => {
          const own = rows.filter(({ endpoint }) => endpoint === row.endpoint)
          return own.length === 0 ? (
            <EmptyState title="No request was looked at yet">
              A few requests a second are compared with the cases of the version's suite as they pass.
            </EmptyState>
          ) : (
            <Stack>
              {own.map((one) => (
                <VersionDrift key={one.version} row={one} />
              ))}
            </Stack>
          )
        }}
      </Loaded>
    </Card>
  )
}

function VersionDrift({ row }: { row: DriftRow }) {
  const caption = `${row.version}: ${formatNumber(row.samples)} samples beside ${formatNumber(row.cases)} cases`
  if (row.reference === 'none')
    return <p className={css.caption}>{row.version}: its package has no suite to compare with.</p>
  if (row.features.length === 0) {
    return (
      <p className={css.caption}>
        {row.version}: {formatNumber(row.samples)} samples so far, too few to compare.
      </p>
    )
  }
  return (
    <div>
      <p className={css.caption}>{caption}, the furthest first</p>
      <PlainTable
        label={`Drift of ${row.version}`}
        columns={[
          { title: 'Of' },
          { title: 'Feature' },
          { title: 'Reading' },
          { title: 'PSI', align: 'end' },
          { title: 'KS', align: 'end' },
          { title: 'Usual', align: 'end' },
          { title: 'Seen', align: 'end' },
        ]}
        rows={row.features.slice(0, shownMax).map((feature) => ({
          key: `${feature.side} ${feature.tensor} ${feature.name}`,
          cells: cellsOf(feature),
        }))}
      />
    </div>
  )
}

function cellsOf(feature: FeatureDrift) {
  const { side, tensor, name, psi, ks, usual, seen } = feature
  const [tone, word] = driftWords(feature)
  return [
    `${side} ${tensor}`,
    name,
    <Chip key="reading" tone={tone}>
      {word}
    </Chip>,
    formatNumber(psi, 3),
    ks === null ? <None key="ks" /> : formatNumber(ks, 3),
    usual,
    seen,
  ]
}
