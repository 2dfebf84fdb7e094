/** Quantiles of an endpoint: those of all its versions' calls, and not of the primary's alone. */
import { expect, test } from 'vitest'
import { createCallFigures, jointQuantile } from '../../../src-main/serving/watching/latencies.ts'

const figuresOf = (calls: number, latencyMs: number) => {
  const figures = createCallFigures()
  for (let at = 0; at < calls; at++) figures.count(latencyMs, false)
  return figures
}

test('the version that took nearly all of the calls is nearly all of the endpoint', () => {
  const both = [figuresOf(5, 100), figuresOf(95, 2)]
  expect([0.5, 0.95, 0.99].map((share) => jointQuantile(both, share))).toEqual([2, 2, 100])
})

test('of each version the last calls are kept, and they stand for all that it took', () => {
  const both = [figuresOf(600, 100), figuresOf(60_000, 2)]
  expect([0.95, 0.995].map((share) => jointQuantile(both, share))).toEqual([2, 100])
})

test('of one version they are its own, and of none there are none', () => {
  const one = createCallFigures()
  for (const latency of [5, 1, 4, 2, 3]) one.count(latency, false)
  for (const share of [0.01, 0.5, 0.95]) {
    expect(jointQuantile([one, createCallFigures()], share)).toBe(one.quantile(share))
  }
  expect(jointQuantile([createCallFigures()], 0.5)).toBeNull()
})
