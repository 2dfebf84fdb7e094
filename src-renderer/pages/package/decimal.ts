/** A decimal number as it is typed: what is written stands in the form as it is, and is called wrong where it is. */
import { type PairValue, readAs } from './pair-values.ts'

export interface Bounds {
  min?: number
  max?: number
}

/** A number, the text that is none, or nothing where nothing is written. */
export const readDecimal = (written: string): PairValue =>
  written.trim() === '' ? null : readAs(written.trim(), 'number')

export function decimalFault(written: string, { min, max }: Bounds): string | null {
  const value = readDecimal(written)
  if (value === null) return null
  if (typeof value !== 'number')
    return /^-?\d*,\d+$/.test(written.trim()) ? 'Write it with a point: 0.97' : 'This is not a number.'
  const [below, above] = [min !== undefined && value < min, max !== undefined && value > max]
  if (!below && !above) return null
  if (min !== undefined && max !== undefined) return `From ${min} to ${max}`
  return below ? `${min} or more` : `${max} or less`
}
