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

type NumberData = Exclude<TensorData, string[]>

interface NumberArray {
  new (length: number): NumberData
  new (buffer: ArrayBuffer, byteOffset: number, length: number): NumberData
  readonly BYTES_PER_ELEMENT: number
}

/** BF16 is kept as bits, like FP16. */
const arrays: Record<Exclude<Datatype, 'BYTES'>, NumberArray> = {
  BOOL: Uint8Array,
  UINT8: Uint8Array,
  INT8: Int8Array,
  UINT16: Uint16Array,
  FP16: Uint16Array,
  BF16: Uint16Array,
  INT16: Int16Array,
  UINT32: Uint32Array,
  INT32: Int32Array,
  UINT64: BigUint64Array,
  INT64: BigInt64Array,
  FP32: Float32Array,
  FP64: Float64Array,
}

/** The array that holds `length` elements, all zero, in memory of its own. */
export const emptyData = (datatype: Datatype, length: number): TensorData =>
  datatype === 'BYTES' ? new Array<string>(length).fill('') : new arrays[datatype](length)

const sharedBytes = 64 * 1024
const smallBytesMax = 2048
let shared = new ArrayBuffer(0)
let sharedUsed = 0

/**
 * The same for an input that is read once and soon gone: small ones lie side by side in one piece of memory. A piece of
 * its own for each costs the engine of JavaScript 1.2 µs, most of it when it is collected; a part of one costs 0.1 µs.
 */
export function shortLivedData(datatype: Datatype, length: number): TensorData {
  if (datatype === 'BYTES') return emptyData(datatype, length)
  const NumbersOf = arrays[datatype]
  const bytes = length * NumbersOf.BYTES_PER_ELEMENT
  if (bytes > smallBytesMax) return new NumbersOf(length)
  if (sharedUsed + bytes > shared.byteLength) {
    shared = new ArrayBuffer(sharedBytes)
    sharedUsed = 0
  }
  const data = new NumbersOf(shared, sharedUsed, length)
  sharedUsed += Math.ceil(bytes / 8) * 8 // where an element of any datatype may begin
  return data
}

export const elementCount = (shape: readonly number[]): number =>
  shape.reduce((product, size) => product * size, 1)

const isWholeBuffer = (data: NumberData): boolean => data.byteLength === data.buffer.byteLength

/** For what is posted to another thread: all memory behind a tensor goes with it, so one that shares it gets its own. */
export const ownMemory = (tensor: Tensor): Tensor =>
  Array.isArray(tensor.data) || isWholeBuffer(tensor.data) ? tensor : { ...tensor, data: tensor.data.slice() }

/** The buffers to hand over when tensors are posted to another thread; shared ones are left to be copied. */
export function transferable(tensors: readonly Tensor[]): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>()
  for (const { data } of tensors) {
    if (Array.isArray(data)) continue
    if (data.buffer instanceof ArrayBuffer && isWholeBuffer(data)) buffers.add(data.buffer)
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

/** Cuts a tensor into pieces of so many rows of its first dimension; the pieces share its memory. */
export function split(tensor: Tensor, rows: readonly number[]): Tensor[] {
  const rowLength = elementCount(tensor.shape.slice(1))
  let at = 0
  return rows.map((count) => {
    const end = at + count * rowLength
    const { data: whole } = tensor
    const data = Array.isArray(whole) ? whole.slice(at, end) : whole.subarray(at, end)
    at = end
    return { ...tensor, shape: [count, ...tensor.shape.slice(1)], data }
  })
}
