/**
 * How fast a model answers: what a refused request is told to wait, and how many rows a run may have so that answers
 * stay below a target. A request waits for the run before its own, so a run may take half of the target.
 */

/** The share of the latest in a moving mean. */
const latest = 0.1

export interface BatchPace {
  ran(rows: number, requests: number, ms: number): void
  /** Rows of a run at most. */
  rowsMax(): number
  /** Milliseconds until that many requests are answered; null before the first run. */
  waitMs(requests: number, instances: number): number | null
}

export function createBatchPace(rowsLimit: number, p99TargetMs: number | null): BatchPace {
  let cap = rowsLimit
  let meanMs: number | null = null
  let msPerRequest = 0
  return {
    ran: (rows, requests, ms) => {
      const own = ms / requests
      msPerRequest = meanMs === null ? own : msPerRequest + latest * (own - msPerRequest)
      meanMs = meanMs === null ? ms : meanMs + latest * (ms - meanMs)
      if (p99TargetMs === null) return
      if (ms * 2 > p99TargetMs) cap = Math.max(1, Math.min(cap, Math.floor(rows * 0.75)))
      else if (rows >= cap && ms * 2 < p99TargetMs * 0.8) cap = Math.min(rowsLimit, cap + 1 + (cap >> 3))
    },
    rowsMax: () => cap,
    waitMs: (requests, instances) =>
      meanMs === null ? null : meanMs + (requests * msPerRequest) / Math.max(1, instances),
  }
}
