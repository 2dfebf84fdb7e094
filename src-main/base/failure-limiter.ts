/**
 * Slows guessing down: after so many failures an address waits. Kept in memory and bounded, because an attacker chooses
 * the addresses; an IPv6 host owns a whole /64, so that counts as one.
 */
import { limits } from '../contract/limits.ts'
import type { Clock } from './clock.ts'
import { OutpostError } from './errors.ts'

export interface FailureLimiter {
  /** TOO_MANY_REQUESTS with `retryAfterSeconds` while the address has to wait. */
  admit(address: string): void
  failed(address: string): void
  succeeded(address: string): void
}

/** Addresses remembered; the one that failed longest ago is forgotten first. */
const addressesMax = 10_000
const minute = 60_000

export function createFailureLimiter(
  clock: Clock,
  failuresMax: number = limits.loginFailuresMax,
  waitMinutes: number = limits.loginWaitMinutes,
): FailureLimiter {
  const seen = new Map<string, { failures: number; since: number }>()
  const current = (address: string) => {
    const entry = seen.get(address)
    return entry && clock.monotonic() - entry.since < waitMinutes * minute ? entry : null
  }
  return {
    admit(address) {
      const entry = current(group(address))
      if (!entry || entry.failures < failuresMax) return
      const waited = clock.monotonic() - entry.since
      const retryAfterSeconds = Math.ceil((waitMinutes * minute - waited) / 1000)
      throw new OutpostError(
        'TOO_MANY_REQUESTS',
        `Too many tries that failed. Wait ${retryAfterSeconds} seconds.`,
        {
          details: { retryAfterSeconds },
        },
      )
    },
    failed(address) {
      const key = group(address)
      const failures = (current(key)?.failures ?? 0) + 1
      seen.delete(key) // to the end, where it is forgotten last
      seen.set(key, { failures, since: clock.monotonic() })
      const [oldest] = seen.keys()
      if (seen.size > addressesMax && oldest !== undefined) seen.delete(oldest)
    },
    succeeded(address) {
      seen.delete(group(address))
    },
  }
}

/** IPv4 in IPv6 clothes is IPv4; of IPv6 the first four groups. */
function group(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  if (mapped !== undefined) return mapped
  if (!address.includes(':')) return address
  const [head = '', tail] = address.toLowerCase().split('%', 1)[0]?.split('::') ?? []
  const first = head === '' ? [] : head.split(':')
  if (tail === undefined) return first.slice(0, 4).join(':')
  const last = tail === '' ? [] : tail.split(':')
  const zeros = Array.from({ length: Math.max(0, 8 - first.length - last.length) }, () => '0')
  return [...first, ...zeros, ...last].slice(0, 4).join(':')
}

/** Of a secret that was tried: what names one key among others on a list, and no more of it. */
const prefixChars = 10

export interface GuessLimiter {
  /** Counts a wrong key; TOO_MANY_REQUESTS where its address, or whoever guesses at the same key, has to wait. */
  wrong(address: string, secret: string): void
}

/** Guesses of one key are counted together, so that many addresses get no more tries at it than one. */
export function createGuessLimiter(clock: Clock): GuessLimiter {
  const addresses = createFailureLimiter(clock)
  const prefixes = createFailureLimiter(clock)
  return {
    wrong(address, secret) {
      const prefix = secret.slice(0, prefixChars)
      addresses.admit(address)
      addresses.failed(address)
      prefixes.admit(prefix)
      prefixes.failed(prefix)
    },
  }
}
