/**
 * Shares of a whole in equal buckets, kept so that a growing share only takes buckets of the rest and a shrinking one
 * only gives back what it took last: a key that was moved once is not moved to and fro.
 */
import { createHash } from 'node:crypto'

/** From, and up to but without. */
export type BucketRange = [from: number, to: number]

/**
 * The bucket of a key: the first 48 bits of the SHA-256 (FIPS 180-4) of scope and key, modulo the number of buckets.
 * The scope keeps the same customers from being the first in every experiment.
 */
export function bucketOf(scope: string, key: string, total: number): number {
  const hash = createHash('sha256').update(scope).update('\0').update(key).digest()
  return hash.readUIntBE(0, 6) % total
}

export const bucketCount = (ranges: readonly BucketRange[]): number =>
  ranges.reduce((sum, [from, to]) => sum + to - from, 0)

/** `own` grown or shrunk to `wanted` buckets; `others` are taken. Takes fewer where there are no more. */
export function resizeBuckets(
  own: readonly BucketRange[],
  others: readonly BucketRange[],
  wanted: number,
  total: number,
): BucketRange[] {
  const held = bucketsOf(own)
  if (held.length >= wanted) return rangesOf(held.slice(0, wanted))
  const taken = new Set([...held, ...bucketsOf(others)])
  for (let bucket = 0; bucket < total && held.length < wanted; bucket++) {
    if (!taken.has(bucket)) held.push(bucket)
  }
  return rangesOf(held)
}

/** In the order in which they were taken. */
const bucketsOf = (ranges: readonly BucketRange[]): number[] =>
  ranges.flatMap(([from, to]) => Array.from({ length: to - from }, (_, at) => from + at))

function rangesOf(buckets: readonly number[]): BucketRange[] {
  const ranges: BucketRange[] = []
  for (const bucket of buckets) {
    const last = ranges.at(-1)
    if (last && last[1] === bucket) last[1] = bucket + 1
    else ranges.push([bucket, bucket + 1])
  }
  return ranges
}
