/** The licensee's side of an emergency code: is it of this license, was it used, and until when it helps. */
import { OutpostError } from '../../base/errors.ts'
import { codeGroups, codePurpose, commitmentOf } from './emergency-codes.ts'
import { heard } from './spoken-groups.ts'

/** What a code gives, in milliseconds of trusted time. */
export const emergencyDuration = 7 * 24 * 60 * 60 * 1000

/** Kept by the caller for each license; milliseconds of trusted time since 1970-01-01T00:00:00Z. */
export interface EmergencyState {
  redeemed: ReadonlyArray<{ commitment: string; at: number; until: number }>
}

export const noEmergency: EmergencyState = { redeemed: [] }

/** Hashes for the member `emergency` of a license. */
export const commitments = (codes: readonly string[], lid: string): string[] =>
  codes.map((code, number) => commitmentOf(read(code), lid, number))

const read = (code: string): number[] => heard(code, codeGroups, codePurpose, 'An emergency code')

/**
 * EMERGENCY_CODE_INVALID for one that was misheard, is of another license, or was used. A second code while one runs
 * adds its seven days to the end of the first.
 */
export function redeem(
  text: string,
  license: { lid: string; emergency: readonly string[] },
  state: EmergencyState,
  now: number,
): { state: EmergencyState; until: number; left: number } {
  const values = read(text)
  const commitment = license.emergency.find(
    (known, number) => commitmentOf(values, license.lid, number) === known,
  )
  if (commitment === undefined) {
    throw new OutpostError('EMERGENCY_CODE_INVALID', 'The emergency code is none of this license.', {
      hint: 'Check with the issuer that it is for the license that is shown here.',
    })
  }
  const used = state.redeemed.find((one) => one.commitment === commitment)
  if (used !== undefined) {
    throw new OutpostError(
      'EMERGENCY_CODE_INVALID',
      `The emergency code was used on ${day(used.at)}; it was good until ${day(used.until)}.`,
      { hint: 'Each code is good once. Ask the issuer for the next one.' },
    )
  }
  const until = Math.max(now, emergencyUntil(state) ?? now) + emergencyDuration
  const redeemed = [...state.redeemed, { commitment, at: now, until }]
  return { state: { redeemed }, until, left: codesLeft(license.emergency, { redeemed }) }
}

/** When the help of the codes ends or ended; null where none was used. */
export const emergencyUntil = ({ redeemed }: EmergencyState): number | null =>
  redeemed.length === 0 ? null : Math.max(...redeemed.map(({ until }) => until))

/** Half open, as a license is. */
export const isEmergency = (state: EmergencyState, now: number): boolean => {
  const until = emergencyUntil(state)
  return until !== null && now < until
}

const codesLeft = (emergency: readonly string[], { redeemed }: EmergencyState): number =>
  emergency.filter((known) => redeemed.every(({ commitment }) => commitment !== known)).length

/** The number of the first code that was not used, which is what the issuer is asked for; null: none is left. */
export function nextCode(emergency: readonly string[], { redeemed }: EmergencyState): number | null {
  const number = emergency.findIndex((known) => redeemed.every(({ commitment }) => commitment !== known))
  return number === -1 ? null : number
}

const day = (time: number): string => new Date(time).toISOString().slice(0, 10)
