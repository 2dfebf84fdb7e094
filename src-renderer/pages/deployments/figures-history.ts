/** What each version did in the last minutes, second by second, as the page has seen it: counts become rates. */
import { useEffect, useRef } from 'react'
import type { DeploymentRow } from '../../../src-main/contract/views.ts'
import { drawn } from './series.ts'

/** Seconds that are kept. */
const samplesMax = 300

export interface Sample {
  /** Seconds of the Unix epoch. */
  at: number
  rate: number | null
  errors: number | null
  p50: number | null
  p95: number | null
  p99: number | null
  /** Rows of the run that a request shared, on average of those since the last sample. */
  batch: number | null
  queue: number
}

export interface VersionHistory {
  version: string
  requests: number
  failures: number
  batches: DeploymentRow['targets'][number]['batches']
  samples: Sample[]
}

/** Pure: the history with what is known now; a version that is gone is forgotten, one whose counts fell began anew. */
export function extended(
  history: readonly VersionHistory[],
  { targets }: Pick<DeploymentRow, 'targets'>,
  at: number,
): VersionHistory[] {
  return drawn(targets).map((target) => {
    const { version, requestsTotal: requests, failuresTotal: failures, batches } = target
    const known = history.find((one) => one.version === version)
    const last = known?.samples.at(-1)
    const passed = last ? at - last.at : 0
    const rateOf = (now: number, before: number) =>
      known && passed > 0 && now >= before ? (now - before) / passed : null
    const sample: Sample = {
      at,
      rate: rateOf(requests, known?.requests ?? 0),
      errors: rateOf(failures, known?.failures ?? 0),
      p50: target.latencyMsP50,
      p95: target.latencyMsP95,
      p99: target.latencyMsP99,
      batch: known ? batchOf(batches, known.batches) : null,
      queue: target.queueLength,
    }
    const samples = [...(known?.samples ?? []), sample].slice(-samplesMax)
    return { version, requests, failures, batches, samples }
  })
}

type Batches = VersionHistory['batches']
const batchOf = (now: Batches, before: Batches): number | null =>
  now.requests > before.requests ? (now.rows - before.rows) / (now.requests - before.requests) : null

/** Axes without a single value would be made up. */
export const isMeasured = (history: readonly VersionHistory[], figure: keyof Sample): boolean =>
  history.some(({ samples }) => samples.some((sample) => sample[figure] !== null))

/** `updatedAt` is the time of the row, in milliseconds: the same row counts once. */
export function useHistory(row: DeploymentRow, updatedAt: number): VersionHistory[] {
  const history = useRef<{ updatedAt: number; versions: VersionHistory[] }>({ updatedAt: 0, versions: [] })
  useEffect(() => {
    if (history.current.updatedAt !== updatedAt)
      history.current = { updatedAt, versions: extended(history.current.versions, row, updatedAt / 1000) }
  }, [row, updatedAt])
  return history.current.updatedAt === updatedAt
    ? history.current.versions
    : extended(history.current.versions, row, updatedAt / 1000)
}
