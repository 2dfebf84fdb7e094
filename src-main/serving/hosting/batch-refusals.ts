/** Who is not run: whose client went away, who waited too long, and who finds the queue full. */
import { OutpostError } from '../../base/errors.ts'
import type { HostingSettings } from '../../contract/hosting.ts'
import type { Waiting } from './batch-request.ts'

interface BatchRefusalsOptions {
  settings: Pick<HostingSettings, 'queueRequestsMax' | 'p99TargetMs'>
  /** Requests that wait. */
  length: () => number
  /** Milliseconds until one more would be run; null where nobody knows. */
  waitMs: () => number | null
}

export function createBatchRefusals({
  settings,
  length: lengthNow,
  waitMs: waitMsNow,
}: BatchRefusalsOptions) {
  const totals = { refused: 0, timedOut: 0, dropped: 0 }

  /** Answers what nobody waits for any more, and what has waited too long; true for what is still to be run. */
  function isWanted(waiting: Waiting, now: number): boolean {
    if (waiting.signal?.aborted) {
      totals.dropped += 1
      waiting.reject(new OutpostError('BAD_REQUEST', 'The client went away before its turn.'))
      return false
    }
    if (waiting.until > now) return true
    totals.timedOut += 1
    const ms = Math.round(now - waiting.since)
    waiting.reject(
      new OutpostError('QUEUE_TIMEOUT', `The request was not run within its timeout: it waited ${ms} ms.`, {
        hint: 'Give it more time, or send fewer requests at a time.',
        details: { waitedMs: ms },
      }),
    )
    return false
  }

  /** Null where there is room for one more. */
  function refuse(): OutpostError | null {
    const isFull = lengthNow() >= settings.queueRequestsMax
    if (!isFull && settings.p99TargetMs === null) return null
    const waitMs = waitMsNow()
    const isLate = settings.p99TargetMs !== null && lengthNow() > 0 && (waitMs ?? 0) > settings.p99TargetMs
    if (!isFull && !isLate) return null
    const length = lengthNow()
    const message = isFull
      ? `${length} requests are waiting for this model already: this would be number ${length + 1}.`
      : `${length} requests are waiting, and one more would wait longer than ${settings.p99TargetMs} ms.`
    const retryAfterSeconds = Math.max(1, Math.ceil((waitMs ?? 1000) / 1000))
    totals.refused += 1
    return new OutpostError('QUEUE_FULL', message, {
      hint: `Try again in ${retryAfterSeconds} s, or send fewer requests at a time.`,
      details: { queueLength: length, queuePosition: length + 1, retryAfterSeconds },
    })
  }

  return { isWanted, refuse, totals: () => totals }
}
