import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createRuleWindow } from '../../../src-main/serving/watching/rule-window.ts'

test('counts and means are of the last seconds alone', () => {
  const window = createRuleWindow(60, false)
  for (let second = 0; second < 100; second++) {
    window.add(second * 1000, second < 40 ? 1 : 0)
    if (second === 79) expect(window.mean(79_000)).toBeCloseTo(20 / 60)
  }
  expect(window.count(99_000)).toBe(60)
  expect(window.mean(99_000)).toBe(0)
  expect(window.count(1_000_000)).toBe(0)
  expect(window.quantile(1_000_000, 0.95)).toBeNull()
})

test('a quantile is within 5 % of the nearest rank', () => {
  const latency = fc.double({ min: 0.02, max: 100_000, noNaN: true })
  fc.assert(
    fc.property(fc.array(latency, { minLength: 1, maxLength: 200 }), (values) => {
      const window = createRuleWindow(60, true)
      for (const value of values) window.add(0, value)
      const exact = values.toSorted((a, b) => a - b)[Math.ceil(values.length * 0.95) - 1] ?? 0
      const found = window.quantile(0, 0.95) ?? 0
      expect(found).toBeGreaterThanOrEqual(exact * 0.999)
      expect(found).toBeLessThanOrEqual(exact * 1.051)
    }),
  )
})
