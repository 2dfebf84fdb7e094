/** Samples of drift are spread over the time that is looked back on, within a fixed size. */
import { expect, test } from 'vitest'
import { createDriftSamples, samplesMax } from '../../../src-main/serving/watching/drift-samples.ts'

const hour = 3_600_000

test('few are taken of many, and they cover the whole time', () => {
  const samples = createDriftSamples(1, hour)
  let looked = 0
  for (let at = 0; at < hour; at += 10) {
    if (!samples.isDue(at)) continue
    looked += 1
    samples.add(at, Float64Array.of(at))
  }
  const kept = samples.sorted(0, 0)
  expect(looked).toBeLessThan(12 * samplesMax)
  expect(kept.length).toBeGreaterThanOrEqual(samplesMax / 2)
  expect(kept.length).toBeLessThanOrEqual(samplesMax)
  const firstHalf = kept.filter((at) => at < hour / 2).length
  expect(firstHalf / kept.length).toBeGreaterThan(0.35)
  expect(firstHalf / kept.length).toBeLessThan(0.65)
})

test('what is older than is looked back on makes room, and more are taken again', () => {
  const samples = createDriftSamples(2, 1000)
  for (let at = 0; at < 60_000; at += 20) if (samples.isDue(at)) samples.add(at, Float64Array.of(at, -at))
  expect(samples.count(59_000)).toBe(50)
  expect([...samples.sorted(1, 59_900)]).toEqual([-59_980, -59_960, -59_940, -59_920, -59_900])
})

test('rows without a value count as none', () => {
  const samples = createDriftSamples(1, hour)
  samples.add(0, Float64Array.of(Number.NaN))
  samples.add(1, Float64Array.of(7))
  expect([...samples.sorted(0, 0)]).toEqual([7])
  expect(samples.count(0)).toBe(2)
})

test('what was seen stays where it is looked back on for longer or shorter, and the pace is that of the new time', () => {
  const samples = createDriftSamples(1, hour)
  for (let at = 0; at < hour; at += 10) if (samples.isDue(at)) samples.add(at, Float64Array.of(at))
  const before = samples.count(0)
  samples.lookBack(hour, 24 * hour)
  expect(samples.count(0)).toBe(before)
  for (let at = hour; at < 24 * hour; at += 100) if (samples.isDue(at)) samples.add(at, Float64Array.of(at))
  const day = samples.sorted(0, 0)
  expect(day.filter((at) => at < 12 * hour).length / day.length).toBeGreaterThan(0.35)
  samples.lookBack(24 * hour, 1000)
  expect(samples.count(0)).toBe(samples.count(24 * hour - 1000))
  for (let at = 24 * hour; at < 24 * hour + 10_000; at += 10)
    if (samples.isDue(at)) samples.add(at, Float64Array.of(at))
  expect(samples.count(24 * hour + 9000)).toBeGreaterThan(20)
})
