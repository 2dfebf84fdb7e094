/**
 * What serving finds, on its way into node.db: it is told once, so what cannot be stored now (a full disk, a lock held
 * for long) waits here, in its order, and is tried again until it is.
 */
import { isoTime } from '../../base/clock.ts'
import { limits } from '../../contract/limits.ts'
import type { NodeContext } from '../node-context.ts'
import { type AlertChange, noteAlert } from './alerts.ts'

const pauseMs = 1000

interface AlertIntake {
  note(change: AlertChange): void
  /** One last try for what waits. */
  stop(): void
}

export function createAlertIntake(node: () => NodeContext): AlertIntake {
  let waiting: Array<{ change: AlertChange; at: string }> = []
  let timer: NodeJS.Timeout | undefined

  function store(): void {
    timer = undefined
    const { log } = node()
    for (;;) {
      const [first] = waiting
      if (!first) return
      try {
        noteAlert(node(), first.change, first.at)
        waiting = waiting.slice(1)
      } catch (error) {
        log.error({ err: error, waiting: waiting.length }, 'an alert could not be stored; it is tried again')
        timer = setTimeout(store, pauseMs)
        timer.unref()
        return
      }
    }
  }

  return {
    note: (change) => {
      const kept = waiting.slice(-(limits.alertsUnstoredMax - 1))
      if (kept.length < waiting.length)
        node().log.error('too many alerts wait to be stored; the oldest is lost')
      waiting = [...kept, { change, at: isoTime(node().clock) }]
      if (timer === undefined) store()
    },
    stop: () => {
      clearTimeout(timer)
      if (waiting.length > 0) store()
      clearTimeout(timer)
    },
  }
}
