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
  histograms: Record<'total' | 'queue' | 'compute' | 'batch', Histogram>
  requestsTotal(): number
  failuresTotal(): number
  /** Calls that reached the model, and the rows of the runs that they shared, added up. */
  batches(): { requests: number; rows: number }
  /** Null before the first call; `share` from 0 to 1. Nearest rank. */
  quantile(share: number): number | null
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
  let sorted: Float64Array | null = null
  return {
    histograms,
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
    batches: () => ({
      requests: histograms.batch.counts.reduce((sum, count) => sum + count, 0),
      rows: histograms.batch.sum(),
    }),
    quantile: (share) => {
      if (requests === 0) return null
      sorted ??= ring.slice(0, Math.min(requests, window)).sort()
      return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? null
    },
  }
}
