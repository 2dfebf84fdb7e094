/** Figures of one version: counts, histograms, and quantiles over a window of the last calls. */
import { batchBounds, createHistogram, type Histogram, secondsBounds } from './histogram.ts'

/** Calls that the quantiles look back on: enough for a p95 that does not jump, few enough to sort each second. */
const window = 512

interface CallParts {
  queueMs: number
  computeMs: number
  batchSize: number
}

export interface CallFigures {
  /** `parts` of a call that reached the model. */
  count(latencyMs: number, failed: boolean, parts?: CallParts): void
  /** One of the calls that were counted got an answer of 4xx: a wrong input, a license, a quota. */
  refused(): void
  histograms: Record<'total' | 'queue' | 'compute' | 'batch', Histogram>
  requestsTotal(): number
  failuresTotal(): number
  refusalsTotal(): number
  /** Calls that reached the model, and the rows of the runs that they shared, added up. */
  batches(): { requests: number; rows: number }
  /** Null before the first call; `share` from 0 to 1. Nearest rank. */
  quantile(share: number): number | null
  /** The last calls, ascending. */
  recent(): Float64Array
}

/**
 * Of several versions together, one for each share: the last calls of a version stand for all that it took. Null before
 * the first call.
 */
export function jointQuantiles(all: readonly CallFigures[], shares: readonly number[]): (number | null)[] {
  const asked = all.filter((figures) => figures.requestsTotal() > 0)
  const [only] = asked
  if (asked.length <= 1) return shares.map((share) => only?.quantile(share) ?? null)
  const calls = asked
    .flatMap((figures) => {
      const recent = figures.recent()
      const weight = figures.requestsTotal() / recent.length
      return Array.from(recent, (latencyMs) => ({ latencyMs, weight }))
    })
    .toSorted((a, b) => a.latencyMs - b.latencyMs)
  const whole = calls.reduce((sum, { weight }) => sum + weight, 0)
  return shares.map((share) => {
    let passed = 0
    const found = calls.find(({ weight }) => {
      passed += weight
      return passed >= share * whole
    })
    return (found ?? calls.at(-1))?.latencyMs ?? null
  })
}

export function createCallFigures(): CallFigures {
  const ring = new Float64Array(window)
  const histograms = {
    total: createHistogram(secondsBounds),
    queue: createHistogram(secondsBounds),
    compute: createHistogram(secondsBounds),
    batch: createHistogram(batchBounds),
  }
  let requests = 0
  let failures = 0
  let refusals = 0
  let sorted: Float64Array | null = null
  const recent = () => {
    sorted ??= ring.slice(0, Math.min(requests, window)).sort()
    return sorted
  }
  return {
    recent,
    histograms,
    refused: () => {
      refusals += 1
    },
    count: (latencyMs, failed, parts) => {
      histograms.total.observe(latencyMs / 1000)
      if (parts && parts.batchSize > 0) {
        histograms.queue.observe(parts.queueMs / 1000)
        histograms.compute.observe(parts.computeMs / 1000)
        histograms.batch.observe(parts.batchSize)
      }
      ring[requests % window] = latencyMs
      requests += 1
      if (failed) failures += 1
      sorted = null
    },
    requestsTotal: () => requests,
    failuresTotal: () => failures,
    refusalsTotal: () => refusals,
    batches: () => ({
      requests: histograms.batch.counts.reduce((sum, count) => sum + count, 0),
      rows: histograms.batch.sum(),
    }),
    quantile: (share) => {
      if (requests === 0) return null
      const calls = recent()
      return calls[Math.max(0, Math.ceil(calls.length * share) - 1)] ?? null
    },
  }
}
