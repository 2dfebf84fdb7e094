/**
 * What happened to one version in the last seconds, for one rule: counts in sixty slots that are thrown away one by
 * one, and latencies in classes that grow by a twentieth, so a p95 is within 5 % and takes no sorting.
 */

const slots = 60
/** From 10 µs in steps of 5 % to a quarter of an hour. */
const classes = 380
const smallestMs = 0.01
const growth = Math.log(1.05)

const classOf = (ms: number): number =>
  Math.min(classes - 1, Math.max(0, Math.ceil(Math.log(Math.max(ms, smallestMs) / smallestMs) / growth)))
const upperOf = (at: number): number => smallestMs * Math.exp(at * growth)

interface Slot {
  /** Which slot of all time it holds; another one is outdated. */
  number: number
  count: number
  /** Of what the rule is about: failures, divergent answers, scores. */
  sum: number
  latencies: Uint32Array | null
}

const bump = (counts: Uint32Array, at: number): void => {
  counts[at] = (counts[at] ?? 0) + 1
}

export interface RuleWindow {
  add(now: number, value: number): void
  count(now: number): number
  /** Mean of what was added: a share where it was 0 and 1. */
  mean(now: number): number
  /** Nearest rank, of `share` from 0 to 1; null without any. */
  quantile(now: number, share: number): number | null
}

/** Times in milliseconds of any one clock; `latencies` keeps the classes for quantiles. */
export function createRuleWindow(windowSeconds: number, latencies: boolean): RuleWindow {
  const slotMs = (windowSeconds * 1000) / slots
  const ring: Slot[] = Array.from({ length: slots }, () => ({
    number: -1,
    count: 0,
    sum: 0,
    latencies: latencies ? new Uint32Array(classes) : null,
  }))

  function slotAt(now: number): Slot {
    const number = Math.floor(now / slotMs)
    const slot = ring[number % slots] as Slot
    if (slot.number !== number) {
      slot.number = number
      slot.count = 0
      slot.sum = 0
      slot.latencies?.fill(0)
    }
    return slot
  }

  const live = (now: number): Slot[] => {
    const oldest = Math.floor(now / slotMs) - slots
    return ring.filter(({ number }) => number > oldest)
  }
  const total = (now: number): number => live(now).reduce((sum, { count }) => sum + count, 0)

  return {
    add: (now, value) => {
      const slot = slotAt(now)
      slot.count += 1
      slot.sum += value
      if (slot.latencies) bump(slot.latencies, classOf(value))
    },
    count: total,
    mean: (now) => live(now).reduce((sum, slot) => sum + slot.sum, 0) / Math.max(1, total(now)),
    quantile: (now, share) => {
      const rank = Math.ceil(total(now) * share)
      if (rank === 0) return null
      let seen = 0
      for (let at = 0; at < classes; at++) {
        for (const slot of live(now)) seen += slot.latencies?.[at] ?? 0
        if (seen >= rank) return upperOf(at)
      }
      return upperOf(classes - 1)
    },
  }
}
