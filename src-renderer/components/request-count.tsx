/** How many requests an endpoint has answered, and since when that is counted. */
import type { DeploymentRow } from '../../src-main/contract/views.ts'
import { formatNumber, formatSince } from './format.ts'
import { useNow } from './use-now.ts'
import { None } from './values.tsx'

export function RequestCount({ row }: { row: Pick<DeploymentRow, 'countedSince' | 'requestsTotal'> }) {
  const now = useNow()
  if (row.countedSince === null) return <None>not running</None>
  return <span title={`Since ${formatSince(row.countedSince, now)}`}>{formatNumber(row.requestsTotal)}</span>
}
