/** Figures of one deployment for its row on the page: counts, and quantiles over a window of the last calls. */

/** Calls that the quantiles look back on: enough for a p95 that does not jump, few enough to sort each second. */
const window = 512

export interface CallFigures {
  count(latencyMs: number, failed: boolean): void
  requestsTotal(): number
  failuresTotal(): number
  /** Null before the first call; `share` from 0 to 1. Nearest rank. */
  quantile(share: number): number | null
}

export function createCallFigures(): CallFigures {
  const ring = new Float64Array(window)
  let requests = 0
  let failures = 0
  let sorted: Float64Array | null = null
  return {
    count: (latencyMs, failed) => {
      ring[requests % window] = latencyMs
      requests += 1
      if (failed) failures += 1
      sorted = null
    },
    requestsTotal: () => requests,
    failuresTotal: () => failures,
    quantile: (share) => {
      if (requests === 0) return null
      sorted ??= ring.slice(0, Math.min(requests, window)).sort()
      return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? null
    },
  }
}
