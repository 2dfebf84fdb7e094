/** Answers of the Open Inference Protocol v2: a JSON object, and behind it the tensors that were asked for as bytes. */
import { encodeTensor } from '../../base/tensor-json.ts'
import type { Tensor } from '../../base/tensors.ts'
import type { Datatype } from '../../contract/tensor.ts'
import type { InferRequest } from './infer-request.ts'
import { encodeBytes } from './tensor-bytes.ts'

export interface InferAnswer {
  modelName: string
  modelVersion: string
  id: string | undefined
  /** What the license asks to be shown with the answer. */
  attribution: string | null
  /** Those that follow the JSON as bytes have their size in the place of their data. */
  outputs: Array<Tensor | BinaryOutput>
}

interface BinaryOutput {
  name: string
  datatype: Datatype
  shape: number[]
  binarySize: number
}

const quote = (text: string): string => JSON.stringify(text)

/** Put together by hand around what JSON.stringify writes: with all outputs as bytes that is half its cost. */
export function inferAnswerText({ modelName, modelVersion, id, attribution, outputs }: InferAnswer): string {
  const own = id === undefined ? '' : `,"id":${quote(id)}`
  const parameters = attribution === null ? '' : `,"parameters":{"attribution":${quote(attribution)}}`
  const tensors = outputs.map((output) =>
    'data' in output ? JSON.stringify(encodeTensor(output)) : binaryHead(output),
  )
  return `{"model_name":${quote(modelName)},"model_version":${quote(modelVersion)}${own}${parameters},"outputs":[${tensors.join(',')}]}`
}

const binaryHead = ({ name, datatype: type, shape, binarySize }: BinaryOutput): string =>
  `{"name":${quote(name)},"datatype":"${type}","shape":[${shape.join(',')}],"parameters":{"binary_data_size":${binarySize}}}`

/** Which outputs follow as bytes: the one's own wish wins over the request's. */
export function splitOutputs(
  request: InferRequest,
  outputs: readonly Tensor[],
): { outputs: InferAnswer['outputs']; blobs: Uint8Array[] } {
  const blobs: Uint8Array[] = []
  const shown = outputs.map((output, at) => {
    if (!(request.outputs?.[at]?.binary ?? request.binaryOutputs)) return output
    const bytes = encodeBytes(output)
    blobs.push(bytes)
    const { name, datatype: type, shape } = output
    return { name, datatype: type, shape, binarySize: bytes.byteLength }
  })
  return { outputs: shown, blobs }
}
