/** How far a shadow's answers were from those that were sent: counts by distance as bars, and as a table beside them. */
import { distanceBounds, type ShadowFigures } from '../../../src-main/contract/traffic.ts'
import type { DeploymentRow } from '../../../src-main/contract/views.ts'
import { Chip } from '../../components/chip.tsx'
import { formatCount, formatNumber, formatShare } from '../../components/format.ts'
import { VersionLicense } from '../../components/license/banners.tsx'
import { Card, Columns, Stack } from '../../components/page.tsx'
import { PlainTable } from '../../components/plain-table.tsx'
import css from './shadow-card.module.css'

export function ShadowCards({ row }: { row: DeploymentRow }) {
  return row.targets
    .filter(({ role }) => role === 'shadow')
    .map(({ version, shadow }) => (
      <ShadowCard key={version} row={row} version={version} shadow={shadow ?? nothing} />
    ))
}

/** Before the first copy. */
const nothing: ShadowFigures = { compared: 0, diverged: 0, failed: 0, leftOut: 0, distances: [] }

interface Props {
  row: DeploymentRow
  version: string
  shadow: ShadowFigures
}

function ShadowCard({ row, version, shadow }: Props) {
  const { compared, diverged, failed, leftOut } = shadow
  const share = compared === 0 ? 0 : diverged / compared
  return (
    <Card
      title={`Shadow ${version}`}
      note={`beside ${row.version}; its answers are thrown away`}
      chips={compared > 0 && <Chip tone={diverged > 0 ? 'warn' : 'ok'}>{formatShare(share, 2)} differ</Chip>}
    >
      <VersionLicense model={row.model} version={version} only="denial" />
      {compared === 0 ? (
        <p className={css.note}>No request was copied to it yet.</p>
      ) : (
        <Columns sides="main-aside">
          <Bars distances={shadow.distances} />
          <Stack>
            <PlainTable
              label={`Distances of ${version}`}
              columns={[{ title: 'Largest difference' }, { title: 'Requests', align: 'end' }]}
              rows={shadow.distances.map((count, at) => ({
                key: boundWords(at),
                cells: [boundWords(at), formatNumber(count)],
              }))}
            />
          </Stack>
        </Columns>
      )}
      <p className={css.note}>
        {formatCount(compared, 'requests')} compared, {formatNumber(diverged)} beyond the tolerance of{' '}
        {row.policy.tolerance} or of another shape, {formatNumber(failed)} failed, {formatNumber(leftOut)}{' '}
        left out while it was busy or had no license to answer.
      </p>
    </Card>
  )
}

function Bars({ distances }: { distances: readonly number[] }) {
  const most = Math.max(1, ...distances)
  return (
    <div className={css.bars} aria-hidden>
      {distances.map((count, at) => (
        <div key={boundWords(at)} className={css.slot}>
          <span className={css.count}>{count > 0 ? formatNumber(count) : ''}</span>
          <span className={css.bar} style={{ height: `${(count / most) * 250}px` }} />
          <span className={css.bound}>{boundWords(at)}</span>
        </div>
      ))}
    </div>
  )
}

/** Up to a bound; the last counts what lies beyond them all. */
function boundWords(at: number): string {
  const bound = distanceBounds[at]
  if (bound === undefined) return `> ${distanceBounds.at(-1)}`
  return bound === 0 ? 'none' : `≤ ${bound >= 1e-3 ? bound : bound.toExponential()}`
}
