/** One request in the queue of a model: what is asked, what it waits for, and what it is answered with. */
import type { Tensor } from '../../base/tensors.ts'
import type { ExecutionTimes } from '../watching/statistics.ts'

export interface BatchedResult extends ExecutionTimes {
  outputs: Tensor[]
  queueMs: number
  /** Rows of the run that this request rode in. */
  batchSize: number
  /** Which copy of the model ran it; null where none did. */
  instance: number | null
}

export interface BatchRequest {
  inputs: Tensor[]
  outputs: string[] | null
  /** A request that is aborted while it waits is dropped. */
  signal?: { readonly aborted: boolean } | undefined
  /** 1 is the highest; 0, and a level that there is not, is the default. */
  priority?: number | undefined
  /** Of the time in the queue alone; 0 is none. May shorten the time that the settings give, not lengthen it. */
  timeoutUs?: number | undefined
  /** The node's own question, of no caller: the statistics of the model leave it out. */
  internal?: true
}

export interface Waiting {
  inputs: Tensor[]
  outputs: string[] | null
  rows: number
  size: number
  gone: boolean
  since: number
  /** performance.now() when it has waited too long; Infinity where it may wait. */
  until: number
  signal: BatchRequest['signal']
  internal: boolean
  resolve: (result: BatchedResult) => void
  reject: (error: Error) => void
}

/** Of two limits of which 0 is none. */
export const shorter = (left: number, right: number): number =>
  left === 0 || right === 0 ? Math.max(left, right) : Math.min(left, right)

/** The rows that all inputs agree on; 0 where there are none, and then the request runs alone. */
export function rowsOf(inputs: readonly Tensor[]): number {
  const rows = inputs[0]?.shape[0] ?? 0
  for (let at = 1; at < inputs.length; at++) if (inputs[at]?.shape[0] !== rows) return 0
  return rows
}

/** Of a run: what callers asked for. */
export const rowsAsked = (batch: readonly Waiting[]): number =>
  batch.reduce((sum, { size, internal }) => (internal ? sum : sum + size), 0)
