/** A ModelInferRequest as what the model is asked, and its outputs as a ModelInferResponse. */
import { OutpostError } from '../../base/errors.ts'
import type { Tensor } from '../../base/tensors.ts'
import {
  type Fields,
  type InferRequest,
  readParameters,
  readTensorHead,
  scheduleOf,
} from '../protocol/infer-request.ts'
import { decodeBytes, encodeBytes } from '../protocol/tensor-bytes.ts'
import type { InferAnswerMessage, InferInput, InferRequestMessage, Parameters } from './messages.ts'
import { decodeContents, encodeContents, hasContents } from './tensor-contents.ts'

const refuse = (message: string): OutpostError => new OutpostError('INPUT_INVALID', message)

/** What can be told without knowing the model; INPUT_INVALID. */
export function readInferMessage(message: InferRequestMessage): InferRequest {
  const { inputs, outputs, raw_input_contents: raw } = message
  const asked = readParameters('The request', valuesOf(message.parameters))
  if (raw.length > 0) refuseMixed(inputs, raw.length)
  return {
    id: message.id === '' ? undefined : message.id,
    inputs: inputs.map((input, at) => readInput(input, raw.length > 0 ? raw[at] : undefined)),
    outputs: outputs.length === 0 ? null : outputs.map(readOutput),
    binaryOutputs: asked.binary_data_output === true || raw.length > 0,
    schedule: scheduleOf(asked),
  }
}

/** If one is raw all are: nothing else says which bytes belong to which input. */
function refuseMixed(inputs: readonly InferInput[], blobs: number): void {
  const typed = inputs.find(({ contents }) => hasContents(contents))
  if (typed)
    throw refuse(`Input "${typed.name}" has contents, and raw_input_contents is filled; send one of them.`)
  if (inputs.length !== blobs)
    throw refuse(`There are ${inputs.length} inputs and ${blobs} raw_input_contents; each has one.`)
}

function readInput(input: InferInput, raw: Uint8Array | undefined): Tensor {
  const { name, contents } = input
  const { type, shape } = readTensorHead(name, {
    datatype: input.datatype,
    shape: input.shape.map(Number),
    parameters: valuesOf(input.parameters),
  })
  const data = raw ? decodeBytes(name, type, shape, raw) : decodeContents(name, type, shape, contents)
  return { name, datatype: type, shape, data }
}

function readOutput({ name, parameters }: InferRequestMessage['outputs'][number]) {
  const { binary_data: binary } = readParameters(`Output "${name}"`, valuesOf(parameters))
  return { name, binary: binary as boolean | undefined }
}

function valuesOf(parameters: Parameters): Fields {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, { parameter_choice: choice, ...set }]) => {
      const value = choice === undefined ? undefined : set[choice]
      const isWhole = choice === 'int64_param' || choice === 'uint64_param'
      return [name, isWhole ? Number(value) : value]
    }),
  )
}

/** Raw where the request was, where bytes are asked for, and where an output has no typed form. */
export function inferAnswerMessage(
  asked: InferRequest,
  { endpoint, version, attribution }: { endpoint: string; version: string; attribution: string | null },
  outputs: readonly Tensor[],
): InferAnswerMessage {
  const wantsRaw = asked.binaryOutputs || asked.outputs?.some(({ binary }) => binary === true)
  const contents = wantsRaw ? [null] : outputs.map(encodeContents)
  const raw = contents.includes(null)
  return {
    model_name: endpoint,
    model_version: version,
    id: asked.id ?? '',
    ...(attribution !== null && { parameters: { attribution: { string_param: attribution } } }),
    outputs: outputs.map(({ name, datatype, shape }, at) => {
      const typed = raw ? null : contents[at]
      return { name, datatype, shape, ...(typed && { contents: typed }) }
    }),
    raw_output_contents: raw ? outputs.map(encodeBytes) : [],
  }
}
