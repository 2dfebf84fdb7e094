/**
 * How many requests a key or an address may send in a minute. A bucket that fills evenly, kept as the one moment at
 * which it would be full again (the generic cell rate algorithm, ITU-T I.371); told in the headers RateLimit and
 * RateLimit-Policy (draft-ietf-httpapi-ratelimit-headers).
 */
import { OutpostError } from '../../base/errors.ts'

const windowMs = 60_000

/** Keys and addresses that are remembered: one that is forgotten begins with a full bucket. */
const rememberedMax = 100_000

export interface RateLimits {
  /** The headers to answer with; TOO_MANY_REQUESTS where the bucket is empty. `limit` is requests a minute. */
  take(policy: 'key' | 'address', who: string, limit: number): Record<string, string>
}

export function createRateLimits(now: () => number = () => performance.now()): RateLimits {
  /** By who: when the bucket is full again. */
  const fullAt = new Map<string, number>()

  /** A tenth at least, so that not each new one has to look at all. */
  function forget(at: number): void {
    for (const [who, full] of fullAt) if (full <= at) fullAt.delete(who)
    for (const [oldest] of fullAt) {
      if (fullAt.size <= rememberedMax * 0.9) break
      fullAt.delete(oldest)
    }
  }

  function keep(key: string, full: number): void {
    if (fullAt.size > rememberedMax / 2) fullAt.delete(key) // to the end: who asked last is forgotten last
    fullAt.set(key, full)
  }

  return {
    take: (policy, who, limit) => {
      const at = now()
      const each = windowMs / limit
      const key = `${policy}|${who}`
      const full = Math.max(fullAt.get(key) ?? at, at) + each
      const over = full - at - windowMs
      // Less than a hundredth of a request is what rounding leaves over.
      if (over > each / 100) {
        keep(key, full - each)
        const seconds = Math.ceil(over / 1000)
        throw new OutpostError(
          'TOO_MANY_REQUESTS',
          `More than ${limit} requests a minute by this ${policy}.`,
          {
            hint: `Try again in ${seconds} s, or ask the operator for a higher limit.`,
            details: { retryAfterSeconds: seconds, policy, limit },
          },
        )
      }
      if (fullAt.size >= rememberedMax && !fullAt.has(key)) forget(at)
      keep(key, full)
      const left = Math.floor((at + windowMs - full) / each)
      return {
        'ratelimit-policy': `"${policy}";q=${limit};w=${windowMs / 1000}`,
        ratelimit: `"${policy}";r=${Math.max(0, left)};t=${Math.ceil((full - at) / 1000)}`,
      }
    },
  }
}
