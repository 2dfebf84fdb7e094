/** One engine thread as its host sees it: what waits for it, what it does, and how busy it was of late. */
import { OutpostError } from '../base/errors.ts'
import { transferable } from '../base/tensors.ts'
import { startThread, type Thread } from '../base/threads.ts'
import type { EngineTask, EngineThreadData } from './engine-tasks.ts'
import { slowRunMs } from './yield-to-others.ts'

interface WaitingTask {
  task: EngineTask
  /** Empty for what belongs to no version. */
  versionId: string
  resolve: (value: unknown) => void
  reject: (error: Error) => void
}

export interface Seat {
  readonly number: number
  readonly thread: Thread
  readonly queue: WaitingTask[]
  current: { waiting: WaitingTask; since: number } | null
  /** It loaded or ran something for so long that it may yield to other threads from then on. */
  readonly mayYield: boolean
  /** Milliseconds at work, of which those of ten seconds ago count for a third. */
  busyMs(now: number): number
  submit(task: EngineTask, versionId: string): Promise<unknown>
  /** Begins with what waits where it rests. */
  advance(): void
  /** Refuses what waits, lets what it does come to its end, and frees the thread's memory before the thread goes. */
  close(): Promise<void>
}

const fadeMs = 10_000
/** A load or a run that takes longer at the stop is left to the kill that follows. */
const closeMsMax = 8_000

export function openSeat(entry: string, data: EngineThreadData): Seat {
  const thread = startThread(entry, data)
  let busy = 0
  let yields = false
  let countedAt = performance.now()

  function faded(now: number): number {
    busy *= Math.exp((countedAt - now) / fadeMs)
    countedAt = now
    return busy
  }
  function settle(answer: () => void): void {
    const now = performance.now()
    if (seat.current) {
      const ms = now - seat.current.since
      busy = faded(now) + ms
      yields ||= ms > slowRunMs && (seat.current.waiting.task.type === 'run' || ms > 10 * slowRunMs)
    }
    seat.current = null
    seat.advance() // the thread goes on while the answer is worked on here
    answer()
  }
  /** ONNX Runtime aborts the process where it is torn down in the middle of a load or a run. */
  async function close(): Promise<void> {
    const refusal = new OutpostError('SERVING_UNAVAILABLE', 'The node is stopping.')
    for (const { reject } of seat.queue.splice(0)) reject(refusal)
    await Promise.race([
      seat.submit({ type: 'close' }, '').catch(() => undefined),
      new Promise((resolve) => setTimeout(resolve, closeMsMax).unref()),
    ])
    await thread.end()
  }

  const seat: Seat = {
    close,
    number: data.thread,
    thread,
    queue: [],
    get mayYield() {
      return yields
    },
    current: null,
    busyMs: (now) => faded(now) + (seat.current ? now - seat.current.since : 0),
    submit: (task, versionId) =>
      new Promise((resolve, reject) => {
        seat.queue.push({ task, versionId, resolve, reject })
        seat.advance()
      }),
    advance: () => {
      if (seat.current) return
      const waiting = seat.queue.shift()
      if (!waiting) return
      seat.current = { waiting, since: performance.now() }
      const { task } = waiting
      thread.call(task, task.type === 'run' ? transferable(task.inputs) : []).then(
        (value) => settle(() => waiting.resolve(value)),
        (error: Error) => settle(() => waiting.reject(error)),
      )
    },
  }
  return seat
}
