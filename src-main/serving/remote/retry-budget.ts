/**
 * How often may be asked again: each request saves up a tenth of a retry, so that a server that is down is not asked
 * twice as much as one that is up (Finagle's retry budget).
 */
export interface RetryBudget {
  /** A request, but not its retries. */
  request(): void
  /** False where none is left. */
  take(): boolean
}

export function createRetryBudget(share: number, savedMax: number): RetryBudget {
  // In whole parts of a retry: tenths do not add up to one.
  const parts = Math.round(1 / share)
  let saved = parts
  return {
    request: () => {
      saved = Math.min(saved + 1, savedMax * parts)
    },
    take: () => {
      if (saved < parts) return false
      saved -= parts
      return true
    },
  }
}
