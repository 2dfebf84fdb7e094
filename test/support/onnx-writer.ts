/**
 * Writes small ONNX models for tests: a protocol buffer writer of a few lines and the messages of onnx.proto that
 * tests need. Every field is optional, so that broken models can be written as easily as right ones.
 */

const varint = (value: number | bigint): Buffer => {
  const bytes: number[] = []
  let rest = BigInt.asUintN(64, BigInt(value))
  do {
    const low = Number(rest & 0x7fn)
    rest >>= 7n
    bytes.push(rest === 0n ? low : low | 0x80)
  } while (rest !== 0n)
  return Buffer.from(bytes)
}

/** A field of wire type 2; also what a nested message is. */
export const bytesField = (number: number, bytes: Uint8Array | string): Buffer => {
  const content = typeof bytes === 'string' ? Buffer.from(bytes) : bytes
  return Buffer.concat([varint(number * 8 + 2), varint(content.byteLength), content])
}
export const intField = (number: number, value: number | bigint): Buffer =>
  Buffer.concat([varint(number * 8), varint(value)])

const each = <Item>(items: readonly Item[] | undefined, write: (item: Item) => Buffer): Buffer =>
  Buffer.concat((items ?? []).map(write))
const maybe = <Value>(value: Value | undefined, write: (value: Value) => Buffer): Buffer =>
  value === undefined ? Buffer.alloc(0) : write(value)

/** The numbers of TensorProto.DataType that tests use. */
export const elementType = {
  float: 1,
  int64: 7,
  string: 8,
  bool: 9,
  float16: 10,
  double: 11,
  bfloat16: 16,
} as const

export interface TensorInput {
  name: string
  dims: number[]
  type?: number
  raw?: Uint8Array
  external?: Record<string, string>
}

export const tensor = ({ name, dims, type = elementType.float, raw, external }: TensorInput): Buffer =>
  Buffer.concat([
    each(dims, (size) => intField(1, size)),
    intField(2, type),
    bytesField(8, name),
    maybe(raw, (bytes) => bytesField(9, bytes)),
    ...(external
      ? [
          each(Object.entries(external), ([key, value]) =>
            bytesField(13, Buffer.concat([bytesField(1, key), bytesField(2, value)])),
          ),
          intField(14, 1),
        ]
      : []),
  ])

export const floats = (...values: number[]): Buffer => Buffer.from(new Float32Array(values).buffer)

export interface ValueInput {
  name: string
  /** A name makes the dimension vary. */
  shape?: ReadonlyArray<number | string>
  type?: number
}

const dimension = (size: number | string): Buffer =>
  typeof size === 'number' ? intField(1, size) : bytesField(2, size)

export const tensorType = (type: number, shape?: ReadonlyArray<number | string>): Buffer =>
  bytesField(
    1,
    Buffer.concat([
      intField(1, type),
      maybe(shape, (sizes) =>
        bytesField(
          2,
          each(sizes, (size) => bytesField(1, dimension(size))),
        ),
      ),
    ]),
  )

export const valueInfo = (
  { name, shape, type = elementType.float }: ValueInput,
  wrap = (inner: Buffer) => inner,
): Buffer => Buffer.concat([bytesField(1, name), bytesField(2, wrap(tensorType(type, shape)))])

export interface AttributeInput {
  name: string
  graph?: GraphInput
  tensor?: TensorInput
  int?: number
  /** Further fields of the message, as they are. */
  more?: Buffer
}

export const attribute = ({ name, graph: inner, tensor: value, int, more }: AttributeInput): Buffer =>
  Buffer.concat([
    bytesField(1, name),
    maybe(more, (fields) => fields),
    maybe(int, (number) => Buffer.concat([intField(3, number), intField(20, 2)])),
    maybe(value, (input) => Buffer.concat([bytesField(5, tensor(input)), intField(20, 4)])),
    maybe(inner, (input) => Buffer.concat([bytesField(6, graph(input)), intField(20, 5)])),
  ])

export interface NodeInput {
  operator: string
  domain?: string
  inputs?: string[]
  outputs?: string[]
  attributes?: AttributeInput[]
}

const node = ({ operator, domain, inputs, outputs, attributes }: NodeInput): Buffer =>
  Buffer.concat([
    each(inputs, (name) => bytesField(1, name)),
    each(outputs, (name) => bytesField(2, name)),
    bytesField(4, operator),
    each(attributes, (input) => bytesField(5, attribute(input))),
    maybe(domain, (name) => bytesField(7, name)),
  ])

export interface GraphInput {
  nodes: NodeInput[]
  initializers?: TensorInput[]
  inputs?: Array<ValueInput | Buffer>
  outputs?: Array<ValueInput | Buffer>
  /** Further fields of the message, as they are. */
  more?: Buffer
}

const value = (input: ValueInput | Buffer): Buffer => (Buffer.isBuffer(input) ? input : valueInfo(input))

export const graph = ({ nodes, initializers, inputs, outputs, more }: GraphInput): Buffer =>
  Buffer.concat([
    maybe(more, (fields) => fields),
    each(nodes, (input) => bytesField(1, node(input))),
    bytesField(2, 'graph'),
    each(initializers, (input) => bytesField(5, tensor(input))),
    each(inputs, (input) => bytesField(11, value(input))),
    each(outputs, (input) => bytesField(12, value(input))),
  ])

export interface ModelInput extends GraphInput {
  irVersion?: number
  opset?: number
  opsets?: Record<string, number>
  functions?: Array<{ domain: string; name: string; nodes: NodeInput[]; more?: Buffer }>
}

export const onnxModel = ({
  irVersion = 8,
  opset = 17,
  opsets = {},
  functions,
  ...rest
}: ModelInput): Buffer =>
  Buffer.concat([
    intField(1, irVersion),
    bytesField(2, 'test'),
    bytesField(7, graph(rest)),
    each(Object.entries({ '': opset, ...opsets }), ([domain, version]) =>
      bytesField(8, Buffer.concat([bytesField(1, domain), intField(2, version)])),
    ),
    each(functions, ({ domain, name, nodes, more }) =>
      bytesField(
        25,
        Buffer.concat([
          maybe(more, (fields) => fields),
          bytesField(1, name),
          each(nodes, (input) => bytesField(7, node(input))),
          bytesField(10, domain),
          bytesField(9, Buffer.concat([bytesField(1, ''), intField(2, opset)])),
        ]),
      ),
    ),
  ])

/** y = x + w over rows of `width` numbers, any number of rows. */
export const addModel = (width = 4, more: Partial<ModelInput> = {}): Buffer =>
  onnxModel({
    nodes: [{ operator: 'Add', inputs: ['x', 'w'], outputs: ['y'] }],
    initializers: [
      { name: 'w', dims: [width], raw: floats(...Array.from({ length: width }, (_, at) => at)) },
    ],
    inputs: [{ name: 'x', shape: ['batch', width] }],
    outputs: [{ name: 'y', shape: ['batch', width] }],
    ...more,
  })
