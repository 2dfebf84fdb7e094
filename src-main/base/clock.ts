/** Time as a dependency, so that tests own it: the wall in milliseconds since the epoch, and a monotonic one. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  now(): number
  /** Milliseconds of a clock that never goes back; only differences mean something. */
  monotonic(): number
}

export const systemClock: Clock = { now: () => Date.now(), monotonic: () => performance.now() }

/** ISO 8601 in UTC with milliseconds and a trailing Z, as every stored and published time is written. */
export const isoTime = (clock: Clock): string => new Date(clock.now()).toISOString()
