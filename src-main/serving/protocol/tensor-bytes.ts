/**
 * Tensors as the binary data extension and gRPC carry them: elements one behind the other, row-major, little-endian,
 * BOOL one byte, BYTES each behind its length in four (triton-inference-server/server, docs/protocol,
 * extension_binary_data.md). All machines that the product runs on are little-endian.
 */
import { TextDecoder } from 'node:util'
import { OutpostError } from '../../base/errors.ts'
import { elementCount, shortLivedData, type Tensor, type TensorData } from '../../base/tensors.ts'
import type { Datatype } from '../../contract/tensor.ts'

const elementBytes: Record<Exclude<Datatype, 'BYTES'>, number> = {
  BOOL: 1,
  UINT8: 1,
  INT8: 1,
  UINT16: 2,
  INT16: 2,
  FP16: 2,
  BF16: 2,
  UINT32: 4,
  INT32: 4,
  FP32: 4,
  UINT64: 8,
  INT64: 8,
  FP64: 8,
}

const invalid = (name: string, message: string): OutpostError =>
  new OutpostError('INPUT_INVALID', `Input "${name}": ${message}`, { details: { input: name } })

/** The bytes that a tensor of this shape has; null for BYTES, which have as many as they say. */
export const byteLength = (datatype: Datatype, shape: readonly number[]): number | null =>
  datatype === 'BYTES' ? null : elementCount(shape) * elementBytes[datatype]

/** A copy, in memory where each element lies as its datatype wants it; INPUT_INVALID where the bytes do not fit. */
export function decodeBytes(
  name: string,
  datatype: Datatype,
  shape: readonly number[],
  bytes: Uint8Array,
): TensorData {
  const wanted = byteLength(datatype, shape)
  if (wanted === null) return decodeStrings(name, elementCount(shape), bytes)
  if (datatype === 'BF16') throw invalid(name, 'BF16 has no kernel in the runtime here.')
  if (bytes.byteLength !== wanted) {
    throw invalid(name, `shape [${shape}] of ${datatype} has ${wanted} bytes, found ${bytes.byteLength}.`)
  }
  const data = shortLivedData(datatype, elementCount(shape)) as Exclude<TensorData, string[]>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength).set(bytes)
  if (datatype === 'BOOL') refuseOtherThanBits(name, data as Uint8Array)
  return data
}

/** ONNX Runtime computes on with a byte of 2: NOT 2 would be 3. */
function refuseOtherThanBits(name: string, data: Uint8Array): void {
  const at = data.findIndex((value) => value > 1)
  if (at !== -1)
    throw invalid(name, `element ${at} of BOOL is the byte ${data[at]}; only 0 and 1 are values.`)
}

function decodeStrings(name: string, count: number, bytes: Uint8Array): string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const strings: string[] = []
  let at = 0
  while (at < bytes.byteLength) {
    const from = at + 4
    const end = from <= bytes.byteLength ? from + view.getUint32(at, true) : Number.POSITIVE_INFINITY
    if (end > bytes.byteLength)
      throw invalid(name, `element ${strings.length} ends behind the bytes of the tensor.`)
    const element = bytes.subarray(from, end)
    if (strings.length === count)
      throw invalid(name, `there are more elements than the ${count} of its shape.`)
    strings.push(decodeString(name, strings.length, element))
    at = end
  }
  if (strings.length !== count)
    throw invalid(name, `its shape has ${count} elements, found ${strings.length}.`)
  return strings
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** One element of BYTES; INPUT_INVALID for what a string of ONNX Runtime cannot hold. */
export function decodeString(name: string, at: number, element: Uint8Array): string {
  if (element.includes(0))
    throw invalid(name, `element ${at} holds a NUL byte, at which ONNX Runtime would cut the string.`)
  try {
    return strict.decode(element)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw invalid(
      name,
      `element ${at} is not valid UTF-8, which is all that ONNX Runtime's strings can carry here.`,
    )
  }
}

/** A view of the tensor's memory where that will do. */
export function encodeBytes({ data }: Pick<Tensor, 'data'>): Uint8Array {
  if (!Array.isArray(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  const total = data.reduce((sum, text) => sum + 4 + Buffer.byteLength(text), 0)
  const bytes = Buffer.allocUnsafe(total)
  let at = 0
  for (const text of data) {
    const length = bytes.write(text, at + 4)
    bytes.writeUInt32LE(length, at)
    at += 4 + length
  }
  return bytes
}
