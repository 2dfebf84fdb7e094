import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createRateLimits } from '../../../src-main/serving/door/rate-limits.ts'

test('a full bucket lets a minute’s requests through at once, and then one each time it has filled', () => {
  let now = 0
  const rates = createRateLimits(() => now)
  for (let at = 0; at < 60; at++) expect(rates.take('key', 'ci', 60).ratelimit).toMatch(`r=${59 - at};`)
  expect(() => rates.take('key', 'ci', 60)).toThrow(expect.objectContaining({ code: 'TOO_MANY_REQUESTS' }))
  expect(rates.take('key', 'other', 60)['ratelimit-policy']).toBe('"key";q=60;w=60')
  now += 1000
  expect(rates.take('key', 'ci', 60).ratelimit).toBe('"key";r=0;t=60')
  expect(() => rates.take('key', 'ci', 60)).toThrow()
  now += 60_000
  expect(rates.take('key', 'ci', 60).ratelimit).toBe('"key";r=59;t=1')
})

test('however the requests come, no minute lets more than twice the limit through', () => {
  const pauses = fc.array(fc.nat({ max: 3000 }), { maxLength: 400 })
  fc.assert(
    fc.property(pauses, fc.integer({ min: 1, max: 100 }), (waits, limit) => {
      let now = 0
      const rates = createRateLimits(() => now)
      const passed: number[] = []
      for (const wait of waits) {
        now += wait
        try {
          rates.take('address', '::1', limit)
          passed.push(now)
        } catch {
          // refused
        }
      }
      for (const from of passed) {
        const within = passed.filter((at) => at >= from && at < from + 60_000).length
        expect(within).toBeLessThanOrEqual(2 * limit)
      }
    }),
  )
})

test('a crowd of others does not fill the bucket of one that goes on asking', () => {
  let now = 0
  const rates = createRateLimits(() => now)
  let passed = 0
  for (let at = 0; at < 300_000; at++) {
    rates.take('address', String(at), 1)
    if (at % 1000 > 0) continue
    now += 1
    try {
      rates.take('key', 'ci', 60)
      passed += 1
    } catch {
      // refused
    }
  }
  expect(passed).toBeLessThanOrEqual(61)
})
