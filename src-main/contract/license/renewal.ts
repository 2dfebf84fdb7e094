/**
 * How long the next document of a license lasts. While the one before runs its end stays, so that asking for more
 * requests buys no time; another term is added in whole days, so that none is lost from one document to the next.
 */
import type { LicensePayload } from './documents.ts'

const daySeconds = 86_400

type Span = Pick<LicensePayload, 'nbf' | 'exp'>

/** Days from now on that are covered whole: the end is the midnight (UTC) after them. */
export const wholeDaysFrom = (now: number, days: number): number =>
  Math.ceil(now / daySeconds + days) * daySeconds

/** Of the documents of one license, the newest first: the days of its present term, which later ones may share. */
export function termDaysOf(documents: readonly Span[]): number | null {
  const exp = documents[0]?.exp ?? null
  if (exp === null) return null
  const other = documents.findIndex((one) => one.exp !== exp)
  const began = documents.at(other === -1 ? -1 : other - 1)?.nbf ?? exp
  const before = documents[other]?.exp ?? null
  const from = before !== null && before > began && before < exp ? before : began
  return Math.max(1, Math.floor((exp - from) / daySeconds))
}

/** Another term, after the end or, where that has passed, from now on. */
export const extendedEnd = (exp: number, termDays: number, now: number): number =>
  exp > now ? exp + termDays * daySeconds : wholeDaysFrom(now, termDays)

/** Null: without end, as before. */
export function renewedEnd(exp: number | null, termDays: number | null, now: number): number | null {
  if (exp === null || termDays === null) return null
  return exp > now ? exp : extendedEnd(exp, termDays, now)
}
