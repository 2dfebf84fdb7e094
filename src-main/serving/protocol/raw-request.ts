/** A request whose body is the bare bytes of the model's one input; its shape follows from how many there are. */
import { OutpostError } from '../../base/errors.ts'
import { elementCount } from '../../base/tensors.ts'
import type { TensorSpec } from '../../contract/tensor.ts'
import type { InferRequest } from './infer-request.ts'
import { byteLength, decodeBytes } from './tensor-bytes.ts'

const refuse = (message: string, hint: string): OutpostError =>
  new OutpostError('INPUT_INVALID', message, { hint })

/** INPUT_INVALID where the model has several inputs or its one input more than one variable dimension. */
export function readRawRequest(bytes: Uint8Array, inputs: readonly TensorSpec[]): InferRequest {
  const [input, another] = inputs
  if (!input || another) {
    throw refuse(`A raw request is for models with one input; this one has ${inputs.length}.`, 'Send JSON.')
  }
  const shape = shapeOf(input, bytes.byteLength)
  const data = decodeBytes(input.name, input.datatype, shape, bytes)
  return {
    id: undefined,
    inputs: [{ name: input.name, datatype: input.datatype, shape, data }],
    outputs: null,
    binaryOutputs: true,
    schedule: { priority: 0, timeoutUs: 0 },
  }
}

/** BYTES is one element; else the one variable dimension, if there is one, takes what the others leave. */
function shapeOf({ name, datatype, shape }: TensorSpec, bytes: number): number[] {
  const variable = shape.filter((size) => size === -1).length
  if (datatype === 'BYTES') return shape.length === 0 ? [] : shape.map((size) => (size === -1 ? 1 : size))
  if (variable > 1) {
    throw refuse(
      `Input "${name}" has ${variable} variable dimensions; a raw request can have one.`,
      'Send JSON.',
    )
  }
  const fixed = shape.map((size) => (size === -1 ? 1 : size))
  const each = byteLength(datatype, fixed) ?? 0
  const count = each === 0 ? 0 : bytes / each
  if (variable === 0 || Number.isInteger(count)) return shape.map((size) => (size === -1 ? count : size))
  const elements = elementCount(fixed)
  throw refuse(
    `Input "${name}": ${bytes} bytes are no whole number of rows of ${elements} ${datatype}.`,
    'Send as many bytes as whole rows have.',
  )
}
