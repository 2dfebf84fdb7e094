import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type BucketRange, bucketCount, bucketOf, resizeBuckets } from '../../../src-main/base/buckets.ts'

const all = (ranges: readonly BucketRange[]): number[] =>
  ranges.flatMap(([from, to]) => Array.from({ length: to - from }, (_, at) => from + at))

test('R166: a key is always in the same bucket, and keys are spread evenly', () => {
  expect(bucketOf('endpoint', 'c:acme', 10_000)).toBe(bucketOf('endpoint', 'c:acme', 10_000))
  const counts = new Array<number>(10).fill(0)
  for (let at = 0; at < 10_000; at++) {
    const tenth = Math.floor(bucketOf('endpoint', `key-${at}`, 10_000) / 1000)
    counts[tenth] = (counts[tenth] ?? 0) + 1
  }
  for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150) // five standard deviations
})

test('a growing share takes of the rest alone, a shrinking one gives its last back, and none is held twice', () => {
  const step = fc.record({ who: fc.nat({ max: 3 }), wanted: fc.nat({ max: 40 }) })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const held: BucketRange[][] = [[], [], [], []]
      for (const { who, wanted } of steps) {
        const before = all(held[who] ?? [])
        const others = held.filter((_, at) => at !== who).flat()
        held[who] = resizeBuckets(held[who] ?? [], others, wanted, 100)
        const after = all(held[who] ?? [])
        expect(after.slice(0, before.length)).toEqual(before.slice(0, after.length))
        expect(after.length).toBe(Math.min(wanted, 100 - bucketCount(others)))
      }
      const taken = held.flatMap(all)
      expect(new Set(taken).size).toBe(taken.length)
    }),
  )
})
