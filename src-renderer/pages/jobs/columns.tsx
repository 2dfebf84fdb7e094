/** The columns of the jobs. */
import type { JobRow } from '../../../src-main/contract/views.ts'
import { StateChip } from '../../components/chip.tsx'
import { formatDuration } from '../../components/format.ts'
import { jobKinds } from '../../components/job-words.ts'
import { columnsFor } from '../../components/table/columns.ts'
import { None, Time } from '../../components/values.tsx'
import style from './jobs.module.css'
import { ProgressCell } from './progress-cell.tsx'

const column = columnsFor<JobRow>()

/** Milliseconds that it ran or has been running. */
export function jobDuration({ startedAt, finishedAt }: JobRow): number | null {
  if (!startedAt) return null
  return Math.max(0, (finishedAt ? Date.parse(finishedAt) : Date.now()) - Date.parse(startedAt))
}

export const jobColumns = column.columns([
  column.accessor('kind', {
    header: 'Job',
    meta: { width: '136px', fixed: true },
    cell: ({ getValue }) => <b className={style.kind}>{jobKinds[getValue()]}</b>,
  }),
  column.accessor('target', {
    header: 'On',
    meta: { width: 'minmax(140px, 1.2fr)' },
    cell: ({ getValue }) => <span title={getValue()}>{getValue() || <None>this node</None>}</span>,
  }),
  column.accessor('state', {
    header: 'State',
    meta: { width: '132px' },
    cell: ({ row: { original } }) => <StateChip job={original} />,
  }),
  column.accessor('progress', {
    header: 'Progress',
    meta: { width: 'minmax(220px, 2fr)' },
    cell: ({ row: { original } }) => <ProgressCell job={original} />,
  }),
  column.display({
    id: 'duration',
    header: 'Took',
    meta: { width: '88px', align: 'end' },
    cell: ({ row: { original } }) => {
      const ms = jobDuration(original)
      return ms === null ? <None>not started</None> : formatDuration(ms)
    },
  }),
  column.accessor('createdAt', {
    header: 'Created',
    meta: { width: '112px', align: 'end' },
    cell: ({ getValue }) => <Time at={getValue()} />,
  }),
])
