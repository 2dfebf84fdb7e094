/** How many of the requests that wait in a lane go into the next run, by the settings of the model. */
import type { HostingSettings } from '../../contract/hosting.ts'
import { type Lane, laneLength } from './batch-lane.ts'
import type { Waiting } from './batch-request.ts'

interface BatchSizeOptions {
  settings: Pick<HostingSettings, 'maxBatchSize' | 'preferredBatchSizes' | 'maxQueueDelayUs'>
  mergeable: () => boolean
  rowsMax: () => number
  /** Called with the milliseconds after which to ask again. */
  wakeIn: (ms: number) => void
}

export function createBatchSize({ settings, mergeable, rowsMax: rowsMaxNow, wakeIn }: BatchSizeOptions) {
  const preferred = settings.preferredBatchSizes.filter((size) => size <= settings.maxBatchSize)
  const delayMs = settings.maxQueueDelayUs / 1000

  /** How many of the lane go now, none where it is worth to wait; `rows` of a run never pass the limit but alone. */
  return (lane: Lane<Waiting>, now: number): number => {
    const first = lane.waiting.items[lane.waiting.head] as Waiting
    if (!mergeable() || first.rows === 0) return 1
    const rowsMax = rowsMaxNow()
    const waiting = laneLength(lane)
    let rows = first.rows
    let count = 1
    let best = preferred.includes(rows) ? 1 : 0
    while (count < waiting) {
      const next = lane.waiting.items[lane.waiting.head + count] as Waiting
      if (rows + next.rows > rowsMax) break
      rows += next.rows
      count += 1
      if (preferred.includes(rows)) best = count
    }
    if (delayMs === 0) return best > 0 ? best : count
    const left = first.since + delayMs - now
    if (left <= 0) return count // whatever waits
    if (best > 0) return best
    if (rows >= rowsMax || count < waiting) return count
    wakeIn(left)
    return 0
  }
}
