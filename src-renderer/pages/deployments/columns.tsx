/** The columns of the deployments' list, in the order in which a person on duty reads them. */

import { Link } from '@tanstack/react-router'
import type { DeploymentRow } from '../../../src-main/contract/views.ts'
import { formatNumber, formatShare } from '../../components/format.ts'
import { EndpointState } from '../../components/license/endpoint-state.tsx'
import { RequestCount } from '../../components/request-count.tsx'
import { columnsFor } from '../../components/table/columns.ts'
import { deviceWords } from '../../components/targets.ts'
import { Bytes, Digest, None, Time, Version } from '../../components/values.tsx'
import css from './deployments.module.css'
import { fellBack } from './health.tsx'

const column = columnsFor<DeploymentRow>()

export const deploymentColumns = column.columns([
  column.accessor('endpoint', {
    id: 'endpoint',
    header: 'Endpoint',
    meta: { width: 'minmax(164px, 2.4fr)', fixed: true },
    cell: ({ getValue }) => (
      <Link
        to="/deployments/$endpoint"
        params={{ endpoint: getValue() }}
        tabIndex={-1}
        className={css.name}
        title={getValue()}
      >
        {getValue()}
      </Link>
    ),
  }),
  column.accessor('state', {
    id: 'state',
    header: 'State',
    meta: { width: '102px' },
    cell: ({ row: { original } }) => (
      <span title={original.failure?.message}>
        <EndpointState row={original} />
      </span>
    ),
  }),
  column.accessor('model', {
    id: 'model',
    header: 'Model',
    meta: { width: 'minmax(120px, 1.5fr)', optional: true },
    cell: ({ getValue }) => <span title={getValue()}>{getValue()}</span>,
  }),
  column.accessor('version', {
    id: 'version',
    header: 'Version',
    meta: { width: 'minmax(62px, 1fr)' },
    // The data version stands on hover and on the endpoint's page: what tells versions apart must not be cut.
    cell: ({ getValue }) => <Version name={getValue()} short />,
  }),
  column.accessor(({ executionProvider }) => executionProvider.used ?? executionProvider.requested, {
    id: 'device',
    header: 'Runs on',
    meta: { width: 'minmax(68px, 0.8fr)' },
    cell: ({ row: { original } }) => <Device row={original} />,
  }),
  column.accessor('requestsTotal', {
    id: 'requests',
    header: 'Requests',
    meta: { width: '66px', align: 'end' },
    cell: ({ row: { original } }) => <RequestCount row={original} />,
  }),
  column.accessor('failuresTotal', {
    id: 'errors',
    header: 'Errors',
    meta: { width: '62px', align: 'end' },
    cell: ({ row: { original } }) =>
      original.countedSince === null ? (
        <None>not running</None>
      ) : (
        formatShare(original.requestsTotal === 0 ? 0 : original.failuresTotal / original.requestsTotal, 2)
      ),
  }),
  column.accessor('refusalsTotal', {
    id: 'refused',
    header: 'Refused',
    meta: { width: '56px', align: 'end' },
    cell: ({ row: { original } }) =>
      original.countedSince === null ? <None>not running</None> : <Refusals of={original} />,
  }),
  column.accessor('latencyMsP50', {
    id: 'p50',
    header: 'p50 ms',
    meta: { width: '56px', align: 'end', optional: true },
    cell: ({ getValue }) => milliseconds(getValue()),
  }),
  column.accessor('latencyMsP95', {
    id: 'p95',
    header: 'p95 ms',
    meta: { width: '56px', align: 'end' },
    cell: ({ getValue }) => milliseconds(getValue()),
  }),
  column.accessor('queueLength', {
    id: 'queue',
    header: 'Queue',
    meta: { width: '50px', align: 'end' },
    cell: ({ getValue }) => formatNumber(getValue()),
  }),
  column.accessor('bytesLoaded', {
    id: 'memory',
    header: 'Memory',
    meta: { width: '60px', align: 'end' },
    cell: ({ getValue }) => ofBytes(getValue()),
  }),
  column.accessor('digest', {
    id: 'digest',
    header: 'Digest',
    meta: { width: '140px', optional: true },
    cell: ({ getValue }) => <Digest value={getValue()} tabIndex={-1} />,
  }),
  column.accessor('startedAt', {
    id: 'started',
    header: 'Started',
    meta: { width: '106px', align: 'end' },
    cell: ({ getValue }) => ofTime(getValue()),
  }),
])

/** Not the version's failure: what was sent was wrong, or a license or quota did not allow it. */
export function Refusals({ of: { refusalsTotal } }: { of: Pick<DeploymentRow, 'refusalsTotal'> }) {
  return (
    <span
      className={refusalsTotal > 0 ? css.warned : undefined}
      title="Answered with 4xx: a wrong input, a license, a quota. Requests lists each with its reason."
    >
      {formatNumber(refusalsTotal)}
    </span>
  )
}

const milliseconds = (ms: number | null) => (ms === null ? <None>not measured</None> : formatNumber(ms, 2))
const ofBytes = (bytes: number | null) => (bytes === null ? <None>not loaded</None> : <Bytes value={bytes} />)
const ofTime = (at: string | null) => (at === null ? <None>not running</None> : <Time at={at} />)

function Device({ row }: { row: DeploymentRow }) {
  const { requested, used } = row.executionProvider
  if (used === null) return <span className={css.quiet}>{deviceWords(requested)}</span>
  return fellBack(row) ? (
    <span className={css.warned} title={`${deviceWords(requested)} was asked for`}>
      {deviceWords(used)}, not {deviceWords(requested)}
    </span>
  ) : (
    deviceWords(used)
  )
}
