/** What is known of a model's interface: the schemas that its package declares, over the tensors of its graph. */
import { OutpostError } from '../base/errors.ts'
import type { Tensor } from '../base/tensors.ts'
import type { InputSchema, OutputSchema } from '../contract/package.ts'
import type { TensorSpec } from '../contract/tensor.ts'

export interface ProcessingPlan {
  inputs: InputSchema[]
  outputs: OutputSchema[]
  inputSpecs: TensorSpec[]
  outputSpecs: TensorSpec[]
  /** By output tensor, in the order of the classes. */
  labels: Record<string, string[]>
}

export interface PreparedItems {
  /**
   * One entry a run; `rows` says how many rows of the first dimension each of its items has, `masks` are copies of the
   * inputs that its outputs are finished with.
   */
  runs: Array<{ inputs: Tensor[]; rows: number[]; masks: Tensor[] }>
  items: number
}

export interface FinishedRun {
  outputs: Tensor[]
  rows: number[]
  masks: readonly Tensor[]
}

/** Reads a file that a case of a suite names; requests from outside name none. */
export type ReadPackageFile = (path: string) => Promise<Uint8Array>

export const invalidInput = (name: string, message: string): OutpostError =>
  new OutpostError('INPUT_INVALID', `Input "${name}": ${message}`, {
    // A form shows it at the field, which names the input already.
    details: { input: name, reason: `${message.charAt(0).toUpperCase()}${message.slice(1)}` },
  })

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The shape of one item: its own dimensions behind as many leading ones as the model's tensor has more. */
export function itemShape(core: readonly number[], spec: TensorSpec): number[] {
  const leading = Math.max(0, spec.shape.length - core.length)
  return [...new Array<number>(leading).fill(1), ...core]
}

/** INPUT_INVALID where rank or a fixed dimension behind the first differ; the first is settled when items are joined. */
export function checkTrailing(tensor: Tensor, spec: TensorSpec): void {
  const fits =
    tensor.shape.length === spec.shape.length &&
    spec.shape.every((size, at) => at === 0 || size === -1 || size === tensor.shape[at])
  if (fits) return
  throw invalidInput(
    spec.name,
    `expected ${spec.datatype} of shape [${spec.shape}], got ${tensor.datatype} of shape [${tensor.shape}].`,
  )
}
