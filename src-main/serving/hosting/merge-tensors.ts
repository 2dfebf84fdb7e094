/** Puts the rows of several requests into the tensors of one run, and gives each its rows of the outputs. */
import { concatenate, split, type Tensor } from '../../base/tensors.ts'

interface Part {
  inputs: Tensor[]
  rows: number
}

export function mergeInputs(batch: readonly Part[]): { inputs: Tensor[]; rows: number } {
  const [first] = batch as [Part]
  const inputs = first.inputs.map((_, at) => concatenate(batch.map((part) => part.inputs[at] as Tensor)))
  return { inputs, rows: batch.reduce((sum, part) => sum + part.rows, 0) }
}

/** One entry a request; null where an output does not have the rows that went in. */
export function splitOutputs(
  outputs: readonly Tensor[],
  batch: readonly Part[],
  rows: number,
): Tensor[][] | null {
  if (outputs.some((output) => output.shape[0] !== rows)) return null
  const counts = batch.map((part) => part.rows)
  const pieces = outputs.map((output) => split(output, counts))
  return batch.map((_, at) => pieces.map((piece) => piece[at] as Tensor))
}
