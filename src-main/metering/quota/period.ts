/** Months of UTC as keys, `2026-11`; nothing else of a calendar takes part, so no zone and no summer time does. */
import { assert } from '../../base/assert.ts'

export const periodAt = (now: number): string => new Date(now).toISOString().slice(0, 7)

/** When the month ends and the next one begins, in milliseconds. */
export function periodEnd(period: string): number {
  const number = periodNumber(period)
  return Date.UTC(Math.floor(number / 12), number % 12)
}

/** Months since the year 0, one more than the zero-based month: 0 is kept for "no period". */
export function periodNumber(period: string): number {
  if (period === '') return 0
  const match = /^(\d{4})-(0[1-9]|1[0-2])$/.exec(period)
  assert(match, `"${period}" is no month`)
  return Number(match[1]) * 12 + Number(match[2])
}

export function periodOfNumber(number: number): string {
  if (number === 0) return ''
  const year = Math.floor((number - 1) / 12)
  return `${String(year).padStart(4, '0')}-${String(((number - 1) % 12) + 1).padStart(2, '0')}`
}
