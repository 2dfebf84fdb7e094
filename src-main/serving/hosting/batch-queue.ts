/**
 * What waits for one model: by priority, then in lanes of requests that can share a run. The lane of the oldest
 * request goes first, and each lane keeps its order. Every step takes the same time however many wait.
 */
import {
  type Fifo,
  fifo,
  fitsLane,
  type Lane,
  laneLength,
  laneLike,
  laneNumber,
  type Queued,
  takeFrom,
} from './batch-lane.ts'

interface Level<Item extends Queued> {
  lanes: Map<number, Lane<Item>[]>
  laneCount: number
  /** Empty lanes are removed when there are more lanes than this. */
  laneCountMax: number
  /** The one that the last request went to: the next is often alike. */
  last: Lane<Item> | null
  /** All in the order of their arrival, to know the oldest; those of them that have gone are passed over. */
  arrivals: Fifo<{ item: Item; lane: Lane<Item> }>
  length: number
}

export interface BatchQueue<Item extends Queued> {
  /** `level` counts from 0, the highest. */
  push(item: Item, level: number): void
  /** The lane that goes next, and its level; null where nothing waits. */
  next(): { lane: Lane<Item>; level: number } | null
  take(from: { lane: Lane<Item>; level: number }, count: number): Item[]
  /** Takes out those that are not to be kept: for the rare occasions that look at all. */
  sweep(keep: (item: Item) => boolean): void
  length(): number
}

const emptyLanesMax = 64

export function createBatchQueue<Item extends Queued>(levelCount: number): BatchQueue<Item> {
  const levels = Array.from({ length: levelCount }, () => newLevel<Item>())
  let length = 0
  return {
    push: (item, at) => {
      const level = levels[at] as Level<Item>
      const lane = laneFor(level, item)
      lane.waiting.items.push(item)
      if (level.laneCount > 1) level.arrivals.items.push({ item, lane })
      level.length += 1
      length += 1
    },
    next: () => {
      for (let at = 0; length > 0 && at < levels.length; at++) {
        const level = levels[at] as Level<Item>
        if (level.length > 0) return { lane: oldestLane(level), level: at }
      }
      return null
    },
    take: ({ lane, level: at }, count) => {
      const level = levels[at] as Level<Item>
      level.length -= count
      length -= count
      const taken = takeFrom(lane.waiting, count)
      for (const item of taken) item.gone = true
      return taken
    },
    sweep: (keep) => {
      for (const level of levels) {
        for (const lane of [...level.lanes.values()].flat()) {
          const kept = lane.waiting.items.slice(lane.waiting.head).filter((item) => {
            if (item && !keep(item)) item.gone = true
            return item && !item.gone
          })
          const left = laneLength(lane) - kept.length
          lane.waiting = { items: kept, head: 0 }
          level.length -= left
          length -= left
        }
      }
    },
    length: () => length,
  }
}

const newLevel = <Item extends Queued>(): Level<Item> => ({
  lanes: new Map(),
  laneCount: 0,
  laneCountMax: emptyLanesMax,
  last: null,
  arrivals: fifo(),
  length: 0,
})

function laneFor<Item extends Queued>(level: Level<Item>, item: Item): Lane<Item> {
  if (level.last && fitsLane(level.last, item)) return level.last
  const number = laneNumber(item)
  let alike = level.lanes.get(number)
  let lane = alike?.find((one) => fitsLane(one, item))
  if (!lane) {
    if (level.laneCount >= level.laneCountMax) forgetEmptyLanes(level)
    lane = laneLike(item)
    alike = level.lanes.get(number)
    if (alike) alike.push(lane)
    else level.lanes.set(number, [lane])
    level.laneCount += 1
    if (level.laneCount === 2) beginArrivals(level)
  }
  level.last = lane
  return lane
}

/** With one lane its own order says all, so the order of arrivals is kept from the second on. */
function beginArrivals<Item extends Queued>(level: Level<Item>): void {
  level.arrivals = fifo()
  for (const lane of [...level.lanes.values()].flat())
    for (const item of lane.waiting.items.slice(lane.waiting.head))
      if (item) level.arrivals.items.push({ item, lane })
}

function forgetEmptyLanes<Item extends Queued>(level: Level<Item>): void {
  level.last = null
  level.laneCount = 0
  for (const [number, lanes] of level.lanes) {
    const kept = lanes.filter((lane) => laneLength(lane) > 0)
    if (kept.length === 0) level.lanes.delete(number)
    else level.lanes.set(number, kept)
    level.laneCount += kept.length
  }
  level.laneCountMax = Math.max(emptyLanesMax, 2 * level.laneCount)
  // Of one lane that is left, the order begins anew with the second.
  if (level.laneCount < 2) level.arrivals = fifo()
}

/** The level is not empty. */
function oldestLane<Item extends Queued>(level: Level<Item>): Lane<Item> {
  if (level.laneCount === 1) return level.lanes.values().next().value?.[0] as Lane<Item>
  const { arrivals } = level
  while (arrivals.items[arrivals.head]?.item.gone) takeFrom(arrivals, 1)
  return arrivals.items[arrivals.head]?.lane as Lane<Item>
}
