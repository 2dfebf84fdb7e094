/**
 * Rows of values that were seen of one version, spread evenly over the time that is looked back on: where there is no
 * room, what is too old goes, else each second row, and from then on fewer are taken.
 */

/** Rows that are kept: enough for ten bins, few enough to sort each feature in a tenth of a millisecond. */
export const samplesMax = 1024
/** Between two rows at least, so that a busy model is looked at fifty times a second and no more. */
const shortestGapMs = 20

export interface DriftSamples {
  /** Whether a row of this moment is to be taken. */
  isDue(now: number): boolean
  /** `values` has one number a feature. */
  add(now: number, values: Float64Array): void
  /** Of one feature, ascending and without NaN, of the rows since `from`. */
  sorted(feature: number, from: number): Float64Array
  count(from: number): number
  /** Since the beginning. */
  added(): number
  /** From now on so far back; what was seen stays, as far as it is not too old. */
  lookBack(now: number, horizonMs: number): void
}

export function createDriftSamples(features: number, horizonMsAtFirst: number): DriftSamples {
  let horizonMs = horizonMsAtFirst
  const times = new Float64Array(samplesMax)
  const rows = new Float64Array(samplesMax * features)
  let length = 0
  let added = 0
  let gapMs = shortestGapMs
  let dueAt = Number.NEGATIVE_INFINITY

  /** Keeps the rows that are wanted, in their order. */
  function keep(wanted: (at: number) => boolean): void {
    let kept = 0
    for (let at = 0; at < length; at++) {
      if (!wanted(at)) continue
      times[kept] = times[at] as number
      rows.copyWithin(kept * features, at * features, (at + 1) * features)
      kept += 1
    }
    length = kept
  }

  function makeRoom(now: number): void {
    const oldest = now - horizonMs
    keep((at) => (times[at] as number) >= oldest)
    if (length > samplesMax * 0.75) {
      keep((at) => at % 2 === 0)
      gapMs *= 2
    } else gapMs = Math.max(shortestGapMs, gapMs / 2)
  }

  return {
    isDue: (now) => now >= dueAt,
    add: (now, values) => {
      if (length === samplesMax) makeRoom(now)
      times[length] = now
      rows.set(values, length * features)
      length += 1
      added += 1
      dueAt = now + gapMs
    },
    sorted: (feature, from) => {
      const found = new Float64Array(length)
      let count = 0
      for (let at = 0; at < length; at++) {
        const value = rows[at * features + feature] as number
        if ((times[at] as number) >= from && !Number.isNaN(value)) found[count++] = value
      }
      return found.subarray(0, count).sort()
    },
    added: () => added,
    lookBack: (now, wanted) => {
      // Rows that were spread over a longer time stand too far apart for a shorter one.
      if (wanted < horizonMs) {
        gapMs = Math.max(shortestGapMs, (gapMs * wanted) / horizonMs)
        dueAt = Math.min(dueAt, now + gapMs)
        keep((at) => (times[at] as number) >= now - wanted)
      }
      horizonMs = wanted
    },
    count: (from) => times.subarray(0, length).reduce((sum, time) => sum + Number(time >= from), 0),
  }
}
