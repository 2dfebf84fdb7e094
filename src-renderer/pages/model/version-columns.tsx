/** The columns of a model's versions. */
import { Link } from '@tanstack/react-router'
import { kindOfChange } from '../../../src-main/contract/kind-of-change.ts'
import type { VersionRow } from '../../../src-main/contract/views.ts'
import { Chip, StateChip } from '../../components/chip.tsx'
import { DeprecationChip } from '../../components/deprecation-chip.tsx'
import { formatMetric } from '../../components/format.ts'
import { metricWords, sourceWords } from '../../components/model-words.ts'
import { columnsFor } from '../../components/table/columns.ts'
import { Bytes, Digest, None, Time, Version } from '../../components/values.tsx'
import { signed } from './metrics-card.tsx'
import style from './model.module.css'

const column = columnsFor<VersionRow>()

/** What the metric beside it has changed by, and every change for the hover. */
const deltasOf = (row: VersionRow): string[] =>
  Object.entries(row.benchmarkDeltas).map(([name, value]) => `${metricWords(name)} ${signed(value)}`)

export const versionColumns = column.columns([
  column.accessor('version', {
    header: 'Version',
    meta: { width: 'minmax(140px, 1.6fr)', fixed: true },
    cell: ({ row: { original } }) => (
      <Link
        to="/models/$model"
        params={{ model: original.model }}
        search={{ version: original.version }}
        tabIndex={-1}
        className={style.version}
      >
        <Version name={original.version} />
      </Link>
    ),
  }),
  column.accessor('changeType', {
    header: 'Change',
    meta: { width: '56px' },
    cell: ({ row: { original } }) => kindOfChange(original),
  }),
  column.accessor('stage', {
    header: 'Stage',
    meta: { width: 'minmax(100px, 0.7fr)' },
    cell: ({ row: { original } }) =>
      original.deprecatedAt ? <DeprecationChip of={original} /> : <StateChip stage={original.stage} />,
  }),
  column.accessor('aliases', {
    header: 'Aliases',
    meta: { width: 'minmax(116px, 0.8fr)' },
    cell: ({ getValue }) => {
      const aliases = getValue()
      if (aliases.length === 0) return <None>no alias</None>
      return (
        <span className={style.aliases}>
          {aliases.map((alias) => (
            <Chip key={alias} tone="accent">
              {alias}
            </Chip>
          ))}
        </span>
      )
    },
  }),
  column.accessor('metric', {
    header: 'Metric',
    meta: { width: 'minmax(110px, 0.8fr)', align: 'end' },
    cell: ({ getValue }) => {
      const metric = getValue()
      if (!metric) return <None>no metric</None>
      return (
        <>
          <span className={style.muted}>{metricWords(metric.name)}</span> {formatMetric(metric.value)}
        </>
      )
    },
  }),
  column.accessor('benchmarkDeltas', {
    header: 'Difference',
    meta: { width: '70px', align: 'end' },
    cell: ({ row: { original } }) => {
      const deltas = deltasOf(original)
      if (deltas.length === 0) return <None>not compared</None>
      const main = original.benchmarkDeltas[original.metric?.name ?? '']
      return (
        <span title={`Against ${original.predecessor ?? 'nothing'}: ${deltas.join(', ')}`}>
          {main === undefined ? deltas[0] : signed(main)}
        </span>
      )
    },
  }),
  column.accessor('bytes', {
    header: 'Size',
    meta: { width: '60px', align: 'end', optional: true },
    cell: ({ getValue }) => <Bytes value={getValue()} />,
  }),
  column.accessor('digest', {
    header: 'Digest',
    meta: { width: '114px' },
    cell: ({ getValue }) => <Digest value={getValue()} tabIndex={-1} />,
  }),
  column.accessor('sunsetAt', {
    header: 'Sunset',
    meta: { width: '96px', optional: true },
    cell: ({ getValue }) => {
      const at = getValue()
      return at ? <Time at={at} /> : <None>no sunset</None>
    },
  }),
  column.accessor('source', {
    header: 'Source',
    meta: { width: '80px', optional: true },
    cell: ({ getValue }) => sourceWords[getValue()],
  }),
  column.accessor('registeredAt', {
    header: 'Registered',
    meta: { width: '106px', align: 'end' },
    cell: ({ getValue }) => <Time at={getValue()} />,
  }),
])
