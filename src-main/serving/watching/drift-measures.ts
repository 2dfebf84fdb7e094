/**
 * How far two samples of one value are apart: the population stability index and the two-sample Kolmogorov-Smirnov
 * statistic, with the formulas of their sources.
 */

/**
 * Sum over the bins of (q - p) · ln(q / p), for shares p of the reference and q of what is seen now. N. Siddiqi, Credit
 * Risk Scorecards (Wiley, 2006), has it with the usual reading: under 0.1 stable, from 0.25 on another population. It is
 * the Kullback-Leibler divergence both ways (S. Kullback, Information Theory and Statistics, 1959).
 */
export function stabilityIndex(reference: readonly number[], seen: readonly number[]): number {
  return reference.reduce((sum, share, at) => {
    const now = seen[at] ?? 0
    return sum + (now - share) * Math.log(now / share)
  }, 0)
}

/**
 * The index that two samples of one population stay below 9 999 times in 10 000: under it, it is (1/n₁ + 1/n₂) times a
 * chi-squared with bins - 1 degrees of freedom (B. Yurdakul, Statistical Properties of Population Stability Index,
 * Western Michigan University, 2018), whose quantile is that of E. B. Wilson and M. M. Hilferty (1931).
 */
export function stabilityIndexByChance(bins: number, reference: number, seen: number): number {
  const freedom = Math.max(1, bins - 1)
  const part = 2 / (9 * freedom)
  return (1 / reference + 1 / seen) * freedom * (1 - part + normalQuantile * Math.sqrt(part)) ** 3
}

/** Of 0.9999. */
const normalQuantile = 3.719016485455709

/**
 * Shares of counts, each bin with half a case more than it has: an empty one would make the index infinite, and a fixed
 * small share would make it large where there are few cases. Half a case is Jeffreys' prior of a multinomial (H.
 * Jeffreys, 1946).
 */
export function sharesOf(counts: readonly number[]): number[] {
  const total = counts.reduce((sum, count) => sum + count, 0) + counts.length / 2
  return counts.map((count) => (count + 0.5) / total)
}

/**
 * The largest distance of the two empirical distribution functions. Both samples sorted; equal values are stepped over
 * together, so that ties do not count as distance.
 */
export function kolmogorovSmirnov(reference: ArrayLike<number>, seen: ArrayLike<number>): number {
  let [at, other, distance] = [0, 0, 0]
  while (at < reference.length && other < seen.length) {
    const value = Math.min(reference[at] as number, seen[other] as number)
    while (at < reference.length && reference[at] === value) at += 1
    while (other < seen.length && seen[other] === value) other += 1
    distance = Math.max(distance, Math.abs(at / reference.length - other / seen.length))
  }
  return distance
}

/**
 * The chance of a distance as large as this in two samples of one distribution: the Kolmogorov distribution at
 * (√n + 0.12 + 0.11 / √n) · D with n = n₁ n₂ / (n₁ + n₂), which M. A. Stephens (J. R. Stat. Soc. B 32, 1970) gives for
 * samples as small as four.
 */
export function kolmogorovSmirnovChance(distance: number, reference: number, seen: number): number {
  const root = Math.sqrt((reference * seen) / (reference + seen))
  const x = (root + 0.12 + 0.11 / root) * distance
  if (x < 0.2) return 1 // the series hardly converges there, and is 1 to twelve digits
  let sum = 0
  for (let term = 1; term <= 100; term++) {
    const part = 2 * (term % 2 === 1 ? 1 : -1) * Math.exp(-2 * term * term * x * x)
    sum += part
    if (Math.abs(part) < 1e-12) break
  }
  return Math.min(1, Math.max(0, sum))
}

/**
 * The inner bounds of bins that hold about as many of the reference each: its quantiles, without those that are equal,
 * so that a value that is common makes one bin. `sorted` in ascending order.
 */
export function quantileBounds(sorted: ArrayLike<number>, bins: number): number[] {
  const bounds = new Set<number>()
  for (let bin = 1; bin < bins; bin++) {
    const value = sorted[Math.floor((bin * sorted.length) / bins)]
    if (value !== undefined) bounds.add(value)
  }
  if (bounds.size === 1 && sorted[0] === sorted[sorted.length - 1]) {
    // A value that never varies: whatever is not it is another population.
    const only = sorted[0] as number
    return [only, nextAfter(only)]
  }
  return [...bounds].sort((a, b) => a - b)
}

const nextAfter = (value: number): number => value + Math.max(Math.abs(value) * 1e-9, Number.MIN_VALUE)

/** How many of the values fall below each bound, from it on to the next, and beyond the last. */
export function binned(values: ArrayLike<number>, bounds: readonly number[]): number[] {
  const counts = new Array<number>(bounds.length + 1).fill(0)
  for (let at = 0; at < values.length; at++) {
    const value = values[at] as number
    let bin = 0
    while (bin < bounds.length && value >= (bounds[bin] as number)) bin += 1
    counts[bin] = (counts[bin] ?? 0) + 1
  }
  return counts
}
