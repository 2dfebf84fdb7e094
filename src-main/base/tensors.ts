/**
 * Tensors as values: the bytes of one tensor with its name, datatype and shape, as they cross threads and reach the
 * engine. FP16 travels as its bits in a Uint16Array, BOOL as bytes 0 and 1, BYTES as an array of strings.
 */
import type { Datatype } from '../contract/tensor.ts'

export type TensorData =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | BigUint64Array
  | BigInt64Array
  | Float32Array
  | Float64Array
  | string[]

export interface Tensor {
  name: string
  datatype: Datatype
  shape: number[]
  data: TensorData
}

/** The array that holds `length` elements, all zero. BF16 is kept as bits, like FP16. */
export function emptyData(datatype: Datatype, length: number): TensorData {
  switch (datatype) {
    case 'BOOL':
    case 'UINT8':
      return new Uint8Array(length)
    case 'INT8':
      return new Int8Array(length)
    case 'UINT16':
    case 'FP16':
    case 'BF16':
      return new Uint16Array(length)
    case 'INT16':
      return new Int16Array(length)
    case 'UINT32':
      return new Uint32Array(length)
    case 'INT32':
      return new Int32Array(length)
    case 'UINT64':
      return new BigUint64Array(length)
    case 'INT64':
      return new BigInt64Array(length)
    case 'FP32':
      return new Float32Array(length)
    case 'FP64':
      return new Float64Array(length)
    case 'BYTES':
      return new Array<string>(length).fill('')
  }
}

export const elementCount = (shape: readonly number[]): number =>
  shape.reduce((product, size) => product * size, 1)

/** The buffers to hand over when tensors are posted to another thread; shared views are left to be copied. */
export function transferable(tensors: readonly Tensor[]): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>()
  for (const { data } of tensors) {
    if (Array.isArray(data)) continue
    if (data.buffer instanceof ArrayBuffer && data.byteLength === data.buffer.byteLength) {
      buffers.add(data.buffer)
    }
  }
  return [...buffers]
}

/** Puts tensors of the same name, datatype and trailing shape behind each other along the first dimension. */
export function concatenate(parts: readonly Tensor[]): Tensor {
  const [first] = parts
  if (!first) throw new Error('nothing to concatenate')
  if (parts.length === 1) return first
  const shape = [parts.reduce((rows, part) => rows + (part.shape[0] ?? 0), 0), ...first.shape.slice(1)]
  if (Array.isArray(first.data)) {
    return { ...first, shape, data: parts.flatMap((part) => part.data as string[]) }
  }
  const data = emptyData(first.datatype, elementCount(shape)) as Uint8Array
  let at = 0
  for (const part of parts) {
    data.set(part.data as Uint8Array, at)
    at += part.data.length
  }
  return { ...first, shape, data }
}

/** Cuts a tensor into pieces of so many rows of its first dimension; the pieces own their memory. */
export function split(tensor: Tensor, rows: readonly number[]): Tensor[] {
  const rowLength = elementCount(tensor.shape.slice(1))
  let at = 0
  return rows.map((count) => {
    const data = tensor.data.slice(at, at + count * rowLength)
    at += count * rowLength
    return { ...tensor, shape: [count, ...tensor.shape.slice(1)], data }
  })
}
