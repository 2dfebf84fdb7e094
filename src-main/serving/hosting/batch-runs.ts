/**
 * Runs of a model: of one request, or of several whose rows are merged. Each request is answered here, once, and is run
 * again alone where it was merged with a bad one.
 */
import { OutpostError } from '../../base/errors.ts'
import type { Tensor } from '../../base/tensors.ts'
import type { RunResult } from '../../engine/engine.ts'
import type { ExecutionTimes } from '../watching/statistics.ts'
import type { Waiting } from './batch-request.ts'
import { mergeInputs, splitOutputs } from './merge-tensors.ts'

export type RunModel = (inputs: Tensor[], outputs: string[] | null) => Promise<RunResult>

export interface Instance {
  number: number
  run: RunModel
  leave: (() => void) | null
}

export interface BatchRuns {
  /** Never throws: whatever happens is told to the requests. */
  run(instance: Instance, batch: Waiting[]): Promise<void>
  /** Whether rows of several requests may share a run. */
  mergeable(): boolean
  totals(): { executions: number; requests: number; rows: number; queueNs: number; busyNs: number }
}

interface BatchRunsOptions {
  mergeable: boolean
  onRun: (rows: number, batch: readonly Waiting[], ms: number, times: ExecutionTimes) => void
  onFailure: (error: unknown) => void
}

export function createBatchRuns({ mergeable: mayMerge, onRun, onFailure }: BatchRunsOptions): BatchRuns {
  let mergeable = mayMerge
  const totals = { executions: 0, requests: 0, rows: 0 }
  let queueMs = 0
  let busyMs = 0

  async function runTogether(instance: Instance, batch: Waiting[]): Promise<void> {
    const [first] = batch as [Waiting]
    const started = performance.now()
    try {
      const { inputs, rows } = mergeInputs(batch)
      const merged = performance.now()
      const { outputs, computeMs } = await instance.run(inputs, first.outputs)
      const ran = performance.now()
      const pieces = splitOutputs(outputs, batch, rows)
      if (!pieces) {
        mergeable = false // its outputs do not follow the rows of its inputs after all
        for (const waiting of batch) await runAlone(instance, waiting)
        return
      }
      const ended = performance.now()
      const times = { inputMs: merged - started, computeMs, outputMs: ended - ran }
      count(rows, batch, ended - started, times)
      for (let at = 0; at < batch.length; at++) {
        const waiting = batch[at] as Waiting
        const queued = started - waiting.since
        queueMs += queued
        waiting.resolve({
          outputs: pieces[at] as Tensor[],
          queueMs: queued,
          inputMs: times.inputMs,
          computeMs,
          outputMs: times.outputMs,
          batchSize: rows,
          instance: instance.number,
        })
      }
    } catch (error) {
      if (error instanceof OutpostError && !mayBeOfOne.has(error.code)) {
        onFailure(error)
        for (const waiting of batch) waiting.reject(error)
        return
      }
      for (const waiting of batch) await runAlone(instance, waiting)
    }
  }

  async function runAlone(instance: Instance, waiting: Waiting): Promise<void> {
    const started = performance.now()
    try {
      const { outputs, computeMs } = await instance.run(waiting.inputs, waiting.outputs)
      const batchSize = waiting.size
      const times = { inputMs: 0, computeMs, outputMs: 0 }
      count(batchSize, [waiting], performance.now() - started, times)
      const queued = started - waiting.since
      queueMs += queued
      waiting.resolve({
        outputs,
        queueMs: queued,
        inputMs: 0,
        computeMs,
        outputMs: 0,
        batchSize,
        instance: instance.number,
      })
    } catch (error) {
      onFailure(error)
      waiting.reject(error as Error)
    }
  }

  function count(rows: number, batch: readonly Waiting[], ms: number, times: ExecutionTimes): void {
    totals.executions += 1
    totals.requests += batch.length
    totals.rows += rows
    busyMs += ms
    onRun(rows, batch, ms, times)
  }

  return {
    run: (instance, batch) =>
      batch.length === 1 ? runAlone(instance, batch[0] as Waiting) : runTogether(instance, batch),
    mergeable: () => mergeable,
    totals: () => ({
      ...totals,
      queueNs: Math.round(queueMs * 1e6),
      busyNs: Math.round(busyMs * 1e6),
    }),
  }
}

/** What one request of a batch may have brought about for all of it. */
const mayBeOfOne: ReadonlySet<string> = new Set(['ENGINE_FAILED', 'REMOTE_FAILED'])
