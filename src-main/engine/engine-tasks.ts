/** What the host of the threads asks of one engine thread; plain data, since it crosses by structured clone. */
import type { Tensor } from '../base/tensors.ts'
import type { EngineOptions, ModelSource } from './engine.ts'

export interface EngineThreadData {
  thread: number
  journal: string
  /** Takes the hard links of models that are loaded by path. */
  directory: string
}

export type EngineTask =
  | { type: 'load'; key: string; source: ModelSource; options: EngineOptions }
  | { type: 'run'; key: string; inputs: Tensor[]; outputs: string[] | null }
  | { type: 'unload'; key: string }
  /** The last: releases all that is loaded. */
  | { type: 'close' }
  | { type: 'tune'; key: string; inputs: Tensor[]; budgetMs: number }
  | { type: 'devices' }
