/** What people write on the command line, read: MODEL@VERSION (an alias or a range will do), numbers, times. */
import { InvalidArgumentError } from 'commander'
import { z } from 'zod'
import { OutpostError } from '../base/errors.ts'
import { limits } from '../contract/limits.ts'

/** A whole number of an option, within its bounds. */
export const wholeNumber =
  (least: number, most: number) =>
  (text: string): number => {
    const value = Number(text)
    if (/^\d+$/.test(text) && value >= least && value <= most) return value
    throw new InvalidArgumentError(`It takes a whole number from ${least} to ${most}.`)
  }

const dayMs = 86_400_000

/** When a key ends: never, so many days from now, or a time. Commander takes null for a value that is missing. */
export function expiryOption(text: string): string {
  if (text === 'never') return text
  const days = /^(\d{1,4})d$/.exec(text)?.[1]
  if (days === undefined) return timeOption(text)
  return new Date(Date.now() + Number(days) * dayMs).toISOString()
}

/** How long an old key is good beside its new one, in hours: none, hours such as 24h, days such as 7d. */
export function overlapOption(text: string): number {
  if (text === 'none') return 0
  const [, count, unit] = /^(\d{1,4})([hd])$/.exec(text) ?? []
  const hours = Number(count) * (unit === 'd' ? 24 : 1)
  if (count !== undefined && hours <= limits.keyOverlapHoursMax) return hours
  throw new InvalidArgumentError(
    `It takes none, hours such as 24h or days such as 7d, ${limits.keyOverlapHoursMax / 24} days at most.`,
  )
}

/** An ISO 8601 time or date of an option, as the API takes it. */
export function timeOption(text: string): string {
  // A day that no calendar has is refused here: a Date would count on into the next month.
  if (z.union([z.iso.date(), z.iso.datetime({ offset: true, local: true })]).safeParse(text).success)
    return new Date(text).toISOString()
  throw new InvalidArgumentError(
    'It takes a day or a time that the calendar has, in ISO 8601: 2027-01-31 or 2027-01-31T00:00:00Z.',
  )
}

export function parseReference(text: string): { model: string; version: string | undefined } {
  const at = text.indexOf('@')
  if (at === -1) return { model: text, version: undefined }
  return { model: text.slice(0, at), version: text.slice(at + 1) }
}

export function requireVersion(text: string): { model: string; version: string } {
  const { model, version } = parseReference(text)
  if (version) return { model, version }
  throw new OutpostError('CLI_USAGE', `Name the version as well: ${model}@1.0.0.`)
}
