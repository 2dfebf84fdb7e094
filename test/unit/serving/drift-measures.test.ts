/** The measures of drift against numbers computed with SciPy 1.17.1 (ks_2samp, stats.entropy). */
import { expect, test } from 'vitest'
import {
  binned,
  kolmogorovSmirnov,
  kolmogorovSmirnovChance,
  quantileBounds,
  sharesOf,
  stabilityIndex,
  stabilityIndexByChance,
} from '../../../src-main/serving/watching/drift-measures.ts'

const ascending = (values: number[]): number[] => [...values].sort((a, b) => a - b)

test('the stability index is the divergence of both from each other', () => {
  // entropy(q, p) + entropy(p, q) of SciPy
  const index = stabilityIndex([0.1, 0.2, 0.3, 0.25, 0.15], [0.15, 0.25, 0.25, 0.2, 0.15])
  expect(index).toBeCloseTo(0.05170368837652691, 12)
  expect(stabilityIndex([0.5, 0.5], [0.5, 0.5])).toBe(0)
})

test('an empty bin makes no index infinite', () => {
  expect(sharesOf([9, 0])).toEqual([0.95, 0.05])
  expect(stabilityIndex(sharesOf([100, 0]), sharesOf([0, 100]))).toBeGreaterThan(5)
  expect(stabilityIndex(sharesOf([100, 0]), sharesOf([0, 100]))).toBeLessThan(Number.POSITIVE_INFINITY)
})

test('what chance brings the index to is the quantile of the chi-squared', () => {
  // chi2.ppf(0.9999, 9) and chi2.ppf(0.9999, 4) of SciPy
  expect(stabilityIndexByChance(10, 300, 100) / ((1 / 300 + 1 / 100) * 33.7199)).toBeCloseTo(1, 1)
  expect(stabilityIndexByChance(5, 190, 500) / ((1 / 190 + 1 / 500) * 23.5127)).toBeCloseTo(1, 1)
})

test('the Kolmogorov-Smirnov statistic is that of ks_2samp', () => {
  const reference = ascending([
    0.61, 0.29, 0.06, 0.59, -1.73, -0.74, 0.51, -0.56, 0.39, 1.64, 0.05, -0.06, 0.64, -0.82, 0.37, 1.77, 1.09,
    -1.28, 2.36, 1.31, 1.05, -0.32, -0.4, 1.06, -2.47,
  ])
  const seen = ascending([
    2.3, 1.07, 0.44, 1.4, 2.97, 0.06, 1.63, 1.83, 1.02, 1.39, 0.95, 3.01, 0.15, 1.62, 2.21, 1.18, 1.5, 0.79,
    0.24, 1.97,
  ])
  expect(kolmogorovSmirnov(reference, seen)).toBeCloseTo(0.52, 12)
  // exact 0.00293, asymptotic 0.00272; Stephens' approximation lies beside them
  expect(kolmogorovSmirnovChance(0.52, 25, 20)).toBeCloseTo(0.0029, 3)
})

test('equal values are no distance', () => {
  const distance = kolmogorovSmirnov([1, 1, 1, 2, 2, 3, 3, 3, 4, 5], [1, 2, 2, 2, 3, 4, 4, 5, 5, 5])
  expect(distance).toBeCloseTo(0.3, 12)
  expect(kolmogorovSmirnovChance(distance, 10, 10)).toBeGreaterThan(0.6) // exact 0.787
})

test('larger samples agree with SciPy in the chance too', () => {
  const reference = ascending(Array.from({ length: 300 }, (_, at) => ((at * 37) % 101) / 101))
  const seen = ascending(Array.from({ length: 250 }, (_, at) => (((at * 53) % 97) / 97) ** 1.3))
  expect(kolmogorovSmirnov(reference, seen)).toBeCloseTo(0.11533333333333333, 12)
  expect(kolmogorovSmirnovChance(0.11533333333333333, 300, 250)).toBeCloseTo(0.0489, 2) // exact 0.04895
})

test('bins hold as many of the reference each, and a common value makes one', () => {
  const sorted = Array.from({ length: 100 }, (_, at) => at)
  const bounds = quantileBounds(sorted, 10)
  expect(bounds).toEqual([10, 20, 30, 40, 50, 60, 70, 80, 90])
  expect(binned(sorted, bounds)).toEqual(new Array(10).fill(10))
  expect(binned([-5, 1000], bounds)).toEqual([1, 0, 0, 0, 0, 0, 0, 0, 0, 1])
  expect(quantileBounds([0, 0, 0, 0, 0, 0, 0, 1, 2, 3], 5)).toEqual([0, 2])
})

test('of a value that never varies anything else is another population', () => {
  const bounds = quantileBounds([7, 7, 7], 10)
  expect(binned([7, 7, 7], bounds)).toEqual([0, 3, 0])
  expect(binned([6, 8], bounds)).toEqual([1, 0, 1])
})
