/**
 * Whether two tensors agree within what one datatype can mean: the same graph on one row or on many may add up in
 * another order, which moves the last bits of a float and nothing else.
 */
import type { Tensor } from '../../base/tensors.ts'
import type { Datatype } from '../../contract/tensor.ts'

interface Tolerance {
  relative: number
  absolute: number
}

/** About a hundred units in the last place of results near one. Integers, booleans and text have to be equal. */
const tolerances: Partial<Record<Datatype, Tolerance>> = {
  FP16: { relative: 1e-2, absolute: 1e-2 },
  FP32: { relative: 1e-4, absolute: 1e-5 },
  FP64: { relative: 1e-9, absolute: 1e-10 },
}

/** Null where they agree, else where they first differ, in words. */
export function difference(actual: Tensor, expected: Tensor): string | null {
  if (actual.datatype !== expected.datatype) return `is ${actual.datatype} instead of ${expected.datatype}`
  if (actual.shape.join() !== expected.shape.join())
    return `has the shape [${actual.shape}] instead of [${expected.shape}]`
  const tolerance = tolerances[actual.datatype]
  for (let at = 0; at < expected.data.length; at++) {
    const [a, b] = [elementOf(actual, at), elementOf(expected, at)]
    if (Object.is(a, b) || a === b) continue
    if (tolerance && typeof a === 'number' && typeof b === 'number' && isNear(a, b, tolerance)) continue
    return `has ${a} instead of ${b} at element ${at}`
  }
  return null
}

const isNear = (a: number, b: number, { relative, absolute }: Tolerance): boolean =>
  Math.abs(a - b) <= absolute + relative * Math.abs(b)

function elementOf({ datatype, data }: Tensor, at: number): number | bigint | string | undefined {
  const element = data[at]
  return datatype === 'FP16' && typeof element === 'number' ? halfValue(element) : element
}

/** IEEE 754 binary16 bits as a number. */
function halfValue(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 0x1f
  const fraction = bits & 0x3ff
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}
