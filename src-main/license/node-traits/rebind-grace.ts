/**
 * A machine that was the right one and has changed too much keeps its license for a while, in which a new one can be
 * had. A machine that never was the right one has no such time: the license was made for another.
 */
import type { TraitMatch } from './match-traits.ts'

/** From the first time that too little was found, until a new license must be there. Milliseconds. */
export const rebindGrace = 14 * 24 * 60 * 60 * 1000

/** Kept by the caller for each license; milliseconds of trusted time since 1970-01-01T00:00:00Z. */
export interface BindingState {
  /** When it was last found to be the right machine; null: never. */
  matchedAt: number | null
  /** Since when too little is found. */
  belowSince: number | null
}

export const neverBound: BindingState = { matchedAt: null, belowSince: null }

export interface BindingVerdict {
  verdict: 'bound' | 'grace' | 'unbound'
  /** Where there is grace: when it ends or ended. */
  until: number | null
  message: string
  hint: string
  state: BindingState
}

export function judgeBinding(match: TraitMatch, state: BindingState, now: number): BindingVerdict {
  if (match.isBound) {
    const bound = { matchedAt: Math.max(now, state.matchedAt ?? now), belowSince: null }
    return { verdict: 'bound', until: null, message: match.message, hint: '', state: bound }
  }
  const hint =
    'Make a request file on this machine (outpost license request), and import the license that the issuer answers with.'
  if (state.matchedAt === null) {
    return { verdict: 'unbound', until: null, message: match.message, hint, state }
  }
  const belowSince = state.belowSince ?? now
  const until = belowSince + rebindGrace
  const day = new Date(until).toISOString().slice(0, 10)
  const isOver = now >= until
  return {
    verdict: isOver ? 'unbound' : 'grace',
    until,
    message: `${match.message} It was this machine before; ${isOver ? `the time to bind it anew ended on ${day}` : `it stays usable until ${day}`}.`,
    hint,
    state: { ...state, belowSince },
  }
}
