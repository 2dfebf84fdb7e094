/** The columns of the models: what tells one from another first, the rest by choice. */
import { IconAlertTriangle } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import type { ModelRow } from '../../../src-main/contract/views.ts'
import { Chip, StateChip } from '../../components/chip.tsx'
import { formatMetric, formatNumber } from '../../components/format.ts'
import { metricWords, sourceWords, taskWords } from '../../components/model-words.ts'
import { columnsFor } from '../../components/table/columns.ts'
import { Bytes, None, Time, Version } from '../../components/values.tsx'
import { LicenseCell } from './license-cell.tsx'
import style from './models.module.css'

const column = columnsFor<ModelRow>()

function Integrity({ intact }: { intact: boolean | null }) {
  if (intact === null) return <span className={style.muted}>Not verified</span>
  return intact ? <Chip tone="ok">Intact</Chip> : <Chip tone="bad">Damaged</Chip>
}

export const modelColumns = column.columns([
  column.accessor('title', {
    header: 'Model',
    meta: { width: 'minmax(240px, 2.8fr)', sort: 'title', fixed: true },
    cell: ({ row: { original } }) => (
      <span className={style.model}>
        <Link
          to="/models/$model"
          params={{ model: original.id }}
          tabIndex={-1}
          title={`${original.title} (${original.id})\n${original.summary}`}
        >
          {original.title}
        </Link>
        <code>{original.id}</code>
        {original.intact === false && (
          <IconAlertTriangle
            size={15}
            className={style.bad}
            aria-label="A stored file differs from its digest"
          />
        )}
      </span>
    ),
  }),
  column.accessor('task', {
    header: 'Task',
    meta: { width: 'minmax(140px, 1fr)' },
    cell: ({ getValue }) => taskWords[getValue()],
  }),
  column.accessor('latest', {
    header: 'Latest',
    meta: { width: '52px' },
    cell: ({ getValue }) => <Version name={getValue()} short />,
  }),
  column.accessor('stable', {
    header: 'Stable',
    meta: { width: '52px' },
    cell: ({ getValue }) => {
      const stable = getValue()
      return stable === null ? <None>no stable version</None> : <Version name={stable} short />
    },
  }),
  column.accessor('versions', {
    header: 'Versions',
    meta: { width: '72px', align: 'end', sort: 'versions', optional: true },
    cell: ({ getValue }) => formatNumber(getValue()),
  }),
  column.accessor('metric', {
    header: 'Metric',
    meta: { width: 'minmax(110px, 0.8fr)', align: 'end' },
    cell: ({ getValue }) => {
      const metric = getValue()
      if (!metric) return <None>no metric</None>
      const words = [metricWords(metric.name), formatMetric(metric.value)] as const
      return (
        <span className={style.metric} title={words.join(' ')}>
          <span className={style.muted}>{words[0]}</span> {words[1]}
        </span>
      )
    },
  }),
  column.accessor('bytes', {
    header: 'Size',
    meta: { width: '64px', align: 'end', sort: 'bytes', optional: true },
    cell: ({ getValue }) => <Bytes value={getValue()} />,
  }),
  column.accessor('endpoints', {
    header: 'Deployed',
    meta: { width: '96px' },
    cell: ({ getValue, row }) => {
      const endpoints = getValue()
      const worst = endpoints.find(({ state }) => state !== 'ready') ?? endpoints[0]
      if (!worst)
        return (
          <Link
            to="/deployments"
            search={{ dialog: 'deploy', model: row.original.id }}
            tabIndex={-1}
            className={style.deploy}
          >
            Deploy
          </Link>
        )
      return (
        <span
          className={style.deployed}
          title={endpoints.map(({ name, state }) => `${name}: ${state}`).join('\n')}
        >
          <StateChip deployment={worst.state} />
          {endpoints.length > 1 && <span className={style.muted}>{endpoints.length}</span>}
        </span>
      )
    },
  }),
  column.display({
    id: 'license',
    header: 'License',
    meta: { width: '92px' },
    cell: ({ row: { original } }) => <LicenseCell model={original.id} own={original.own} />,
  }),
  column.accessor('tags', {
    header: 'Tags',
    meta: { width: 'minmax(120px, 1fr)', optional: true },
    cell: ({ getValue }) => getValue().join(', ') || <None>no tags</None>,
  }),
  column.accessor('source', {
    header: 'Source',
    meta: { width: '80px', optional: true },
    cell: ({ getValue }) => sourceWords[getValue()],
  }),
  column.accessor('intact', {
    header: 'Integrity',
    meta: { width: '96px', optional: true },
    cell: ({ getValue }) => <Integrity intact={getValue()} />,
  }),
  column.accessor('updatedAt', {
    header: 'Updated',
    meta: { width: '106px', sort: 'updated', align: 'end' },
    cell: ({ getValue }) => <Time at={getValue()} />,
  }),
])
