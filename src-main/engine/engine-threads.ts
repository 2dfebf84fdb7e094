/**
 * The host of the engine threads: an engine whose every call leaves the thread that owns the sockets. ONNX Runtime
 * blocks the thread it runs in and a session cannot move, so a model gets a thread of its own while there are few:
 * what loads or runs long holds up no other. A thread whose run hangs cannot be ended; it is given up and replaced,
 * and its model set aside.
 */

import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { OutpostError } from '../base/errors.ts'
import { ownMemory } from '../base/tensors.ts'
import { limits } from '../contract/limits.ts'
import type { DeviceProbe } from '../contract/views.ts'
import type { Engine, EngineOptions, LoadedModel, ModelSource, RunResult, Tuning } from './engine.ts'
import { openSeat, type Seat } from './seat.ts'

export interface EngineThreadsOptions {
  /** Kept though no model is on them. */
  threads: number
  /** Models share threads from so many on. */
  threadsMax?: number
  /** The file of the entry `engine-thread`. */
  entry: string
  journal: string
  /** Takes the hard links of models that are loaded by path; emptied at the start. */
  directory: string
  runSecondsMax?: number
  /** A run of this version hangs, and its thread is lost until the process is killed; or its threads die again and again. */
  onStuck: (versionId: string) => void
}

interface Placed {
  seat: Seat
  source: ModelSource
  options: EngineOptions
  isLoaded: boolean
}

/** A version whose thread died so often is not loaded again. */
const deathsMax = 3

