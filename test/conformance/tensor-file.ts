/**
 * Reads the inputs and expected outputs of the conformance models: serialized TensorProto (onnx.proto). A reader of
 * its own, so that the product is not judged by the code that it is made of.
 */
import { readFileSync } from 'node:fs'
import type { Tensor, TensorData } from '../../src-main/base/tensors.ts'
import type { Datatype } from '../../src-main/contract/tensor.ts'

const datatypes: Record<number, Datatype> = {
  1: 'FP32',
  2: 'UINT8',
  3: 'INT8',
  4: 'UINT16',
  5: 'INT16',
  6: 'INT32',
  7: 'INT64',
  8: 'BYTES',
  9: 'BOOL',
  10: 'FP16',
  11: 'FP64',
  12: 'UINT32',
  13: 'UINT64',
}

interface Field {
  number: number
  value: bigint
  bytes: Buffer
}

function* fields(buffer: Buffer): Generator<Field> {
  let at = 0
  const varint = (): bigint => {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = buffer[at++] ?? 0
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
  }
  while (at < buffer.length) {
    const tag = Number(varint())
    const wire = tag & 7
    if (wire === 0) {
      yield { number: tag >> 3, value: varint(), bytes: Buffer.alloc(0) }
      continue
    }
    const length = wire === 2 ? Number(varint()) : wire === 5 ? 4 : 8
    yield { number: tag >> 3, value: 0n, bytes: buffer.subarray(at, at + length) }
    at += length
  }
}

function* integers({ value, bytes }: Field): Generator<bigint> {
  if (bytes.length === 0) {
    yield value
    return
  }
  let number = 0n
  let shift = 0n
  for (const byte of bytes) {
    number |= BigInt(byte & 0x7f) << shift
    shift += 7n
    if (byte >= 0x80) continue
    yield number
    number = 0n
    shift = 0n
  }
}

const aligned = (bytes: Buffer): ArrayBuffer => Uint8Array.from(bytes).buffer

function typed(datatype: Datatype, bytes: ArrayBuffer): TensorData {
  switch (datatype) {
    case 'FP32':
      return new Float32Array(bytes)
    case 'FP64':
      return new Float64Array(bytes)
    case 'INT64':
      return new BigInt64Array(bytes)
    case 'UINT64':
      return new BigUint64Array(bytes)
    case 'INT32':
      return new Int32Array(bytes)
    case 'UINT32':
      return new Uint32Array(bytes)
    case 'INT16':
      return new Int16Array(bytes)
    case 'INT8':
      return new Int8Array(bytes)
    case 'UINT16':
    case 'FP16':
    case 'BF16':
      return new Uint16Array(bytes)
    case 'UINT8':
    case 'BOOL':
      return new Uint8Array(bytes)
    case 'BYTES':
      throw new Error('strings are not kept as raw bytes')
  }
}

export function readTensorFile(path: string): Tensor {
  return readTensor(readFileSync(path))
}

function readTensor(buffer: Buffer): Tensor {
  const shape: number[] = []
  const strings: string[] = []
  const numbers: bigint[] = []
  const floats: Buffer[] = []
  let raw: Buffer | undefined
  let name = ''
  let datatype: Datatype = 'FP32'
  for (const field of fields(buffer)) {
    if (field.number === 1) for (const size of integers(field)) shape.push(Number(size))
    else if (field.number === 2) datatype = datatypes[Number(field.value)] ?? 'BF16'
    else if (field.number === 4 || field.number === 10) floats.push(field.bytes)
    else if (field.number === 5 || field.number === 7 || field.number === 11) numbers.push(...integers(field))
    else if (field.number === 6) strings.push(field.bytes.toString('utf8'))
    else if (field.number === 8) name = field.bytes.toString('utf8')
    else if (field.number === 9) raw = field.bytes
  }
  return { name, datatype, shape, data: elements(datatype, raw, floats, numbers, strings) }
}

function elements(
  datatype: Datatype,
  raw: Buffer | undefined,
  floats: Buffer[],
  numbers: bigint[],
  strings: string[],
): TensorData {
  if (datatype === 'BYTES') return strings
  if (raw) return typed(datatype, aligned(raw))
  if (datatype === 'FP32' || datatype === 'FP64') return typed(datatype, aligned(Buffer.concat(floats)))
  if (datatype === 'INT64') return BigInt64Array.from(numbers.map((value) => BigInt.asIntN(64, value)))
  if (datatype === 'UINT64') return BigUint64Array.from(numbers)
  const target = typed(datatype, new ArrayBuffer(8 * numbers.length)).slice(0, numbers.length) as Int32Array
  for (const [at, value] of numbers.entries()) target[at] = Number(BigInt.asIntN(32, value))
  return target
}

/** The first element that is further off than `tolerance`, absolute and relative, in words; null where none is. */
export function differenceOf(found: Tensor, wanted: Tensor, tolerance: number): string | null {
  if (found.datatype !== wanted.datatype) return `is ${found.datatype}, expected ${wanted.datatype}`
  if (found.shape.join() !== wanted.shape.join())
    return `has shape [${found.shape}], expected [${wanted.shape}]`
  if (found.data.length !== wanted.data.length)
    return `has ${found.data.length} elements, not ${wanted.data.length}`
  for (let at = 0; at < wanted.data.length; at++) {
    const [a, b] = [found.data[at], wanted.data[at]]
    if (a === b || Object.is(a, b)) continue
    const [left, right] = [Number(a), Number(b)]
    if (!(Math.abs(left - right) <= tolerance + tolerance * Math.abs(right))) {
      return `has ${a} at element ${at}, expected ${b}`
    }
  }
  return null
}
