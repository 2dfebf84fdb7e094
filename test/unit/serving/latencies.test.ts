/** Quantiles of an endpoint: those of all its versions' calls, and not of the primary's alone. */
import { expect, test } from 'vitest'
import { createCallFigures, jointQuantiles } from '../../../src-main/serving/watching/latencies.ts'

const figuresOf = (calls: number, latencyMs: number) => {
  const figures = createCallFigures()
  for (let at = 0; at < calls; at++) figures.count(latencyMs, false)
  return figures
}

test('the version that took nearly all of the calls is nearly all of the endpoint', () => {
  const both = [figuresOf(5, 100), figuresOf(95, 2)]
  expect(jointQuantiles(both, [0.5, 0.95, 0.99])).toEqual([2, 2, 100])
})

test('of each version the last calls are kept, and they stand for all that it took', () => {
  const both = [figuresOf(600, 100), figuresOf(60_000, 2)]
  expect(jointQuantiles(both, [0.95, 0.995])).toEqual([2, 100])
})

test('of one version they are its own, and of none there are none', () => {
  const one = createCallFigures()
  for (const latency of [5, 1, 4, 2, 3]) one.count(latency, false)
  const shares = [0.01, 0.5, 0.95]
  expect(jointQuantiles([one, createCallFigures()], shares)).toEqual(shares.map(one.quantile))
  expect(jointQuantiles([createCallFigures()], [0.5])).toEqual([null])
})
