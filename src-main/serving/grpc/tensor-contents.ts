/** Tensors as the typed fields of gRPC's InferTensorContents, one field by datatype; FP16 and BF16 have none. */
import { OutpostError } from '../../base/errors.ts'
import { elementCount, emptyData, type Tensor, type TensorData } from '../../base/tensors.ts'
import type { Datatype } from '../../contract/tensor.ts'
import { decodeString } from '../protocol/tensor-bytes.ts'
import type { Contents } from './messages.ts'

const fieldOf: Record<Datatype, keyof Contents | null> = {
  BOOL: 'bool_contents',
  INT8: 'int_contents',
  INT16: 'int_contents',
  INT32: 'int_contents',
  INT64: 'int64_contents',
  UINT8: 'uint_contents',
  UINT16: 'uint_contents',
  UINT32: 'uint_contents',
  UINT64: 'uint64_contents',
  FP16: null,
  BF16: null,
  FP32: 'fp32_contents',
  FP64: 'fp64_contents',
  BYTES: 'bytes_contents',
}

export const hasContents = (contents: Contents | null): contents is Contents =>
  contents !== null && Object.values(contents).some((values) => values.length > 0)

const invalid = (name: string, message: string): OutpostError =>
  new OutpostError('INPUT_INVALID', `Input "${name}": ${message}`, { details: { input: name } })

/** INPUT_INVALID for the field of another datatype, another count than the shape's, and what does not fit its type. */
export function decodeContents(
  name: string,
  type: Datatype,
  shape: readonly number[],
  contents: Contents | null,
): TensorData {
  const field = fieldOf[type]
  if (field === null)
    throw invalid(name, `${type} has no typed contents; send its bytes in raw_input_contents.`)
  const other = Object.entries(contents ?? {}).find(([key, values]) => key !== field && values.length > 0)
  if (other) throw invalid(name, `${type} travels in ${field}, and ${other[0]} is filled.`)
  const values = contents?.[field] ?? []
  const count = elementCount(shape)
  if (values.length !== count)
    throw invalid(name, `shape [${shape}] has ${count} elements, found ${values.length}.`)
  if (type === 'BYTES') return (values as Uint8Array[]).map((element, at) => decodeString(name, at, element))
  const data = emptyData(type, count)
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) {
    for (const [at, value] of values.entries()) data[at] = BigInt(value as string)
    return data
  }
  const numbers = data as Exclude<TensorData, string[] | BigInt64Array | BigUint64Array>
  numbers.set(values as number[])
  refuseOverflow(name, type, numbers, values)
  return data
}

const narrow = new Set<Datatype>(['INT8', 'INT16', 'UINT8', 'UINT16'])

/** The field has 32 bits, the datatype fewer. */
function refuseOverflow(
  name: string,
  type: Datatype,
  kept: ArrayLike<number>,
  given: readonly unknown[],
): void {
  const at = narrow.has(type) ? given.findIndex((value, index) => kept[index] !== value) : -1
  if (at !== -1) throw invalid(name, `element ${at} is ${given[at]}, which ${type} cannot hold.`)
}

/** Null for a datatype that travels raw alone. */
export function encodeContents({ datatype, data }: Tensor): Partial<Contents> | null {
  const field = fieldOf[datatype]
  if (field === null) return null
  if (datatype === 'BYTES')
    return { bytes_contents: (data as string[]).map((element) => Buffer.from(element)) }
  if (datatype === 'BOOL') return { bool_contents: Array.from(data as Uint8Array, (bit) => bit !== 0) }
  if (data instanceof BigInt64Array || data instanceof BigUint64Array)
    return { [field]: Array.from(data, String) }
  return { [field]: Array.from(data as Float32Array) }
}
