/** The same question by the Open Inference Protocol v2 over gRPC: typed contents where all tensors have them, else raw. */
import type { Tensor } from '../../src-main/base/tensors.ts'
import { datatype } from '../../src-main/contract/tensor.ts'
import type { Contents } from '../../src-main/serving/grpc/messages.ts'
import { decodeContents, encodeContents } from '../../src-main/serving/grpc/tensor-contents.ts'
import { decodeBytes, encodeBytes } from '../../src-main/serving/protocol/tensor-bytes.ts'
import type { GrpcClient } from '../support/grpc-client.ts'

export async function askByGrpc(
  client: GrpcClient,
  endpoint: string,
  inputs: readonly Tensor[],
): Promise<Tensor[]> {
  const contents = inputs.map(encodeContents)
  const raw = contents.includes(null)
  const answer = await client.infer({
    model_name: endpoint,
    inputs: inputs.map(({ name, datatype: type, shape }, at) => ({
      name,
      datatype: type,
      shape,
      contents: raw ? null : (contents[at] as Record<string, unknown[]>),
    })),
    raw_input_contents: raw ? inputs.map(encodeBytes) : [],
  })
  return answer.outputs.map(({ name, datatype: text, shape: sizes, contents: typed }, at) => {
    const type = datatype.parse(text)
    const shape = sizes.map(Number)
    const bytes = answer.raw_output_contents[at]
    const data = bytes
      ? decodeBytes(name, type, shape, bytes)
      : decodeContents(name, type, shape, (typed ?? null) as Contents | null)
    return { name, datatype: type, shape, data }
  })
}