export function createEngineThreads(options: EngineThreadsOptions): Engine {
  mkdirSync(dirname(options.journal), { recursive: true })
  writeFileSync(options.journal, '')
  rmSync(options.directory, { recursive: true, force: true }) // left over by a process that was killed
  const placed = new Map<string, Placed>()
  /** By version: why. */
  const setAside = new Map<string, OutpostError>()
  const deaths = new Map<string, number>()
  const runMsMax = (options.runSecondsMax ?? limits.engineRunSecondsMax) * 1000
  const threadsMax = Math.max(options.threads, options.threadsMax ?? limits.engineThreadsMax)
  const freeNumbers: number[] = []
  let nextNumber = 0
  let closing = false
  let probed: Promise<DeviceProbe[]> | undefined
  const seats = Array.from({ length: options.threads }, newSeat)
  const watch = setInterval(lookForHangs, Math.min(1000, runMsMax / 4))
  watch.unref()

  function newSeat(): Seat {
    const thread = freeNumbers.pop() ?? nextNumber++
    const seat = openSeat(options.entry, { thread, journal: options.journal, directory: options.directory })
    seat.thread.onExit(() => {
      if (closing) return
      freeNumbers.push(thread)
      const versionId = seat.current?.waiting.versionId
      if (versionId) countDeath(versionId)
      replace(seat)
    })
    return seat
  }

  function countDeath(versionId: string): void {
    const count = (deaths.get(versionId) ?? 0) + 1
    deaths.set(versionId, count)
    if (count < deathsMax) return
    setAside.set(versionId, asideError(`The engine thread of this model died ${count} times.`))
    options.onStuck(versionId)
  }

  function lookForHangs(): void {
    for (const seat of [...seats]) {
      const { current } = seat
      if (current === null || performance.now() - current.since < runMsMax) continue
      if (current.waiting.task.type !== 'run' && current.waiting.task.type !== 'tune') continue
      const { versionId } = current.waiting
      const aside = asideError(`A run of this model did not end within ${runMsMax / 1000} seconds.`)
      setAside.set(versionId, aside)
      seat.thread.abandon(aside)
      replace(seat)
      options.onStuck(versionId)
    }
  }

  /** Another thread takes the place of one that is lost, with its models and what waited for it. */
  function replace(lost: Seat): void {
    const at = seats.indexOf(lost)
    if (at === -1) return
    const seat = newSeat()
    seats[at] = seat
    for (const [key, model] of placed) {
      if (model.seat !== lost) continue
      const { versionId } = model.source
      if (setAside.has(versionId) || !model.isLoaded) {
        placed.delete(key) // whoever loads it hears that the thread died
        continue
      }
      model.seat = seat
      const { source, options: own } = model
      // Where it fails, its next run is answered with DEPLOYMENT_NOT_READY.
      seat.submit({ type: 'load', key, source, options: own }, versionId).catch(() => placed.delete(key))
    }
    for (const next of lost.queue.splice(0)) {
      const aside = setAside.get(next.versionId)
      if (aside) next.reject(aside)
      else seat.queue.push(next)
    }
    seat.advance()
  }

  const modelsOn = (seat: Seat): number => {
    let count = 0
    for (const model of placed.values()) if (model.seat === seat) count += 1
    return count
  }

  /** One without a model; else a new one while there may be more; else the one that was least at work of late. */
  function seatForLoad(): Seat {
    const empty = seats.find((seat) => seat.current === null && modelsOn(seat) === 0)
    if (empty) return empty
    if (seats.length < threadsMax) {
      const seat = newSeat()
      seats.push(seat)
      return seat
    }
    const now = performance.now()
    const order = (a: Seat, b: Seat) => a.busyMs(now) - b.busyMs(now) || modelsOn(a) - modelsOn(b)
    return seats.reduce((best, seat) => (order(seat, best) < 0 ? seat : best))
  }

  /** One empty thread is kept for the next model; the others give their memory back. */
  async function endSpareSeats(): Promise<void> {
    const isSpare = (seat: Seat) => seat.current === null && seat.queue.length === 0 && modelsOn(seat) === 0
    const spare = seats.filter(isSpare)
    const kept = spare.find(({ mayYield }) => !mayYield) // one that yields to others is nothing for the next model
    for (const seat of spare) {
      if (closing) return
      if (seat === kept || (!seat.mayYield && seats.length <= options.threads)) continue
      seats.splice(seats.indexOf(seat), 1)
      await seat.thread.end()
      freeNumbers.push(seat.number)
    }
    while (seats.length < options.threads) seats.push(newSeat())
  }

  const placedAs = (key: string): Placed => {
    const model = placed.get(key)
    if (!model) throw new OutpostError('DEPLOYMENT_NOT_READY', 'The model is not loaded.')
    return model
  }

  return {
    load: async (key, source, engineOptions) => {
      const { versionId } = source
      const aside = setAside.get(versionId)
      if (aside) throw aside
      const seat = seatForLoad()
      const model: Placed = { seat, source, options: engineOptions, isLoaded: false }
      placed.set(key, model)
      try {
        const task = { type: 'load' as const, key, source, options: engineOptions }
        const loaded = (await seat.submit(task, versionId)) as LoadedModel
        model.isLoaded = true
        return loaded
      } catch (error) {
        if (placed.get(key) === model) placed.delete(key)
        throw error
      }
    },
    run: async (key, inputs, outputs) => {
      const { seat, source } = placedAs(key)
      const task = { type: 'run' as const, key, inputs: inputs.map(ownMemory), outputs }
      return (await seat.submit(task, source.versionId)) as RunResult
    },
    unload: async (key) => {
      const model = placed.get(key)
      if (!model) return
      placed.delete(key)
      await model.seat.submit({ type: 'unload', key }, model.source.versionId)
      await endSpareSeats()
    },
    tune: async (key, inputs, budgetMs) => {
      const model = placedAs(key)
      const task = { type: 'tune' as const, key, inputs: inputs.map(ownMemory), budgetMs }
      const found = (await model.seat.submit(task, model.source.versionId)) as Tuning | null
      // A thread that takes its place loads it as it was tuned.
      if (found) model.options = { ...model.options, intraOpThreads: found.intraOpThreads }
      return found
    },
    devices: () => {
      probed ??= seatForLoad().submit({ type: 'devices' }, '') as Promise<DeviceProbe[]>
      return probed
    },
    health: () => ({
      threads: seats.length,
      models: placed.size,
      waiting: seats.reduce((sum, seat) => sum + seat.queue.length, 0),
    }),
    close: async () => {
      closing = true
      clearInterval(watch)
      await Promise.all(seats.map((seat) => seat.close()))
    },
  }
}

const asideError = (what: string): OutpostError =>
  new OutpostError('MODEL_SET_ASIDE', what, { hint: 'The model is set aside until it is started again.' })
