/** The same question by the Open Inference Protocol v2 over HTTP: tensors as JSON, and as the bytes behind it. */
import { decodeData, encodeTensor } from '../../src-main/base/tensor-json.ts'
import type { Tensor } from '../../src-main/base/tensors.ts'
import type { Datatype } from '../../src-main/contract/tensor.ts'
import { decodeBytes, encodeBytes } from '../../src-main/serving/protocol/tensor-bytes.ts'

export interface InferDoor {
  url: string
  key: string
}

interface AnsweredTensor {
  name: string
  datatype: Datatype
  shape: number[]
  data?: unknown[]
  parameters?: { binary_data_size: number }
}

const headHeader = 'inference-header-content-length'

export async function askOpenInference(
  door: InferDoor,
  endpoint: string,
  inputs: readonly Tensor[],
  form: 'JSON' | 'bytes',
): Promise<Tensor[]> {
  const blobs = form === 'bytes' ? inputs.map(encodeBytes) : []
  const head = JSON.stringify({
    inputs: inputs.map((input, at) => {
      if (form === 'JSON') return encodeTensor(input)
      const { name, datatype, shape } = input
      return { name, datatype, shape, parameters: { binary_data_size: blobs[at]?.byteLength } }
    }),
    parameters: { binary_data_output: form === 'bytes' },
  })
  const response = await fetch(`${door.url}/v2/models/${endpoint}/infer`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${door.key}`,
      'content-type': form === 'JSON' ? 'application/json' : 'application/octet-stream',
      ...(form === 'bytes' ? { [headHeader]: String(Buffer.byteLength(head)) } : {}),
    },
    body: Buffer.concat([Buffer.from(head), ...blobs]),
  })
  const bytes = Buffer.from(await response.arrayBuffer())
  if (!response.ok) throw new Error(`/v2 by ${form}: ${response.status} ${bytes}`)
  const headBytes = Number(response.headers.get(headHeader) ?? bytes.byteLength)
  const { outputs } = JSON.parse(bytes.toString('utf8', 0, headBytes)) as { outputs: AnsweredTensor[] }
  let at = headBytes
  return outputs.map(({ name, datatype, shape, data, parameters }) => {
    const size = parameters?.binary_data_size
    if (size === undefined)
      return { name, datatype, shape, data: decodeData(name, datatype, shape, data ?? []) }
    at += size
    return { name, datatype, shape, data: decodeBytes(name, datatype, shape, bytes.subarray(at - size, at)) }
  })
}
