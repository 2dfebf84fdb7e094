/** What is wrong with the clocks of a machine, as values: what was seen, since when, and what a person can do. */
import { type ClockReading, plausibleOff, type TimeState, tolerance } from './time-state.ts'

type TimeAnomalyKind =
  | 'clock-behind'
  | 'clock-unset'
  | 'clock-ahead'
  | 'clock-jumped'
  | 'record-lost'
  | 'record-unwritable'

export interface TimeAnomaly {
  kind: TimeAnomalyKind
  /** ISO 8601, in trusted time. */
  since: string
  /** What was seen, by name: times in ISO 8601, durations in whole seconds. */
  evidence: Record<string, string | number>
  message: string
  /** What to do. */
  hint: string
}

/** What a clock cannot see of itself: how its own record fared. */
export interface RecordTrouble {
  lostAt: number | null
  unwritable: { at: number; why: string } | null
}

const iso = (time: number): string => {
  const date = new Date(time)
  return Number.isNaN(date.getTime()) ? `${time} ms` : date.toISOString()
}
const seconds = (duration: number): number => Math.round(duration / 1000)

function inWords(duration: number): string {
  const minutes = Math.round(duration / 60_000)
  if (minutes < 120) return `${minutes} minutes`
  const hours = Math.round(minutes / 60)
  return hours < 48 ? `${hours} hours` : `${Math.round(hours / 24)} days`
}

/** What firmware begins with when it has lost the time lies before: 1970, 1980, 2000, the year that it was made. */
const unsetBefore = Date.UTC(2020, 0, 1)

const setClock = 'Set the clock of this machine, by NTP where there is a network.'

export function timeAnomalies(
  state: TimeState,
  { wall }: ClockReading,
  trouble: RecordTrouble,
): TimeAnomaly[] {
  const clocks = { wall: iso(wall), trusted: iso(state.time) }
  return [
    clockBehind(state, wall, clocks),
    clockAhead(state, clocks),
    clockJumped(state),
    recordTrouble(trouble),
  ].flat()
}

type Clocks = Record<'wall' | 'trusted', string>

function clockBehind({ time, behindSince }: TimeState, wall: number, clocks: Clocks): TimeAnomaly[] {
  const behind = time - wall
  if (!(behind > tolerance)) return []
  const isUnset = wall < unsetBefore
  return [
    {
      kind: isUnset ? 'clock-unset' : 'clock-behind',
      since: iso(behindSince ?? time),
      evidence: { ...clocks, behindSeconds: seconds(behind) },
      message: isUnset
        ? `The clock of this machine says ${clocks.wall}, as one that lost its battery does. Licenses go by ${clocks.trusted}, which was reached before.`
        : `The clock of this machine is ${inWords(behind)} behind a time that was reached already. Licenses go by ${clocks.trusted}; setting a clock back changes nothing for them.`,
      hint: isUnset
        ? `${setClock} If it forgets the time when it is switched off, its battery is empty.`
        : `${setClock} If the clock is right and was ahead before, import a time document of the issuer.`,
    },
  ]
}

function clockAhead({ time, claim }: TimeState, clocks: Clocks): TimeAnomaly[] {
  if (claim === null) return []
  const missing = claim.needed - claim.agreed
  return [
    {
      kind: 'clock-ahead',
      since: iso(claim.since),
      evidence: {
        ...clocks,
        aheadSeconds: seconds(claim.ahead),
        agreedSeconds: seconds(claim.agreed),
        believedAfterSeconds: seconds(missing),
      },
      message: `The clock of this machine is ${inWords(claim.ahead)} ahead of what was expected. Until that is confirmed, licenses go by ${iso(time)}.`,
      hint: `If the clock is wrong, set it right: nothing is lost. If it is right (the machine was off for long), it is believed after ${inWords(missing)} more of running, or at once with a time document of the issuer.`,
    },
  ]
}

/** A holiday is not worth a word, and a longer one is not for ever. */
const jumpShownFor = 30 * 24 * 60 * 60 * 1000

function clockJumped({ time, jump }: TimeState): TimeAnomaly[] {
  if (jump === null || jump.by <= plausibleOff || time - jump.from - jump.by > jumpShownFor) return []
  return [
    {
      kind: 'clock-jumped',
      since: iso(jump.from + jump.by),
      evidence: { from: iso(jump.from), to: iso(jump.from + jump.by), bySeconds: seconds(jump.by) },
      message: `The time went ahead by ${inWords(jump.by)} because the clock of this machine said so for two days, without anything signed that confirms it.`,
      hint: 'If the machine was off for that long, nothing is to be done. If the clock was wrong, set it right and import a time document that the issuer made for this machine: it takes the jump back.',
    },
  ]
}

function recordTrouble({ lostAt, unwritable }: RecordTrouble): TimeAnomaly[] {
  const lost: TimeAnomaly[] =
    lostAt === null
      ? []
      : [
          {
            kind: 'record-lost',
            since: iso(lostAt),
            evidence: { record: 'unreadable' },
            message:
              'The record of the time that was reached cannot be read. The time began anew, no earlier than the newest signed document.',
            hint: 'Nothing is to be done if the clock of this machine is right. Check the disk if this comes again.',
          },
        ]
  if (unwritable === null) return lost
  return [
    ...lost,
    {
      kind: 'record-unwritable',
      since: iso(unwritable.at),
      evidence: { error: unwritable.why },
      message: 'The time that was reached cannot be stored, so a restart would not know of it.',
      hint: 'Free some space on the disk of the data folder, and check that this account may write there.',
    },
  ]
}
