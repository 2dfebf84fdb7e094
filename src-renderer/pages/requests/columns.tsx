/** The columns of the request log: milliseconds stand in the head, so that the numbers line up. */
import type { RequestRow } from '../../../src-main/contract/views.ts'
import { Chip } from '../../components/chip.tsx'
import { formatClock, formatNumber, formatUtc } from '../../components/format.ts'
import { columnsFor } from '../../components/table/columns.ts'
import { deviceWords } from '../../components/targets.ts'
import { Bytes, None, Version } from '../../components/values.tsx'
import { countedInWords } from './counted.ts'
import style from './requests.module.css'

const column = columnsFor<RequestRow>()
const dayMs = 86_400_000
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' })

const milliseconds = (value: number) => (value < 0.005 ? '0.00' : formatNumber(value, value < 100 ? 2 : 0))

/** The time of day, and the day before it once it is not today's. */
function When({ at }: { at: string }) {
  const old = Date.now() - Date.parse(at) > dayMs
  return (
    <time dateTime={at} title={formatUtc(at)}>
      {old && <span className={style.muted}>{day.format(new Date(at))} </span>}
      {formatClock(at)}
    </time>
  )
}

export function Outcome({ row }: { row: Pick<RequestRow, 'status' | 'code'> }) {
  const ok = row.status < 400
  return (
    <Chip
      tone={ok ? 'ok' : row.status < 500 ? 'warn' : 'bad'}
      title={`${row.status} ${row.code ?? ''}`.trim()}
      dot
    >
      {ok ? row.status : (row.code ?? row.status)}
    </Chip>
  )
}

export const requestColumns = column.columns([
  column.accessor('at', {
    header: 'Time',
    meta: { width: '104px', fixed: true },
    cell: ({ getValue }) => <When at={getValue()} />,
  }),
  column.accessor('endpoint', {
    header: 'Endpoint',
    meta: { width: 'minmax(160px, 2fr)' },
    // A try in the playground has no endpoint of its own: the model says more.
    cell: ({ row: { original } }) => {
      const name = original.rule === 'try' ? original.model : original.endpoint
      return <span title={name}>{name}</span>
    },
  }),
  column.accessor('version', {
    header: 'Version',
    meta: { width: 'minmax(76px, 2fr)' },
    cell: ({ getValue }) => <Version name={getValue()} />,
  }),
  column.accessor('rule', {
    header: 'Chosen by',
    meta: { width: 'minmax(104px, 1fr)' },
    cell: ({ getValue }) => (
      <span className={style.muted} title={getValue()}>
        {getValue().replace('split, bucket', 'bucket')}
      </span>
    ),
  }),
  column.accessor('status', {
    header: 'Outcome',
    meta: { width: 'minmax(148px, 1fr)' },
    cell: ({ row: { original } }) => <Outcome row={original} />,
  }),
  column.accessor('consumer', {
    header: 'Consumer',
    meta: { width: 'minmax(78px, 1fr)' },
    cell: ({ getValue }) => <span title={getValue()}>{getValue()}</span>,
  }),
  column.accessor('items', {
    header: 'Items',
    meta: { width: '44px', align: 'end', optional: true },
    cell: ({ getValue }) => formatNumber(getValue()),
  }),
  column.accessor('units', {
    header: 'Counted',
    meta: { width: '60px', align: 'end', optional: true },
    cell: ({ row: { original } }) =>
      original.license === null ? (
        <None>no license counts it</None>
      ) : (
        <span title={countedInWords(original)}>{formatNumber(original.units)}</span>
      ),
  }),
  column.accessor('latencyMs', {
    header: 'Total ms',
    meta: { width: '62px', align: 'end' },
    cell: ({ getValue }) => milliseconds(getValue()),
  }),
  column.accessor('queueMs', {
    header: 'Queue ms',
    meta: { width: '68px', align: 'end' },
    cell: ({ getValue }) => milliseconds(getValue()),
  }),
  column.accessor('computeMs', {
    header: 'Compute ms',
    meta: { width: '82px', align: 'end' },
    cell: ({ getValue }) => milliseconds(getValue()),
  }),
  column.accessor('batchSize', {
    header: 'Batch',
    meta: { width: '52px', align: 'end', optional: true },
    cell: ({ getValue }) => formatNumber(getValue()),
  }),
  column.accessor('executionProvider', {
    header: 'Ran on',
    meta: { width: '72px', optional: true },
    cell: ({ getValue }) => deviceWords(getValue()),
  }),
  column.accessor('bytesIn', {
    header: 'In',
    meta: { width: '72px', align: 'end', optional: true, label: 'Size in' },
    cell: ({ getValue }) => <Bytes value={getValue()} />,
  }),
  column.accessor('bytesOut', {
    header: 'Out',
    meta: { width: '72px', align: 'end', optional: true, label: 'Size out' },
    cell: ({ getValue }) => <Bytes value={getValue()} />,
  }),
  column.accessor('tokensIn', {
    header: 'Tokens in',
    meta: { width: '76px', align: 'end', optional: true },
    cell: ({ getValue }) => {
      const tokens = getValue()
      return tokens === null ? <None>no tokens</None> : formatNumber(tokens)
    },
  }),
])
