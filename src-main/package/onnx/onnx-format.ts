/**
 * The numbers of the ONNX format that inspect needs: element types, their width, and what the protocol calls them.
 * Source: onnx.proto of the ONNX project, message TensorProto and its enum DataType (IR version 13).
 */
import type { Datatype } from '../../contract/tensor.ts'

export interface ElementType {
  /** The name in the ONNX specification, lower case. */
  name: string
  /** Bits of one element as raw data holds it; null for strings, which raw data cannot hold. */
  bits: number | null
  /** The datatype of the Open Inference Protocol, where it has one. */
  datatype: Datatype | null
}

const type = (name: string, bits: number | null, datatype: Datatype | null = null): ElementType => ({
  name,
  bits,
  datatype,
})

/** By the number that stands in the file. Zero is "undefined" and never valid in a model. */
export const elementTypes: ReadonlyMap<number, ElementType> = new Map([
  [1, type('float', 32, 'FP32')],
  [2, type('uint8', 8, 'UINT8')],
  [3, type('int8', 8, 'INT8')],
  [4, type('uint16', 16, 'UINT16')],
  [5, type('int16', 16, 'INT16')],
  [6, type('int32', 32, 'INT32')],
  [7, type('int64', 64, 'INT64')],
  [8, type('string', null, 'BYTES')],
  [9, type('bool', 8, 'BOOL')],
  [10, type('float16', 16, 'FP16')],
  [11, type('double', 64, 'FP64')],
  [12, type('uint32', 32, 'UINT32')],
  [13, type('uint64', 64, 'UINT64')],
  [14, type('complex64', 64)],
  [15, type('complex128', 128)],
  [16, type('bfloat16', 16, 'BF16')],
  [17, type('float8e4m3fn', 8)],
  [18, type('float8e4m3fnuz', 8)],
  [19, type('float8e5m2', 8)],
  [20, type('float8e5m2fnuz', 8)],
  [21, type('uint4', 4)],
  [22, type('int4', 4)],
  [23, type('float4e2m1', 4)],
  [24, type('float8e8m0', 8)],
  [25, type('uint2', 2)],
  [26, type('int2', 2)],
])

export const elementTypeName = (code: number): string => elementTypes.get(code)?.name ?? `type ${code}`

/** Bytes of raw data that hold `count` elements; sub-byte types are packed without padding between elements. */
export function rawBytes(code: number, count: number): number | null {
  const bits = elementTypes.get(code)?.bits
  return bits == null ? null : Math.ceil((count * bits) / 8)
}

/** The first bytes of formats that people take for ONNX, so that the refusal can name them. */
const lookalikes: ReadonlyArray<{ at: number; bytes: string; name: string }> = [
  { at: 0, bytes: 'PK\u0003\u0004', name: 'a ZIP archive, as PyTorch (.pt) and NumPy (.npz) write' },
  { at: 0, bytes: '\u0089HDF', name: 'an HDF5 file, as Keras (.h5) writes' },
  { at: 0, bytes: 'GGUF', name: 'a GGUF file' },
  { at: 4, bytes: 'TFL3', name: 'a TensorFlow Lite model' },
  { at: 4, bytes: 'ORTM', name: "a model in ONNX Runtime's own format (.ort)" },
  { at: 8, bytes: '{"', name: 'a safetensors file' },
  { at: 0, bytes: '\u0080\u0002', name: 'a Python pickle' },
  { at: 0, bytes: '\u0080\u0004', name: 'a Python pickle' },
  { at: 0, bytes: 'version https://git-lfs', name: 'a Git LFS pointer; the model itself was not fetched' },
]

/** What else the file is, where its first bytes say so. */
export function lookalike(head: Uint8Array): string | undefined {
  const text = Buffer.from(head).toString('latin1')
  return lookalikes.find(({ at, bytes }) => text.startsWith(bytes, at))?.name
}

/**
 * Whether the bytes can begin an ONNX model: field 1 of ModelProto, the IR version, which writers put first, and after
 * it another field of ModelProto's first ones (2 to 8). No tar begins so: its first bytes are a name.
 */
export function startsLikeOnnx(head: Uint8Array): boolean {
  const [tag, irVersion = 0, next = 0] = head
  return tag === 0x08 && irVersion > 0 && irVersion < 0x80 && next >= 0x12 && next <= 0x42
}
