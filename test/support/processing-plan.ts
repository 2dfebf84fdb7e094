/** Plans of processing, and what becomes of an input by them. */
import { inputSchema, outputSchema } from '../../src-main/contract/package.ts'
import type { TensorSpec } from '../../src-main/contract/tensor.ts'
import type { ProcessingPlan } from '../../src-main/processing/plan.ts'
import { prepareInputs } from '../../src-main/processing/prepare-inputs.ts'

export const spec = (
  name: string,
  shape: number[],
  datatype: TensorSpec['datatype'] = 'FP32',
): TensorSpec => ({
  name,
  datatype,
  shape,
})

/** The labels are of the output "y". */
export const plan = (
  inputSpecs: TensorSpec[],
  inputs: unknown[] = [],
  outputs: unknown[] = [],
): ProcessingPlan => ({
  inputs: inputs.map((schema) => inputSchema.parse(schema)),
  outputs: outputs.map((schema) => outputSchema.parse(schema)),
  inputSpecs,
  outputSpecs: [],
  labels: { y: ['cat', 'dog', 'fox'] },
})

export const shapesOf = async (which: ProcessingPlan, value: unknown) => {
  const { runs, items } = await prepareInputs(which, value)
  return { items, runs: runs.map(({ inputs, rows }) => ({ shape: inputs.map(({ shape }) => shape), rows })) }
}

export const dataOf = async (which: ProcessingPlan, value: unknown) =>
  (await prepareInputs(which, value)).runs.map(({ inputs }) => inputs.map(({ data }) => [...data]))
