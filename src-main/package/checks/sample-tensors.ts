/**
 * Inputs for a model that came without cases: numbers from a fixed generator, so that every machine tries the same,
 * in shapes whose variable dimensions are tried from small to usual, since a graph does not say what it bears.
 */
import { OutpostError } from '../../base/errors.ts'
import { grouped } from '../../base/quantities.ts'
import { elementCount, emptyData, type Tensor, type TensorData } from '../../base/tensors.ts'
import { limits } from '../../contract/limits.ts'
import type { Datatype, TensorSpec } from '../../contract/tensor.ts'

/** Sizes that a variable dimension is tried with: one item, a patch, a short sequence, a usual picture. */
export const trialSizes = [1, 8, 32, 224] as const

/** One item; `size` stands for every variable dimension but the first, which is `rows`. */
export function sampleTensors(
  specs: readonly TensorSpec[],
  size: number,
  rows: number,
  seed: number,
): Tensor[] {
  const next = generator(seed)
  return specs.map(({ name, datatype, shape }) => {
    const sizes = shape.map((given, at) => (given !== -1 ? given : at === 0 ? rows : size))
    const count = elementCount(sizes)
    if (count > limits.sampleElementsMax) {
      throw new OutpostError(
        'INPUT_INVALID',
        `The input "${name}" of ${grouped(count)} elements is too large to be made up.`,
      )
    }
    return { name, datatype, shape: sizes, data: sampleData(datatype, count, next) }
  })
}

/** A linear congruential generator (Numerical Recipes, section 7.1): enough to make rows differ. */
function generator(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

/** Floats lie in -1 to 1; integers are 0 or 1, because they are mostly places in a table. */
function sampleData(datatype: Datatype, length: number, next: () => number): TensorData {
  const data = emptyData(datatype, length)
  for (let at = 0; at < length; at++) {
    const value = next()
    if (Array.isArray(data)) data[at] = value < 0.5 ? 'a sample' : 'another sample'
    else if (data instanceof BigInt64Array || data instanceof BigUint64Array) data[at] = value < 0.5 ? 0n : 1n
    else if (data instanceof Float32Array || data instanceof Float64Array) data[at] = value * 2 - 1
    else if (datatype === 'FP16') data[at] = halfBits(value)
    else data[at] = value < 0.5 ? 0 : 1
  }
  return data
}

/** The bits of 1 + value, which lies in the binade of exponent 15 (IEEE 754 binary16): ten bits of fraction. */
const halfBits = (value: number): number => 0x3c00 | Math.floor(value * 1024)
