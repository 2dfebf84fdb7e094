/** The versions behind an endpoint: what each is here, its share, how it does, and what can be done with it. */
import { Button, Group } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { DeploymentRow, DeploymentTarget } from '../../../src-main/contract/views.ts'
import { orpc } from '../../client.ts'
import { Chip, StateChip } from '../../components/chip.tsx'
import { DeprecationChip } from '../../components/deprecation-chip.tsx'
import { formatNumber } from '../../components/format.ts'
import { Card, Stack } from '../../components/page.tsx'
import { PlainTable } from '../../components/plain-table.tsx'
import { RequestCount } from '../../components/request-count.tsx'
import { None, Version } from '../../components/values.tsx'
import { Refusals } from './columns.tsx'
import series from './series.module.css'
import { seriesOf } from './series.ts'
import { Swatch } from './swatch.tsx'
import css from './traffic.module.css'
import { useTrafficActions } from './traffic-actions.tsx'
import { wayBack } from './way-back.ts'

const roleWords: Record<DeploymentTarget['role'], string> = {
  primary: 'Primary',
  candidate: 'Candidate',
  shadow: 'Shadow',
  pending: 'Coming',
  previous: 'Before',
}

/** Without a share it answers nobody until it is shifted to, promoted, or gone back to. */
const roleOf = ({ role, weight }: DeploymentTarget): string =>
  role === 'candidate' && weight === 0 ? 'Stands by' : roleWords[role]

const percent = (weight: number): string => `${Number((weight / 100).toFixed(2))} %`

export function VersionsCard({ row }: { row: DeploymentRow }) {
  const actions = useTrafficActions(row)
  const versions = useQuery(orpc.models.versions.queryOptions({ input: { model: row.model, limit: 500 } }))
  const judged = row.targets.some(({ quality }) => quality !== null)
  const canGoBack = row.targets.some(({ role }) => role !== 'primary')
  return (
    <Card
      title="Versions"
      note="what answers, and what stands beside it"
      actions={
        <>
          <Button onClick={() => actions.ask({ verb: 'introduce' })}>Add a version</Button>
          {canGoBack && (
            <Button color="bad" onClick={() => actions.ask({ verb: 'roll back' })}>
              {wayBack(row).action}
            </Button>
          )}
        </>
      }
    >
      <Stack>
        <SplitBar targets={row.targets} />
        <PlainTable
          label={`Versions of ${row.endpoint}`}
          columns={[
            { title: 'Version' },
            { title: 'Role' },
            { title: 'Share', align: 'end' },
            { title: 'State' },
            { title: 'Requests', align: 'end' },
            { title: 'Errors', align: 'end' },
            { title: 'Refused', align: 'end' },
            { title: 'p95 ms', align: 'end' },
            ...(judged ? [{ title: 'Quality', align: 'end' as const }] : []),
            { title: 'Compared' },
            { title: 'Actions', align: 'end' },
          ]}
          rows={row.targets.map((target) => ({
            key: target.version,
            cells: [
              <span key="version">
                <Swatch series={seriesOf(row.targets, target.version)} />
                <Version name={target.version} />{' '}
                <DeprecationChip of={versions.data?.rows.find(({ version }) => version === target.version)} />
              </span>,
              <Chip key="role" tone={target.role === 'primary' ? 'accent' : 'neutral'}>
                {roleOf(target)}
              </Chip>,
              percent(target.weight),
              <span key="state" title={target.failure?.message}>
                <StateChip deployment={target.state} />
              </span>,
              <RequestCount key="requests" row={target} />,
              target.countedSince === null ? (
                <None key="failed">not running</None>
              ) : (
                formatNumber(target.failuresTotal)
              ),
              target.countedSince === null ? (
                <None key="refused">not running</None>
              ) : (
                <Refusals key="refused" of={target} />
              ),
              target.latencyMsP95 === null ? (
                <None key="p95">not measured</None>
              ) : (
                formatNumber(target.latencyMsP95, 2)
              ),
              ...(judged ? [<Quality key="quality" of={target.quality} />] : []),
              compared(target) ?? <None key="compared">no shadow</None>,
              <TargetActions key="actions" target={target} ask={actions.ask} />,
            ],
          }))}
        />
      </Stack>
      {actions.dialog}
    </Card>
  )
}

/** The mean of what callers said of its answers. */
function Quality({ of: quality }: { of: DeploymentTarget['quality'] }) {
  if (!quality) return <None>not judged</None>
  return (
    <span title={`Of ${formatNumber(quality.total)} judged answers, since serving started`}>
      {formatNumber(quality.mean, 3)}
    </span>
  )
}

/** What a shadow said beside the answers that were sent. */
function compared({ shadow }: DeploymentTarget): string | null {
  if (!shadow) return null
  const { compared: total, diverged, failed, leftOut } = shadow
  const parts = [`${formatNumber(diverged)} of ${formatNumber(total)} differ`]
  if (failed > 0) parts.push(`${formatNumber(failed)} failed`)
  if (leftOut > 0) parts.push(`${formatNumber(leftOut)} left out`)
  return parts.join(', ')
}

type Ask = ReturnType<typeof useTrafficActions>['ask']

function TargetActions({ target, ask }: { target: DeploymentTarget; ask: Ask }) {
  if (target.role !== 'candidate' && target.role !== 'shadow') return null
  return (
    <Group gap={8} wrap="nowrap" justify="flex-end">
      {target.role === 'candidate' && (
        <Button size="xs" onClick={() => ask({ verb: 'shift', target })}>
          Shift
        </Button>
      )}
      <Button size="xs" onClick={() => ask({ verb: 'promote', target })}>
        Promote
      </Button>
      <Button size="xs" color="bad" onClick={() => ask({ verb: 'take out', target })}>
        Take out
      </Button>
    </Group>
  )
}

/** The shares as a bar in the colours of the charts; each part is named in words beneath, so that no colour has to be told from another. */
function SplitBar({ targets }: { targets: readonly DeploymentTarget[] }) {
  const answering = targets.filter(({ weight }) => weight > 0)
  return (
    <div>
      <div className={css.bar} aria-hidden>
        {answering.map(({ version, weight }) => (
          <span
            key={version}
            className={series.part}
            data-series={seriesOf(targets, version)}
            style={{ flexGrow: weight }}
          />
        ))}
      </div>
      <p className={css.legend}>
        {answering
          .map(({ version, weight, state }) =>
            state === 'ready'
              ? `${version} answers ${percent(weight)}`
              : `${version} has ${percent(weight)} and does not answer`,
          )
          .join(' · ')}
      </p>
    </div>
  )
}
