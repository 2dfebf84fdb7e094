/**
 * Tensors to and from JSON, exactly: INT64 and UINT64 beyond 2^53 are strings (whole numbers that the parser kept as
 * bigint are taken too), NaN and the infinities are strings. What does not fit is refused with the tensor's name.
 */
import type { Datatype, JsonTensor } from '../contract/tensor.ts'
import { OutpostError } from './errors.ts'
import { elementCount, shortLivedData, type Tensor, type TensorData } from './tensors.ts'

const integerRange: Partial<Record<Datatype, readonly [number, number]>> = {
  UINT8: [0, 255],
  INT8: [-128, 127],
  UINT16: [0, 65535],
  INT16: [-32768, 32767],
  UINT32: [0, 4294967295],
  INT32: [-2147483648, 2147483647],
}
const bigRange: Partial<Record<Datatype, readonly [bigint, bigint]>> = {
  INT64: [-(2n ** 63n), 2n ** 63n - 1n],
  UINT64: [0n, 2n ** 64n - 1n],
}
/** Largest finite value (IEEE 754); what rounds beyond it is refused, since the sender did not mean infinity. */
const floatMax: Partial<Record<Datatype, number>> = {
  FP16: 65519.99,
  FP32: 3.4028235677973366e38,
  FP64: Number.MAX_VALUE,
}
const spelled: Record<string, number> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
}

const shown = (value: unknown): string => {
  // JSON has no word for a number beyond FP64, which JSON.parse reads as infinite.
  const isNumber = typeof value === 'bigint' || typeof value === 'number'
  const text = isNumber ? String(value) : (JSON.stringify(value) ?? String(value))
  return text.length > 40 ? `${text.slice(0, 40)}…` : text
}

const invalid = (name: string, message: string): OutpostError =>
  new OutpostError('INPUT_INVALID', `Input "${name}": ${message}`, { details: { input: name } })

function refuseElement(name: string, datatype: Datatype, value: unknown, at: number): never {
  throw invalid(name, `element ${at} is ${shown(value)}, which is not a value of ${datatype}.`)
}

type Convert = (value: unknown, at: number) => number | bigint | string

function floatConverter(name: string, datatype: Datatype): Convert {
  const max = floatMax[datatype] ?? Number.MAX_VALUE
  return (value, at) => {
    if (typeof value === 'number' && Math.abs(value) <= max) return value
    if (typeof value === 'bigint' && Math.abs(Number(value)) <= max) return Number(value)
    const special = typeof value === 'string' && Object.hasOwn(spelled, value) ? spelled[value] : undefined
    return special ?? refuseElement(name, datatype, value, at)
  }
}

function bigConverter(name: string, datatype: Datatype): Convert {
  const [min, max] = bigRange[datatype] ?? [0n, 0n]
  return (value, at) => {
    let whole: bigint | undefined
    if (typeof value === 'bigint') whole = value
    else if (typeof value === 'number' && Number.isSafeInteger(value)) whole = BigInt(value)
    else if (typeof value === 'string' && /^-?\d{1,20}$/.test(value)) whole = BigInt(value)
    if (whole === undefined || whole < min || whole > max) refuseElement(name, datatype, value, at)
    return whole
  }
}

function converter(name: string, datatype: Datatype): Convert {
  const range = integerRange[datatype]
  if (range) {
    const [min, max] = range
    return (value, at) =>
      typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max
        ? value
        : refuseElement(name, datatype, value, at)
  }
  switch (datatype) {
    case 'BOOL':
      return (value, at) => {
        if (value === true || value === 1) return 1
        return value === false || value === 0 ? 0 : refuseElement(name, datatype, value, at)
      }
    case 'INT64':
    case 'UINT64':
      return bigConverter(name, datatype)
    case 'BYTES':
      return (value, at) => {
        if (typeof value !== 'string') refuseElement(name, datatype, value, at)
        if (value.includes('\0')) {
          throw invalid(
            name,
            `element ${at} holds a NUL character, at which ONNX Runtime would cut the string.`,
          )
        }
        if (!value.isWellFormed()) {
          throw invalid(name, `element ${at} holds half of a surrogate pair, which is not valid Unicode.`)
        }
        return value
      }
    default:
      return floatConverter(name, datatype)
  }
}

/** Writes nested or flat data in row-major order; every level of nested data must have the length of its dimension. */
function fill(name: string, data: unknown[], shape: readonly number[], put: (value: unknown) => void): void {
  const visit = (level: unknown, depth: number): void => {
    const expected = shape[depth] ?? 0
    if (!Array.isArray(level) || level.length !== expected) {
      const found = Array.isArray(level) ? `${level.length} elements` : shown(level)
      throw invalid(
        name,
        `dimension ${depth} of shape [${shape}] needs ${expected} elements, found ${found}.`,
      )
    }
    if (depth === shape.length - 1) for (const value of level) put(value)
    else for (const next of level) visit(next, depth + 1)
  }
  visit(data, 0)
}

/** The data of one tensor from JSON values; throws INPUT_INVALID that names the input and what was expected. */
export function decodeData(
  name: string,
  datatype: Datatype,
  shape: readonly number[],
  data: readonly unknown[],
): TensorData {
  if (datatype === 'BF16') throw invalid(name, 'BF16 has no form in JSON and no kernel in the runtime here.')
  const count = elementCount(shape)
  const nested = shape.length > 0 && Array.isArray(data[0])
  // Checked before anything is allocated: a shape of a few bytes may name more elements than fit in memory.
  if (!nested && data.length !== count) {
    throw invalid(name, `shape [${shape}] needs ${count} elements, found ${data.length}.`)
  }
  const convert = converter(name, datatype)
  if (!nested) return store(datatype, data, convert)
  const flat: unknown[] = []
  fill(name, data as unknown[], shape, (value) => flat.push(value))
  return store(datatype, flat, convert)
}

function store(datatype: Datatype, data: readonly unknown[], convert: Convert): TensorData {
  if (datatype === 'BYTES') return data.map((value, at) => convert(value, at) as string)
  const target = shortLivedData(datatype, data.length)
  const view = datatype === 'FP16' ? halfView(target as Uint16Array) : (target as Float32Array)
  for (let at = 0; at < data.length; at++) view[at] = convert(data[at], at) as number
  return target
}

const halfView = (bits: Uint16Array): Float16Array =>
  new Float16Array(bits.buffer as ArrayBuffer, bits.byteOffset, bits.length)

const writable = (value: number): number | string => (Number.isFinite(value) ? value : String(value))

/** JSON values of a tensor's elements, flat and row-major. */
export function encodeData({ datatype, data }: Pick<Tensor, 'datatype' | 'data'>): unknown[] {
  if (Array.isArray(data)) return data
  if (datatype === 'BOOL') return Array.from(data as Uint8Array, (value) => value !== 0)
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) {
    return Array.from(data, (value) =>
      value >= -9007199254740991n && value <= 9007199254740991n ? Number(value) : String(value),
    )
  }
  if (datatype === 'FP16') return Array.from(halfView(data as Uint16Array), writable)
  if (data instanceof Float32Array || data instanceof Float64Array) {
    for (const value of data) if (!Number.isFinite(value)) return Array.from(data, writable)
  }
  return Array.from(data)
}

export const encodeTensor = (tensor: Tensor): JsonTensor => ({
  name: tensor.name,
  datatype: tensor.datatype,
  shape: tensor.shape,
  data: encodeData(tensor),
})
