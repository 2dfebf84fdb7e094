/**
 * The clock that licenses go by. `now` is one subtraction, for every request; the machine's clocks are compared, and
 * the record kept, in `sync`, which its owner calls every second or so.
 */

import { type TimeAnomaly, timeAnomalies } from './time-anomalies.ts'
import { mergeTime, readTimeRecord, writeTimeRecord } from './time-record.ts'
import {
  advanceTime,
  beginTime,
  type ClockReading,
  correctTime,
  raiseTime,
  type TimeState,
} from './time-state.ts'

/** The clocks of a machine, in milliseconds. */
export interface TimeSource {
  /** Since 1970-01-01T00:00:00Z, as the machine believes. */
  wall(): number
  /** Never goes back within the process; cheap. */
  monotonic(): number
  /** Since the machine was started, sleep included; the same for every process. */
  sinceBoot(): number
  readonly boot: string
}

export interface TimeStore {
  /** This process's record; null where there is none. */
  read(): string | null
  write(text: string): Promise<void>
  /** The records that other processes of the node keep: their time counts too. */
  others?(): ReadonlyArray<string | null>
}

export interface TrustedClock {
  /** Milliseconds since 1970-01-01T00:00:00Z; never less than before, but for a correction. */
  now(): number
  /** The month of UTC that now() is in, as `2026-11`: quotas are counted by it. */
  month(): string
  /** Compares the clocks, and stores what was reached: once a minute, and whenever something happened. */
  sync(): void
  /** A verified document was signed at that time. `forThisNode`: a time document that names this machine. */
  signed(at: number, more?: { forThisNode?: boolean }): void
  /** Takes in what another process of the node has reached. */
  absorb(record: string): void
  /** For other processes, and for `absorb`. */
  record(): string
  /** As late as a document may be dated without being from the future: here the wall clock counts too. */
  latest(): number
  anomalies(): TimeAnomaly[]
  /** Stores the time and waits for that. */
  close(): Promise<void>
}

/** How often the time is stored where nothing happens: a kill loses as much of it at most. */
const storedEvery = 60_000

export function createTrustedClock(source: TimeSource, store: TimeStore, key: Buffer): TrustedClock {
  let state: TimeState
  let reading: ClockReading
  let anchor = 0
  let anchorAt = 0
  let storedAt = Number.NEGATIVE_INFINITY
  let writing: Promise<void> | null = null
  let isUnsaved = false
  let month = { from: 0, until: 0, name: '' }
  let lostAt: number | null = null
  let unwritable: { at: number; why: string } | null = null

  /** The counter of the system is coarse; between two looks it is no less than what passed in this process. */
  const read = (before?: ClockReading): ClockReading => ({
    wall: source.wall(),
    sinceBoot: Math.max(
      source.sinceBoot(),
      before === undefined ? 0 : before.sinceBoot + source.monotonic() - anchorAt,
    ),
    boot: source.boot,
  })

  const settle = (next: TimeState): void => {
    const happened = next.claim?.since !== state.claim?.since || next.jump !== state.jump
    state = next
    anchor = next.time
    anchorAt = source.monotonic()
    if (happened || monthOf(next.time) !== monthOf(storedTime) || anchorAt - storedAt >= storedEvery) save()
  }

  let storedTime = 0
  const save = (): void => {
    storedAt = anchorAt
    storedTime = state.time
    isUnsaved = writing !== null
    writing ??= store
      .write(writeTimeRecord(state, key))
      .then(
        () => {
          unwritable = null
        },
        (error: unknown) => {
          unwritable ??= { at: state.time, why: error instanceof Error ? error.message : String(error) }
        },
      )
      .then(() => {
        writing = null
        if (isUnsaved) save()
      })
  }

  const found = [safely(() => store.read()), ...(safely(() => store.others?.() ?? []) ?? [])]
  const records = found.map((text) => (text === null ? null : readTimeRecord(text, key)))
  reading = read()
  const known = records.filter((record) => record !== null)
  state = known.length === 0 ? beginTime(reading) : known.reduce(mergeTime)
  if (found.some((text, at) => text !== null && records[at] === null)) lostAt = state.time
  settle(advanceTime(state, reading))

  const change = (apply: (state: TimeState) => TimeState): void => {
    sync()
    settle(apply(state))
    save()
  }
  const sync = (): void => {
    reading = read(reading)
    settle(advanceTime(state, reading))
  }

  const now = () => Math.floor(anchor + source.monotonic() - anchorAt)

  return {
    now,
    month() {
      const at = now()
      if (at >= month.until || at < month.from) month = monthAround(at)
      return month.name
    },
    sync,
    signed: (at, { forThisNode = false } = {}) =>
      change((state) => (forThisNode ? correctTime(state, at, reading.wall) : raiseTime(state, at))),
    absorb(text) {
      const other = readTimeRecord(text, key)
      if (other !== null) change((state) => advanceTime(mergeTime(state, other), reading))
    },
    record: () => writeTimeRecord(state, key),
    latest: () => Math.max(state.time, Number.isFinite(reading.wall) ? reading.wall : 0),
    anomalies: () => timeAnomalies(state, reading, { lostAt, unwritable }),
    async close() {
      sync()
      save()
      while (writing !== null) await writing
    },
  }
}

const monthOf = (time: number): string => new Date(time).toISOString().slice(0, 7)

function monthAround(time: number) {
  const date = new Date(time)
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()]
  return { from: Date.UTC(year, month, 1), until: Date.UTC(year, month + 1, 1), name: monthOf(time) }
}

/** A record that cannot be read is as good as none; the node starts all the same. */
function safely<Result>(read: () => Result): Result | null {
  try {
    return read()
  } catch {
    return null
  }
}
