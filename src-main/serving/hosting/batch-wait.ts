/**
 * The clock of a queue: wakes it when a request has been held back long enough, and when one has waited too long or
 * its client may have gone away. Nothing ticks while nothing waits.
 */
export interface WaitClock {
  /** Once in so many milliseconds; a part of one is waited for turn by turn, since timers are no finer. */
  wakeIn(ms: number): void
  /** A request waits that must be looked at by then. */
  watch(until: number): void
  /** After a look at all: the next is due at the soonest deadline. */
  lookAgain(soonest: () => number): void
}

/** Those whose client went away are let go after at most so long, however long the run before them takes. */
const lookEveryMs = 1000

export function createWaitClock(wake: () => void, look: () => void): WaitClock {
  let waking = false
  let lookAt = Number.POSITIVE_INFINITY
  let timer: NodeJS.Timeout | undefined

  const turn = (at: number) => {
    if (performance.now() < at) setImmediate(turn, at)
    else {
      waking = false
      wake()
    }
  }
  function arm(at: number): void {
    if (at >= lookAt) return
    lookAt = at
    clearTimeout(timer)
    timer = setTimeout(
      () => {
        lookAt = Number.POSITIVE_INFINITY
        look()
      },
      Math.max(1, Math.ceil(at - performance.now())),
    )
    timer.unref()
  }
  return {
    wakeIn: (ms) => {
      if (waking) return
      waking = true
      const at = performance.now() + ms
      if (ms < 2) setImmediate(turn, at)
      else setTimeout(turn, Math.floor(ms - 1), at)
    },
    watch: (until) => {
      // A look is on its way already, as nearly always.
      if (lookAt === Number.POSITIVE_INFINITY) arm(Math.min(until, performance.now() + lookEveryMs))
      else if (until < lookAt) arm(until)
    },
    lookAgain: (soonest) => arm(Math.min(soonest(), performance.now() + lookEveryMs)),
  }
}
