/** What a person types into a value of a table, as the value that the descriptor holds, and back. */
export type PairType = 'number' | 'text' | 'truth' | 'nothing'
export type PairValue = string | number | boolean | null

export function typeOf(value: unknown): PairType {
  if (typeof value === 'number') return 'number'
  if (typeof value === 'boolean') return 'truth'
  return value === null ? 'nothing' : 'text'
}

export const writtenOf = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : ''

/** What is no number stays the text that was typed: the node refuses it where only numbers are allowed. */
export function readAs(written: string, type: PairType): PairValue {
  if (type === 'nothing') return null
  if (type === 'truth') return written === 'true'
  if (type === 'text') return written
  const number = Number(written)
  return written.trim() !== '' && Number.isFinite(number) ? number : written
}
