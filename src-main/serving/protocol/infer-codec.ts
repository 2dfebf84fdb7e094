/**
 * Requests and answers of the Open Inference Protocol v2 with tensors in JSON (kserve/open-inference-protocol,
 * specification/protocol/inference_rest.md). Each refusal names the tensor and what was expected.
 */
import { OutpostError } from '../../base/errors.ts'
import { decodeData, encodeTensor } from '../../base/tensor-json.ts'
import type { Tensor } from '../../base/tensors.ts'
import { type Datatype, datatype, type TensorSpec } from '../../contract/tensor.ts'

export interface InferRequest {
  /** Echoed where it was given. */
  id: string | undefined
  inputs: Tensor[]
  /** Null asks for all. */
  outputs: string[] | null
}

type Fields = Record<string, unknown>

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const refuse = (message: string, details?: Record<string, unknown>): OutpostError =>
  new OutpostError('INPUT_INVALID', message, { details })

/** From the parsed body; what can be told without knowing the model. */
export function readInferRequest(body: unknown): InferRequest {
  if (!isObject(body)) throw refuse('The body must be a JSON object with "inputs".')
  const { id, parameters, inputs, outputs } = body
  if (id !== undefined && typeof id !== 'string') throw refuse('"id" must be a string.')
  checkParameters('The request', parameters)
  if (!Array.isArray(inputs)) throw refuse('"inputs" must be an array of tensors.')
  if (outputs !== undefined && !Array.isArray(outputs))
    throw refuse('"outputs" must be an array of {"name": …}.')
  return { id, inputs: inputs.map(readTensor), outputs: outputs ? outputs.map(readOutput) : null }
}

/** R: parameters are strings, numbers or booleans. */
function checkParameters(subject: string, parameters: unknown): void {
  if (parameters === undefined) return
  if (!isObject(parameters)) throw refuse(`${subject}: "parameters" must be an object.`)
  for (const [name, value] of Object.entries(parameters)) {
    if (!['string', 'number', 'boolean', 'bigint'].includes(typeof value)) {
      throw refuse(`${subject}: the parameter "${name}" must be a string, a number or a boolean.`)
    }
    if (name === 'binary_data_size' || name === 'binary_data' || name === 'binary_data_output') {
      throw refuse(`${subject}: the extension binary_tensor_data is not offered here; send "data" as JSON.`)
    }
  }
}

function readTensor(value: unknown, at: number): Tensor {
  if (!isObject(value) || typeof value.name !== 'string')
    throw refuse(`inputs[${at}] must be a tensor with a "name".`)
  const { name, shape, parameters, data } = value
  checkParameters(`Input "${name}"`, parameters)
  const type = datatype.safeParse(value.datatype)
  if (!type.success) {
    throw refuse(
      `Input "${name}": ${JSON.stringify(value.datatype)} is not a datatype; use one of ${datatype.options.join(', ')}.`,
    )
  }
  if (!isShape(shape)) {
    throw refuse(`Input "${name}": "shape" must be an array of at most 32 whole numbers from 0 on.`)
  }
  if (!Array.isArray(data)) throw refuse(`Input "${name}": "data" must be an array.`)
  return { name, datatype: type.data, shape, data: decodeData(name, type.data, shape, data) }
}

const isShape = (shape: unknown): shape is number[] =>
  Array.isArray(shape) && shape.length <= 32 && shape.every((size) => Number.isSafeInteger(size) && size >= 0)

function readOutput(value: unknown, at: number): string {
  if (!isObject(value) || typeof value.name !== 'string')
    throw refuse(`outputs[${at}] must be an object with a "name".`)
  checkParameters(`Output "${value.name}"`, value.parameters)
  return value.name
}

/** Inputs in the model's order; throws INPUT_INVALID for what the model does not take. */
export function fitToModel(
  request: InferRequest,
  inputs: readonly TensorSpec[],
  outputs: readonly TensorSpec[],
): Tensor[] {
  const given = new Map<string, Tensor>()
  for (const input of request.inputs) {
    if (given.has(input.name)) throw refuse(`Input "${input.name}" is given twice.`, { input: input.name })
    given.set(input.name, input)
  }
  const known = new Set(inputs.map((spec) => spec.name))
  for (const name of given.keys()) {
    if (!known.has(name)) {
      throw refuse(`The model has no input "${name}"; it takes ${[...known].map(quoted).join(', ')}.`, {
        input: name,
      })
    }
  }
  const offered = new Set(outputs.map((spec) => spec.name))
  for (const [at, name] of (request.outputs ?? []).entries()) {
    if (!offered.has(name))
      throw refuse(`The model has no output "${name}"; it gives ${[...offered].map(quoted).join(', ')}.`)
    if (request.outputs?.indexOf(name) !== at) throw refuse(`Output "${name}" is asked for twice.`)
  }
  return inputs.map((spec) => {
    const tensor = given.get(spec.name)
    if (!tensor) throw refuse(`Input "${spec.name}" is missing: ${expected(spec)}.`, { input: spec.name })
    checkFit(tensor, spec)
    return tensor
  })
}

const quoted = (name: string): string => `"${name}"`
const expected = ({ datatype: type, shape }: { datatype: Datatype; shape: readonly number[] }): string =>
  `expected ${type} of shape [${shape}]`

/** INPUT_INVALID where datatype, rank or a fixed dimension differ. */
function checkFit(tensor: Tensor, spec: TensorSpec): void {
  const fits =
    tensor.datatype === spec.datatype &&
    tensor.shape.length === spec.shape.length &&
    spec.shape.every((size, at) => size === -1 || size === tensor.shape[at])
  if (fits) return
  throw refuse(
    `Input "${spec.name}": ${expected(spec)}, got ${tensor.datatype} of shape [${tensor.shape}].`,
    {
      input: spec.name,
    },
  )
}

export interface InferAnswer {
  modelName: string
  modelVersion: string
  id: string | undefined
  outputs: Tensor[]
}

export const inferAnswerText = ({ modelName, modelVersion, id, outputs }: InferAnswer): string =>
  JSON.stringify({
    model_name: modelName,
    model_version: modelVersion,
    ...(id === undefined ? {} : { id }),
    outputs: outputs.map(encodeTensor),
  })
