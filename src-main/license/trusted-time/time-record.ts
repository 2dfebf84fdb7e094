/**
 * What is known of the time, as it outlives the process: one line of JSON with its keyed hash. Two processes keep one
 * each; put together, the later time holds, so that neither can be set back by taking the other's record away.
 */
import { createHmac } from 'node:crypto'
import { z } from 'zod'
import { parseJson } from '../../base/json.ts'
import { sameText } from '../../base/key-hash.ts'
import { earliestTime, latestTime, type TimeState } from './time-state.ts'

const time = z.number().min(earliestTime).max(latestTime)
const duration = z.number().min(0).max(latestTime)

const recordSchema = z.strictObject({
  time,
  boot: z.string().max(128),
  sinceBoot: duration,
  signed: duration,
  claim: z
    .strictObject({ since: time, ahead: z.number().positive(), agreed: duration, needed: duration })
    .nullable(),
  jump: z.strictObject({ from: time, by: duration }).nullable(),
  corrected: duration,
  fresh: duration.nullable(),
  behindSince: time.nullable(),
})

const check = (key: Buffer, body: string): string =>
  createHmac('sha256', key).update(`outpost trusted time\n${body}`).digest('hex')

export function writeTimeRecord(state: TimeState, key: Buffer): string {
  const body = JSON.stringify(state)
  return `${check(key, body)} ${body}\n`
}

/** Null for a record that was changed, cut short or written with another key: it is then as good as none. */
export function readTimeRecord(text: string, key: Buffer): TimeState | null {
  const line = text.trimEnd()
  const body = line.slice(65)
  if (line[64] !== ' ' || !sameText(line.slice(0, 64), check(key, body))) return null
  try {
    const read = recordSchema.safeParse(parseJson(body))
    return read.success ? read.data : null
  } catch {
    return null
  }
}

/** In either order the same; the time is that of neither before the other, unless one of them was corrected since. */
export function mergeTime(a: TimeState, b: TimeState): TimeState {
  const [left, right] = a.boot === b.boot ? carried(a, b) : [a, b]
  const first = isAhead(left, right) ? left : right
  const signed = Math.max(a.signed, b.signed)
  const fresh = a.fresh === null || b.fresh === null ? null : Math.max(a.fresh, b.fresh)
  return { ...first, signed, fresh, time: Math.max(first.time, signed) }
}

/** Of one boot, both to one moment. */
function carried(a: TimeState, b: TimeState): [TimeState, TimeState] {
  const sinceBoot = Math.max(a.sinceBoot, b.sinceBoot)
  const carry = (state: TimeState) => ({
    ...state,
    sinceBoot,
    time: Math.min(state.time + sinceBoot - state.sinceBoot, latestTime),
  })
  return [carry(a), carry(b)]
}

function isAhead(a: TimeState, b: TimeState): boolean {
  if (a.corrected !== b.corrected) return a.corrected > b.corrected
  return a.time === b.time ? JSON.stringify(a) >= JSON.stringify(b) : a.time > b.time
}
