/** An output that the package declares as an embedding: the vectors of the tokens to one a row, cut and normalized. */
import { OutpostError } from '../base/errors.ts'
import { elementCount, split, type Tensor } from '../base/tensors.ts'
import type { EmbeddingOutput } from '../contract/package.ts'
import type { TensorSpec } from '../contract/tensor.ts'
import type { ProcessingPlan } from './plan.ts'

const usualMask = 'attention_mask'

export const embeddingOf = ({ outputs }: Pick<ProcessingPlan, 'outputs'>): EmbeddingOutput | null =>
  outputs.find((schema) => schema.kind === 'embedding') ?? null

/** The input that says which tokens count; null where there is none and all do. */
export function maskOf(schema: EmbeddingOutput, inputs: readonly TensorSpec[]): string | null {
  const name = schema.mask ?? usualMask
  return inputs.some((spec) => spec.name === name) ? name : null
}

/** Copies of the inputs that outputs are finished with, since a run hands its inputs to another thread. */
export function masksOf(plan: ProcessingPlan, inputs: readonly Tensor[]): Tensor[] {
  const names = plan.outputs.flatMap((schema) =>
    schema.kind === 'embedding' && schema.pooling === 'mean' ? (maskOf(schema, plan.inputSpecs) ?? []) : [],
  )
  return inputs
    .filter(({ name }) => names.includes(name))
    .map((mask) => ({ ...mask, data: mask.data.slice() }))
}

/** One vector a row. `dimensions` cuts them before they are normalized. */
export function embeddings(
  schema: EmbeddingOutput,
  output: Tensor,
  mask: Tensor | null,
  dimensions: number | null = null,
): Float32Array[] {
  return rowsOf(schema, output).map((row, at) => {
    const vector = pooled(schema, row, mask && (rowsOf(null, mask)[at] ?? null))
    const cut = dimensions === null ? vector : vector.slice(0, dimensions)
    return schema.normalize ? normalized(cut) : cut
  })
}

/** A tensor of one dimension less than a batch has is a single row. */
function rowsOf(schema: EmbeddingOutput | null, tensor: Tensor): Tensor[] {
  const rank = schema === null || schema.pooling === 'none' ? 2 : 3
  if (tensor.shape.length < rank) return [{ ...tensor, shape: [1, ...tensor.shape] }]
  return split(tensor, new Array<number>(tensor.shape[0] ?? 0).fill(1))
}

/** `row` is [1, values] or [1, tokens, values]. */
function pooled({ pooling, tensor }: EmbeddingOutput, row: Tensor, mask: Tensor | null): Float32Array {
  const values = numbersOf(row)
  if (pooling === 'none') return Float32Array.from(values)
  const width = row.shape.at(-1) ?? 0
  if (pooling === 'cls') return Float32Array.from({ length: width }, (_, at) => values[at] ?? 0)
  const tokens = elementCount(row.shape.slice(0, -1))
  const counts = mask && numbersOf(mask)
  if (counts && counts.length !== tokens)
    throw new OutpostError(
      'ENGINE_FAILED',
      `The output "${tensor}" has ${tokens} tokens and its mask ${counts.length}.`,
    )
  const sums = new Float64Array(width)
  let weights = 0
  for (let token = 0; token < tokens; token++) {
    const weight = counts ? (counts[token] ?? 0) : 1
    weights += weight
    if (weight === 0) continue
    for (let at = 0; at < width; at++)
      sums[at] = (sums[at] as number) + weight * (values[token * width + at] as number)
  }
  return Float32Array.from(sums, (sum) => (weights === 0 ? 0 : sum / weights))
}

/** A vector without a direction stays as it is. */
function normalized(vector: Float32Array): Float32Array {
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0))
  return length === 0 ? vector : vector.map((value) => value / length)
}

function numbersOf({ datatype, data }: Tensor): ArrayLike<number> {
  if (datatype === 'FP16' && data instanceof Uint16Array)
    return new Float16Array(data.buffer as ArrayBuffer, data.byteOffset, data.length)
  return Array.isArray(data) || data instanceof BigInt64Array || data instanceof BigUint64Array
    ? Array.from(data, Number)
    : data
}
