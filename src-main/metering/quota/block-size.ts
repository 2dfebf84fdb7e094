/**
 * How many units a block has. It follows the pace of the requests, so that a commit comes a few times a second and a
 * loss of power forfeits little; it never holds more than a share of what is left, so that the last units are leased
 * one by one and the limit is met exactly.
 */
import { limits } from '../../contract/limits.ts'

/** A block that lasted shorter is followed by one twice its size, one that lasted longer by one half. */
const shortMs = 250
const longMs = 2000
/** Of what remains, at most. */
const shareOfRemaining = 64

export function nextPace(pace: number, lastedMs: number): number {
  if (lastedMs < shortMs) return Math.min(limits.quotaBlockRequestsMax, pace * 2)
  return lastedMs > longMs ? Math.max(1, Math.floor(pace / 2)) : pace
}

/** `remaining` is at least `units`, which is what the request at hand takes. */
export function blockSize(pace: number, units: number, remaining: number): number {
  const share = Math.ceil(remaining / shareOfRemaining)
  return Math.max(units, Math.min(pace * units, share))
}
