/** Counts by upper bound, as Prometheus' histograms have them (prometheus.io, "Histograms and summaries"). */
export interface Histogram {
  readonly bounds: readonly number[]
  observe(value: number): void
  /** One a bound and one beyond the last; not added up. */
  readonly counts: Float64Array
  sum(): number
}

/** 1, 2.5 and 5 of each power of ten: from 50 µs to a minute, in seconds. */
export const secondsBounds = [
  0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
  25, 60,
]
export const batchBounds = [1, 2, 4, 8, 16, 32, 64, 128, 256]

export function createHistogram(bounds: readonly number[]): Histogram {
  const counts = new Float64Array(bounds.length + 1)
  let sum = 0
  return {
    bounds,
    counts,
    sum: () => sum,
    observe: (value) => {
      let at = 0
      while (at < bounds.length && value > (bounds[at] as number)) at += 1
      counts[at] = (counts[at] as number) + 1
      sum += value
    },
  }
}
