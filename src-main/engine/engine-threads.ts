/**
 * The host of the engine threads: an engine whose every call leaves the thread that owns the sockets. A thread does
 * one task at a time; one whose run hangs cannot be ended, so it is given up and replaced and its model set aside.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { OutpostError } from '../base/errors.ts'
import { transferable } from '../base/tensors.ts'
import { startThread, type Thread } from '../base/threads.ts'
import { limits } from '../contract/limits.ts'
import type { Engine, EngineOptions, LoadedModel, ModelSource, RunResult } from './engine.ts'
import type { EngineTask } from './engine-tasks.ts'

export interface EngineThreadsOptions {
  threads: number
  /** The file of the entry `engine-thread`. */
  entry: string
  journal: string
  /** Takes the hard links of models that are loaded by path; emptied at the start. */
  directory: string
  runSecondsMax?: number
  /** A run of this version hangs; its thread is lost until the process is killed. */
  onStuck: (versionId: string) => void
}

interface Waiting {
  task: EngineTask
  versionId: string
  resolve: (value: unknown) => void
  reject: (error: Error) => void
}

interface Seat {
  number: number
  thread: Thread
  queue: Waiting[]
  current: { waiting: Waiting; since: number } | null
}

interface Placed {
  seat: Seat
  source: ModelSource
  options: EngineOptions
}

export function createEngineThreads(options: EngineThreadsOptions): Engine {
  mkdirSync(dirname(options.journal), { recursive: true })
  writeFileSync(options.journal, '')
  rmSync(options.directory, { recursive: true, force: true }) // left over by a process that was killed
  const placed = new Map<string, Placed>()
  const setAside = new Set<string>()
  const runMsMax = (options.runSecondsMax ?? limits.engineRunSecondsMax) * 1000
  let nextNumber = 0
  let closing = false
  const seats = Array.from({ length: options.threads }, openSeat)
  const watch = setInterval(lookForHangs, Math.min(1000, runMsMax / 4))
  watch.unref()

  function openSeat(): Seat {
    const number = nextNumber++
    const data = { thread: number, journal: options.journal, directory: options.directory }
    const seat: Seat = { number, thread: startThread(options.entry, data), queue: [], current: null }
    seat.thread.onExit(() => {
      if (!closing) replace(seat)
    })
    return seat
  }

  function submit(seat: Seat, task: EngineTask, versionId: string): Promise<unknown> {
    return new Promise((resolve, reject) => {
      seat.queue.push({ task, versionId, resolve, reject })
      advance(seat)
    })
  }

  function advance(seat: Seat): void {
    if (seat.current) return
    const waiting = seat.queue.shift()
    if (!waiting) return
    seat.current = { waiting, since: performance.now() }
    const transfer = waiting.task.type === 'run' ? transferable(waiting.task.inputs) : []
    seat.thread.call(waiting.task, transfer).then(
      (value) => settle(seat, () => waiting.resolve(value)),
      (error: Error) => settle(seat, () => waiting.reject(error)),
    )
  }

  function settle(seat: Seat, answer: () => void): void {
    seat.current = null
    advance(seat) // the thread goes on while the answer is worked on here
    answer()
  }

  function lookForHangs(): void {
    for (const seat of [...seats]) {
      const { current } = seat
      if (current?.waiting.task.type !== 'run' || performance.now() - current.since < runMsMax) continue
      const { versionId } = current.waiting
      setAside.add(versionId)
      seat.thread.abandon(hangs(runMsMax))
      replace(seat)
      options.onStuck(versionId)
    }
  }

  /** Another thread takes the place of one that is lost, with its models and what waited for it. */
  function replace(lost: Seat): void {
    const at = seats.indexOf(lost)
    if (at === -1) return
    const seat = openSeat()
    seats[at] = seat
    for (const [key, model] of placed) {
      if (model.seat !== lost) continue
      if (setAside.has(model.source.versionId)) {
        placed.delete(key)
        continue
      }
      model.seat = seat
      submit(
        seat,
        { type: 'load', key, source: model.source, options: model.options },
        model.source.versionId,
      ).catch(() => placed.delete(key)) // its next run is answered with DEPLOYMENT_NOT_READY
    }
    const waiting = lost.queue.splice(0)
    for (const next of waiting) {
      if (setAside.has(next.versionId)) next.reject(hangs(runMsMax))
      else seat.queue.push(next)
    }
    advance(seat)
  }

  function leastLoaded(): Seat {
    const count = (seat: Seat) => [...placed.values()].filter((model) => model.seat === seat).length
    return seats.reduce((best, seat) => (count(seat) < count(best) ? seat : best))
  }

  return {
    load: async (key, source, engineOptions) => {
      const seat = leastLoaded()
      placed.set(key, { seat, source, options: engineOptions })
      try {
        return (await submit(
          seat,
          { type: 'load', key, source, options: engineOptions },
          source.versionId,
        )) as LoadedModel
      } catch (error) {
        placed.delete(key)
        throw error
      }
    },
    run: async (key, inputs, outputs) => {
      const model = placed.get(key)
      if (!model) throw new OutpostError('DEPLOYMENT_NOT_READY', 'The model is not loaded.')
      return (await submit(
        model.seat,
        { type: 'run', key, inputs, outputs },
        model.source.versionId,
      )) as RunResult
    },
    unload: async (key) => {
      const model = placed.get(key)
      placed.delete(key)
      if (model) await submit(model.seat, { type: 'unload', key }, model.source.versionId)
    },
    health: () => ({
      threads: seats.length,
      models: placed.size,
      waiting: seats.reduce((sum, seat) => sum + seat.queue.length, 0),
    }),
    close: async () => {
      closing = true
      clearInterval(watch)
      await Promise.all(seats.map((seat) => seat.thread.end()))
    },
  }
}

const hangs = (runMsMax: number): OutpostError =>
  new OutpostError('MODEL_SET_ASIDE', `A run of this model did not end within ${runMsMax / 1000} seconds.`, {
    hint: 'The model is set aside until it is started again.',
  })
