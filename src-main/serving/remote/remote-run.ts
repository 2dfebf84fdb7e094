/** One run at a remote engine: tensors as bytes, or as JSON where it takes no others, and its answer held to the model. */
import { decodeData, encodeTensor } from '../../base/tensor-json.ts'
import type { Tensor } from '../../base/tensors.ts'
import type { TensorSpec } from '../../contract/tensor.ts'
import type { AnsweredOutput, RemoteAnswer, RemoteBody } from '../../engine/remote/remote-client.ts'
import { RemoteFault } from '../../engine/remote/remote-fault.ts'
import { decodeBytes, encodeBytes } from '../protocol/tensor-bytes.ts'

export function bodyOf(inputs: readonly Tensor[], wanted: readonly string[], binary: boolean): RemoteBody {
  if (!binary) {
    const outputs = wanted.map((name) => ({ name }))
    return { head: JSON.stringify({ inputs: inputs.map(encodeTensor), outputs }), blobs: [] }
  }
  const blobs = inputs.map(encodeBytes)
  const head = {
    inputs: inputs.map(({ name, datatype, shape }, at) => ({
      name,
      datatype,
      shape,
      parameters: { binary_data_size: blobs[at]?.byteLength ?? 0 },
    })),
    outputs: wanted.map((name) => ({ name, parameters: { binary_data: true } })),
  }
  return { head: JSON.stringify(head), blobs }
}

/** In the order asked for. A RemoteFault where the answer is not what the model gives. */
export function outputsOf(
  answer: RemoteAnswer,
  wanted: readonly string[],
  specs: readonly TensorSpec[],
): Tensor[] {
  const places = placesOf(answer)
  return wanted.map((name) => {
    const output = answer.outputs.find((one) => one.name === name)
    const spec = specs.find((one) => one.name === name)
    if (!output || !spec) throw garbage(`has no output "${name}"`)
    if (output.datatype !== spec.datatype)
      throw garbage(`has output "${name}" as ${output.datatype}, not ${spec.datatype}`)
    if (!spec.unranked && !fits(spec.shape, output.shape))
      throw garbage(`has output "${name}" with the shape [${output.shape}], not [${spec.shape}]`)
    return { name, datatype: output.datatype, shape: output.shape, data: dataOf(output, places.get(name)) }
  })
}

/** The bytes of the outputs follow the JSON in the order of the outputs. */
function placesOf({ outputs, bytes }: RemoteAnswer): Map<string, Uint8Array> {
  const places = new Map<string, Uint8Array>()
  let at = 0
  for (const { name, parameters } of outputs) {
    const size = parameters?.binary_data_size
    if (size === undefined) continue
    if (at + size > bytes.byteLength) throw garbage(`ends before the bytes of its output "${name}"`)
    places.set(name, bytes.subarray(at, at + size))
    at += size
  }
  if (at === bytes.byteLength) return places
  throw garbage(`has ${bytes.byteLength - at} bytes more than its outputs name`)
}

function dataOf({ name, datatype, shape, data }: AnsweredOutput, bytes: Uint8Array | undefined) {
  try {
    if (bytes) return decodeBytes(name, datatype, shape, bytes)
    if (data) return decodeData(name, datatype, shape, data)
  } catch (error) {
    const said = error instanceof Error ? error.message.replace(/^Input /, 'output ') : String(error)
    throw garbage(`cannot be read: ${said}`)
  }
  throw garbage(`has no data of output "${name}"`)
}

const fits = (wanted: readonly number[], found: readonly number[]): boolean =>
  wanted.length === found.length && wanted.every((size, at) => size === -1 || size === found[at])

const garbage = (what: string): RemoteFault => new RemoteFault('garbage', `Its answer ${what}.`)
