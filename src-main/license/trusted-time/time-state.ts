/**
 * Trusted time as a pure machine: what is known of the time, a reading of the machine's clocks, and what is known
 * after it. It runs on the clock that counts from the start of the machine; the wall clock may move it forward where
 * that is plausible, and never back. What is signed is a lower bound. All times are milliseconds since
 * 1970-01-01T00:00:00Z, all durations milliseconds.
 */
const minute = 60_000
const hour = 60 * minute

/** Further ahead of what is expected than that, a wall clock is not believed at once: no night is longer. */
const plausibleAhead = 24 * hour
/** So long a wall clock must agree with the counting one, while the machine runs, before a jump is believed. */
const agreementNeeded = 48 * hour
/** A machine that was off may have been so for a weekend or the holidays: longer than that needs the whole agreement. */
export const plausibleOff = 14 * 24 * hour
/** For what is plausible after a start: until then NTP has set a clock right that was wrong from the start. */
const agreementAfterStart = 10 * minute
/** NTP corrects what is off by less than about this without anybody's notice (RFC 5905 panics at 1000 s). */
export const tolerance = 10 * minute
/** No copy of this program ran before: a clock that says so was never set. */
export const earliestTime = Date.UTC(2026, 0, 1)
/** The last second that ISO 8601 can say with four digits of the year. */
export const latestTime = Date.UTC(9999, 11, 31, 23, 59, 59)

export interface ClockReading {
  wall: number
  /** Since the machine was started, sleep included where the system can tell; comparable within one boot. */
  sinceBoot: number
  /** Which start of the machine that was. */
  boot: string
}

/** A wall clock that is too far ahead, and for how long it has agreed with the counting one. */
interface Claim {
  /** Trusted time when it was first seen. */
  since: number
  ahead: number
  agreed: number
  /** How long it must agree. */
  needed: number
}

export interface TimeState {
  time: number
  boot: string
  sinceBoot: number
  /** The latest time that anything verified was signed at. */
  signed: number
  claim: Claim | null
  /** The largest jump that was believed without a signature: where it began, and how far it went. */
  jump: { from: number; by: number } | null
  /** When the time document was signed by which a jump was last taken back; 0 for none. */
  corrected: number
  /** How long this has run where it began without a record; null once its first time is settled. */
  fresh: number | null
  /** Trusted time since which the wall clock is behind; null where it is not. */
  behindSince: number | null
}

const bounded = (wall: number): number =>
  Number.isFinite(wall) ? Math.min(Math.max(wall, earliestTime), latestTime) : earliestTime

/** Where there is no record: the wall clock is all there is. */
export const beginTime = ({ wall, sinceBoot, boot }: ClockReading): TimeState => ({
  time: bounded(wall),
  boot,
  sinceBoot,
  signed: 0,
  claim: null,
  jump: null,
  corrected: 0,
  fresh: 0,
  behindSince: null,
})

/** Between two boots nothing is known to have passed: what the wall clock says of it is looked at as a jump. */
const elapsedSince = (state: TimeState, { boot, sinceBoot }: ClockReading): number =>
  state.boot === boot ? Math.max(0, sinceBoot - state.sinceBoot) : 0

export function advanceTime(state: TimeState, reading: ClockReading): TimeState {
  const elapsed = elapsedSince(state, reading)
  const expected = Math.min(state.time + elapsed, latestTime)
  const wall = Number.isFinite(reading.wall) ? reading.wall : 0
  const ahead = wall - expected
  const fresh = stillFresh(state.fresh, elapsed)
  const next: TimeState = {
    ...state,
    time: expected,
    boot: reading.boot,
    sinceBoot: reading.sinceBoot,
    fresh,
    claim: null,
    behindSince: ahead < -tolerance ? (state.behindSince ?? expected) : null,
  }
  if (ahead > plausibleAhead) {
    const isAfterStart = state.boot !== reading.boot
    return believedOrWaiting(next, continued(state.claim, expected, ahead, elapsed, isAfterStart))
  }
  if (ahead >= 0) return { ...next, time: expected + ahead }
  return isFirstMistake(next, wall, ahead) ? { ...next, time: bounded(wall), behindSince: null } : next
}

const stillFresh = (fresh: number | null, elapsed: number): number | null =>
  fresh === null || fresh + elapsed >= agreementNeeded ? null : fresh + elapsed

/**
 * A node that was set up while the clock was years ahead: nothing but that clock ever spoke for this time, so its
 * correction in the first days is followed, down to what is signed. Whoever deletes the record has as much.
 */
const isFirstMistake = ({ fresh, signed }: TimeState, wall: number, ahead: number): boolean =>
  fresh !== null && ahead < -plausibleAhead && wall >= Math.max(signed, earliestTime)

/** A night or a sleep in between makes a claim grow; a clock that was set again starts a new one. */
function continued(
  claim: Claim | null,
  time: number,
  ahead: number,
  elapsed: number,
  isAfterStart: boolean,
): Claim {
  const grown = claim === null ? Number.NaN : ahead - claim.ahead
  const least = ahead <= plausibleOff ? agreementAfterStart : agreementNeeded
  if (claim !== null && grown >= -tolerance && grown <= plausibleAhead) {
    return { ...claim, ahead, agreed: claim.agreed + elapsed, needed: Math.max(claim.needed, least) }
  }
  return { since: time, ahead, agreed: 0, needed: isAfterStart ? least : agreementNeeded }
}

function believedOrWaiting(state: TimeState, claim: Claim): TimeState {
  if (claim.agreed < claim.needed) return { ...state, claim }
  const { ahead } = claim
  const isLargest = state.jump === null || ahead > state.jump.by
  return {
    ...state,
    time: Math.min(state.time + ahead, latestTime),
    jump: isLargest ? { from: state.time, by: ahead } : state.jump,
  }
}

/** Something verified was signed then: it is that late at least. What it proves is no unproven jump any more. */
export function raiseTime(state: TimeState, signedAt: number): TimeState {
  const at = bounded(signedAt)
  const { jump } = state
  return {
    ...state,
    time: Math.max(state.time, at),
    signed: Math.max(state.signed, at),
    jump: jump !== null && at >= jump.from + jump.by - plausibleAhead ? null : jump,
  }
}

/**
 * A time document for this machine, at the hands of someone who has set the clock right: a jump that was believed by
 * mistake is taken back. An old document cannot turn time back: no further than to where the jump began and what has
 * run since, and each one once.
 */
export function correctTime(state: TimeState, signedAt: number, wall: number): TimeState {
  const at = bounded(signedAt)
  const { jump } = state
  const without = jump === null ? state.time : state.time - jump.by
  const mayCorrect =
    jump !== null && at >= state.signed && at > state.corrected && Math.abs(wall - without) <= plausibleAhead
  if (!mayCorrect) return raiseTime(state, at)
  return {
    ...state,
    time: Math.max(at, without),
    signed: at,
    corrected: at,
    jump: null,
    claim: null,
    behindSince: null,
  }
}
