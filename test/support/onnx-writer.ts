/**
 * Writes small ONNX models for tests, byte by byte (onnx.proto, Apache-2.0, field numbers in the calls), so that a
 * test can state the very graph it is about and no binary fixture has to be trusted.
 */
const bytesOf = (parts: readonly Uint8Array[]): Uint8Array => Buffer.concat(parts)

function varint(value: bigint): Uint8Array {
  const out: number[] = []
  let rest = BigInt.asUintN(64, value)
  while (rest > 0x7fn) {
    out.push(Number(rest & 0x7fn) | 0x80)
    rest >>= 7n
  }
  out.push(Number(rest))
  return Uint8Array.from(out)
}

const key = (field: number, wire: number): Uint8Array => varint(BigInt((field << 3) | wire))
export const integer = (field: number, value: number | bigint): Uint8Array =>
  bytesOf([key(field, 0), varint(BigInt(value))])
export const bytes = (field: number, value: Uint8Array | string): Uint8Array => {
  const content = typeof value === 'string' ? Buffer.from(value) : value
  return bytesOf([key(field, 2), varint(BigInt(content.byteLength)), content])
}
export const message = (field: number, ...parts: Uint8Array[]): Uint8Array => bytes(field, bytesOf(parts))

/** TensorProto.DataType. */
export const elementType = {
  FP32: 1,
  UINT8: 2,
  INT8: 3,
  UINT16: 4,
  INT16: 5,
  INT32: 6,
  INT64: 7,
  BYTES: 8,
  BOOL: 9,
  FP16: 10,
  FP64: 11,
  UINT32: 12,
  UINT64: 13,
} as const

export interface Value {
  name: string
  type: keyof typeof elementType
  /** A string is the name of a variable dimension. */
  shape: Array<number | string>
}

const valueInfo = (field: number, { name, type, shape }: Value): Uint8Array =>
  message(
    field,
    bytes(1, name),
    message(
      2,
      message(
        1,
        integer(1, elementType[type]),
        message(
          2,
          ...shape.map((size) => message(1, typeof size === 'number' ? integer(1, size) : bytes(2, size))),
        ),
      ),
    ),
  )

export interface Node {
  operator: string
  inputs: string[]
  outputs: string[]
  /** Integer attributes by name. */
  integers?: Record<string, number>
}

const node = ({ operator, inputs, outputs, integers = {} }: Node): Uint8Array =>
  message(
    1,
    ...inputs.map((name) => bytes(1, name)),
    ...outputs.map((name) => bytes(2, name)),
    bytes(4, operator),
    ...Object.entries(integers).map(([name, value]) =>
      message(5, bytes(1, name), integer(3, value), integer(20, 2)),
    ),
  )

export interface Weights {
  name: string
  shape: number[]
  data: Float32Array | BigInt64Array
  /** Kept in this file beside the model. */
  location?: string
}

const initializer = ({ name, shape, data, location }: Weights): Uint8Array => {
  const raw = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  const content = location
    ? [message(13, bytes(1, 'location'), bytes(2, location)), integer(14, 1)]
    : [bytes(9, raw)]
  return message(
    5,
    ...shape.map((size) => integer(1, size)),
    integer(2, data instanceof Float32Array ? 1 : 7),
    bytes(8, name),
    ...content,
  )
}

export interface Graph {
  nodes: Node[]
  inputs: Value[]
  outputs: Value[]
  weights?: Weights[]
  opset?: number
}

export function onnxModel({ nodes, inputs, outputs, weights = [], opset = 13 }: Graph): Uint8Array {
  const graph = message(
    7,
    ...nodes.map(node),
    bytes(2, 'g'),
    ...weights.map(initializer),
    ...inputs.map((value) => valueInfo(11, value)),
    ...outputs.map((value) => valueInfo(12, value)),
  )
  return bytesOf([integer(1, 8), bytes(2, 'test'), graph, message(8, bytes(1, ''), integer(2, opset))])
}

/** y = x, of any type and shape. */
export const identityModel = (type: Value['type'], shape: Value['shape']): Uint8Array =>
  onnxModel({
    nodes: [{ operator: 'Identity', inputs: ['x'], outputs: ['y'] }],
    inputs: [{ name: 'x', type, shape }],
    outputs: [{ name: 'y', type, shape }],
  })

/** scores = x · w: `classes` scores of a row of `features` numbers, with weights that tell the classes apart. */
export function linearModel(features: number, classes: number): Uint8Array {
  const data = Float32Array.from({ length: features * classes }, (_, at) => ((at * 7) % 11) / 11 - 0.4)
  return onnxModel({
    nodes: [{ operator: 'MatMul', inputs: ['x', 'w'], outputs: ['scores'] }],
    inputs: [{ name: 'x', type: 'FP32', shape: ['batch', features] }],
    outputs: [{ name: 'scores', type: 'FP32', shape: ['batch', classes] }],
    weights: [{ name: 'w', shape: [features, classes], data }],
  })
}

/** A graph that never ends: a Loop whose condition stays true. What a hang looks like to the engine. */
export function endlessModel(): Uint8Array {
  const body = [
    node({ operator: 'Identity', inputs: ['go'], outputs: ['go_on'] }),
    node({ operator: 'Identity', inputs: ['state'], outputs: ['state_on'] }),
    bytes(2, 'body'),
    valueInfo(11, { name: 'i', type: 'INT64', shape: [] }),
    valueInfo(11, { name: 'go', type: 'BOOL', shape: [] }),
    valueInfo(11, { name: 'state', type: 'FP32', shape: [1] }),
    valueInfo(12, { name: 'go_on', type: 'BOOL', shape: [] }),
    valueInfo(12, { name: 'state_on', type: 'FP32', shape: [1] }),
  ]
  const loop = message(
    1,
    bytes(1, ''),
    bytes(1, 'always'),
    bytes(1, 'x'),
    bytes(2, 'y'),
    bytes(4, 'Loop'),
    message(5, bytes(1, 'body'), message(6, ...body), integer(20, 5)),
  )
  const graph = message(
    7,
    node({ operator: 'Not', inputs: ['never'], outputs: ['always'] }),
    loop,
    bytes(2, 'g'),
    valueInfo(11, { name: 'x', type: 'FP32', shape: [1] }),
    valueInfo(11, { name: 'never', type: 'BOOL', shape: [] }),
    valueInfo(12, { name: 'y', type: 'FP32', shape: [1] }),
  )
  return bytesOf([integer(1, 8), bytes(2, 'test'), graph, message(8, bytes(1, ''), integer(2, 13))])
}
