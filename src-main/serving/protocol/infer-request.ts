/**
 * Requests of the Open Inference Protocol v2 (kserve/open-inference-protocol, specification/protocol/
 * inference_rest.md) with tensors in JSON or, by the extension binary_tensor_data, behind it. Each refusal names the
 * tensor and what was expected.
 */
import { OutpostError } from '../../base/errors.ts'
import { decodeData } from '../../base/tensor-json.ts'
import type { Tensor } from '../../base/tensors.ts'
import { type Datatype, datatype } from '../../contract/tensor.ts'
import { decodeBytes } from './tensor-bytes.ts'

export interface InferRequest {
  /** Echoed where it was given. */
  id: string | undefined
  inputs: Tensor[]
  /** Null asks for all; `binary` is undefined where the request as a whole decides. */
  outputs: Array<{ name: string; binary: boolean | undefined }> | null
  binaryOutputs: boolean
  schedule: Schedule
}

/** The extension schedule_policy. */
interface Schedule {
  /** 1 is the highest; 0 leaves it to the model. */
  priority: number
  /** Microseconds that the request may wait for its turn; 0 leaves it to the model. */
  timeoutUs: number
}

export type Fields = Record<string, unknown>

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const refuse = (message: string): OutpostError => new OutpostError('INPUT_INVALID', message)

/** A request as its JSON says it: what can be told without the bytes behind it and without knowing the model. */
export interface InferHead extends Omit<InferRequest, 'inputs'> {
  inputs: InputHead[]
}

interface InputHead extends Omit<Tensor, 'data'> {
  /** In JSON; null where its bytes stand behind it. */
  data: unknown[] | null
  binarySize: unknown
}

/** From the parsed body. */
export function readInferHead(body: unknown): InferHead {
  if (!isObject(body)) throw refuse('The body must be a JSON object with "inputs".')
  const { id, parameters, inputs, outputs } = body
  if (id !== undefined && typeof id !== 'string') throw refuse('"id" must be a string.')
  const asked = readParameters('The request', parameters)
  if (!Array.isArray(inputs)) throw refuse('"inputs" must be an array of tensors.')
  if (outputs !== undefined && !Array.isArray(outputs))
    throw refuse('"outputs" must be an array of {"name": …}.')
  return {
    id,
    inputs: inputs.map(readInputHead),
    outputs: outputs ? outputs.map(readOutput) : null,
    binaryOutputs: asked.binary_data_output === true,
    schedule: scheduleOf(asked),
  }
}

/** The head is only read, so that the same one may be given again. */
export function readInferRequest(head: InferHead, behind: Uint8Array = nothing): InferRequest {
  const blobs = createBlobReader(behind)
  const inputs = head.inputs.map((input) => readInput(input, blobs))
  blobs.finish()
  return { ...head, inputs }
}

const nothing = new Uint8Array(0)

interface BlobReader {
  take(name: string, size: unknown): Uint8Array
  finish(): void
}

/** The bytes of one tensor behind those of the other, in the order of the inputs. */
function createBlobReader(behind: Uint8Array): BlobReader {
  let at = 0
  return {
    take: (name, size) => {
      if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0)
        throw refuse(`Input "${name}": "binary_data_size" must be a whole number from 0 on.`)
      const left = behind.byteLength - at
      if (size > left) {
        throw refuse(
          `Input "${name}": "binary_data_size" is ${size}, and ${left} bytes are left in the body.`,
        )
      }
      at += size
      return behind.subarray(at - size, at)
    },
    finish: () => {
      const left = behind.byteLength - at
      if (left > 0) throw refuse(`${left} bytes of the body belong to no input.`)
    },
  }
}

export function scheduleOf({ priority = 0, timeout = 0, sequence_id: sequence = 0 }: Fields): Schedule {
  if (sequence !== 0 && sequence !== '')
    throw refuse('"sequence_id" is not offered here: each request is answered on its own.')
  const wrong = (value: unknown) => typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0
  if (wrong(priority)) throw refuse('"priority" must be a whole number from 0 on.')
  if (wrong(timeout)) throw refuse('"timeout" must be a whole number of microseconds.')
  return { priority: priority as number, timeoutUs: timeout as number }
}

/** Strings, numbers or booleans; those that nobody knows are let pass, as Triton does. */
export function readParameters(subject: string, parameters: unknown): Fields {
  if (parameters === undefined) return {}
  if (!isObject(parameters)) throw refuse(`${subject}: "parameters" must be an object.`)
  for (const [name, value] of Object.entries(parameters)) {
    if (!['string', 'number', 'boolean', 'bigint'].includes(typeof value)) {
      throw refuse(`${subject}: the parameter "${name}" must be a string, a number or a boolean.`)
    }
    if ((name === 'binary_data' || name === 'binary_data_output') && typeof value !== 'boolean')
      throw refuse(`${subject}: the parameter "${name}" must be true or false.`)
    if (unoffered.has(name))
      throw refuse(`${subject}: the parameter "${name}" asks for what is not offered here.`)
  }
  return parameters
}

/** Of extensions that the server's metadata does not name; passing them over would give another answer than asked. */
const unoffered = new Set([
  'classification',
  'shared_memory_region',
  'shared_memory_offset',
  'shared_memory_byte_size',
])

function readInputHead(value: unknown, at: number): InputHead {
  if (!isObject(value) || typeof value.name !== 'string')
    throw refuse(`inputs[${at}] must be a tensor with a "name".`)
  const { name, data } = value
  const { type, shape, parameters } = readTensorHead(name, value)
  const binarySize = parameters.binary_data_size
  if (binarySize !== undefined) {
    if (data !== undefined)
      throw refuse(`Input "${name}": it has "data" and "binary_data_size"; send one of them.`)
    return { name, datatype: type, shape, data: null, binarySize }
  }
  if (!Array.isArray(data)) throw refuse(`Input "${name}": "data" must be an array.`)
  return { name, datatype: type, shape, data, binarySize }
}

function readInput({ name, datatype: type, shape, data, binarySize }: InputHead, blobs: BlobReader): Tensor {
  const values =
    data === null
      ? decodeBytes(name, type, shape, blobs.take(name, binarySize))
      : decodeData(name, type, shape, data)
  return { name, datatype: type, shape, data: values }
}

/** Of one input, as JSON and gRPC give it; INPUT_INVALID. */
export function readTensorHead(
  name: string,
  given: Fields,
): { type: Datatype; shape: number[]; parameters: Fields } {
  const parameters = readParameters(`Input "${name}"`, given.parameters)
  const type = datatype.safeParse(given.datatype)
  if (!type.success) {
    throw refuse(
      `Input "${name}": ${JSON.stringify(given.datatype)} is not a datatype; use one of ${datatype.options.join(', ')}.`,
    )
  }
  if (!isShape(given.shape)) {
    throw refuse(`Input "${name}": "shape" must be an array of at most 32 whole numbers from 0 on.`)
  }
  return { type: type.data, shape: given.shape, parameters }
}

const isShape = (shape: unknown): shape is number[] =>
  Array.isArray(shape) && shape.length <= 32 && shape.every((size) => Number.isSafeInteger(size) && size >= 0)

function readOutput(value: unknown, at: number): { name: string; binary: boolean | undefined } {
  if (!isObject(value) || typeof value.name !== 'string')
    throw refuse(`outputs[${at}] must be an object with a "name".`)
  const { binary_data: binary } = readParameters(`Output "${value.name}"`, value.parameters)
  return { name: value.name, binary: binary as boolean | undefined }
}
