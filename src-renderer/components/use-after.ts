/** Tells when something has taken a while, so that quick work shows no flicker and slow work says so. */
import { useEffect, useState } from 'react'

/** Milliseconds after which loading says that it takes longer than usual. */
export const slowAfterMs = 2_000

/** True once it has been `active` for this many milliseconds on end. */
export function useAfter(ms: number, active = true): boolean {
  const [passed, setPassed] = useState(false)
  useEffect(() => {
    setPassed(false)
    if (!active) return undefined
    const timer = setTimeout(() => setPassed(true), ms)
    return () => clearTimeout(timer)
  }, [ms, active])
  return passed && active
}
