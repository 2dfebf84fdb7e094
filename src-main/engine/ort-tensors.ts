/**
 * Tensors between the product's form and ONNX Runtime's. FP16 is handed over as its bits, since onnxruntime-node
 * 1.30 refuses the Float16Array of newer JavaScript engines (microsoft/onnxruntime, pull request 32323).
 */
import { type InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node'
import type { Tensor, TensorData } from '../base/tensors.ts'
import type { Datatype, TensorSpec } from '../contract/tensor.ts'

const toOrt = {
  BOOL: 'bool',
  UINT8: 'uint8',
  INT8: 'int8',
  UINT16: 'uint16',
  INT16: 'int16',
  UINT32: 'uint32',
  INT32: 'int32',
  UINT64: 'uint64',
  INT64: 'int64',
  FP16: 'float16',
  FP32: 'float32',
  FP64: 'float64',
  BYTES: 'string',
} as const satisfies Record<Exclude<Datatype, 'BF16'>, OrtTensor.Type>

const fromOrt = new Map<string, Datatype>(
  Object.entries(toOrt).map(([datatype, type]) => [type, datatype as Datatype]),
)

/** How FP16 input reaches the runtime: as it should, or with the bits put in place of the array it refuses. */
export type HalfInput = 'direct' | 'bits'

export function ortTensor({ datatype, shape, data }: Tensor, half: HalfInput): OrtTensor {
  if (datatype === 'BF16') throw new Error('BF16 is not supported by onnxruntime-node')
  if (datatype !== 'FP16') {
    // The constructor checks data against the type; the overloads cannot be chosen from a union.
    return new OrtTensor(toOrt[datatype] as 'float32', data as Float32Array, shape)
  }
  const bits = data as Uint16Array
  const array = new Float16Array(bits.buffer as ArrayBuffer, bits.byteOffset, bits.length)
  const tensor = new OrtTensor('float16', array as unknown as Uint16Array, shape)
  if (half === 'bits') Object.assign(tensor, { cpuData: bits })
  return tensor
}

export function fromOrtTensor(name: string, tensor: OrtTensor): Tensor {
  const datatype = fromOrt.get(tensor.type)
  if (!datatype) throw new Error(`output "${name}" has the type ${tensor.type}, which cannot be served`)
  return { name, datatype, shape: [...tensor.dims], data: plainData(tensor.data as TensorData) }
}

function plainData(data: TensorData): TensorData {
  if (Array.isArray(data) || Object.prototype.toString.call(data) !== '[object Float16Array]') return data
  return new Uint16Array(data.buffer as ArrayBuffer, data.byteOffset, data.length)
}

/** Null where the value is no tensor (a sequence or a map). Symbolic and unknown dimensions become -1. */
export function specOf(meta: InferenceSession.ValueMetadata): TensorSpec | null {
  const datatype = meta.isTensor ? fromOrt.get(meta.type) : undefined
  if (!meta.isTensor || !datatype) return null
  return {
    name: meta.name,
    datatype,
    shape: meta.shape.map((size) => (typeof size === 'number' && size >= 0 ? size : -1)),
    dimensions: meta.shape.map((size) => (typeof size === 'string' && size !== '' ? size : null)),
  }
}

/** `y = Identity(x)` over FLOAT16[1], written out as an ONNX file (opset 13): what the self-test runs. */
const identityHalf = Uint8Array.from([
  0x08, 0x08, 0x3a, 0x37, 0x0a, 0x10, 0x0a, 0x01, 0x78, 0x12, 0x01, 0x79, 0x22, 0x08, 0x49, 0x64, 0x65, 0x6e,
  0x74, 0x69, 0x74, 0x79, 0x12, 0x01, 0x67, 0x5a, 0x0f, 0x0a, 0x01, 0x78, 0x12, 0x0a, 0x0a, 0x08, 0x08, 0x0a,
  0x12, 0x04, 0x0a, 0x02, 0x08, 0x01, 0x62, 0x0f, 0x0a, 0x01, 0x79, 0x12, 0x0a, 0x0a, 0x08, 0x08, 0x0a, 0x12,
  0x04, 0x0a, 0x02, 0x08, 0x01, 0x42, 0x04, 0x0a, 0x00, 0x10, 0x0d,
])

/**
 * Which of the two ways works with this runtime: the direct one wherever it does, so that the other is out of use
 * on the day the runtime is repaired. Throws where neither does.
 */
export async function halfInputOf(
  create: (model: Uint8Array) => Promise<InferenceSession>,
): Promise<HalfInput> {
  const session = await create(identityHalf)
  try {
    for (const half of ['direct', 'bits'] as const) {
      const x: Tensor = { name: 'x', datatype: 'FP16', shape: [1], data: Uint16Array.of(0x3e00) }
      const y = await session.run({ x: ortTensor(x, half) }).catch(() => null)
      if (y?.y && (fromOrtTensor('y', y.y).data as Uint16Array)[0] === 0x3e00) return half
    }
  } finally {
    await session.release()
  }
  throw new Error('FP16 inputs do not reach this version of ONNX Runtime in any known way')
}
