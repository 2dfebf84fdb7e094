/** An inference by the Open Inference Protocol v2 over gRPC: from the message to the bytes of the answer. */
import type { OutpostError } from '../../base/errors.ts'
import { answerHeaders } from '../door/http-exchange.ts'
import type { ReadyModel } from '../hosting/hosted-model.ts'
import type { Exchange, Reply } from '../infer/exchange.ts'
import { fitToModel } from '../protocol/fit-to-model.ts'
import { inferAnswerMessage, readInferMessage } from './infer-messages.ts'
import type { InferAnswerMessage, InferRequestMessage } from './messages.ts'

export interface GrpcReply extends Reply {
  /** A ModelInferResponse; empty where it was refused. */
  bytes: Buffer
  refused: OutpostError | null
  headers: Record<string, string>
}

export function inferCall(
  message: InferRequestMessage,
  bytesIn: number,
  digest: () => Uint8Array,
  serialize: (answer: InferAnswerMessage) => Buffer,
): Exchange<GrpcReply> {
  const read = ({ loaded }: ReadyModel) => {
    const asked = readInferMessage(message)
    const names = asked.outputs?.map(({ name }) => name) ?? null
    return { asked, names, inputs: fitToModel(asked, loaded.inputs, loaded.outputs) }
  }
  return {
    perform: async (asking) => {
      const { endpoint, version, ready } = asking.call.target
      asking.received(bytesIn, digest)
      const { asked, names, inputs } = read(ready)
      asking.takeQuota(inputs[0]?.shape[0] ?? 1)
      const { outputs } = await asking.run(inputs, names, asked.schedule)
      const bytes = serialize(
        inferAnswerMessage(
          asked,
          { endpoint, version: version.version, attribution: asking.trace.attribution },
          outputs,
        ),
      )
      const headers = answerHeaders(asking)
      return { status: 200, bytes, bytesOut: bytes.byteLength, refused: null, headers }
    },
    replay: async ({ ready }) => {
      const { names, inputs } = read(ready)
      return (await ready.batcher.submit({ inputs, outputs: names, internal: true })).outputs
    },
    refuse: (error, asking) => ({
      status: error.status,
      bytes: Buffer.alloc(0),
      bytesOut: 0,
      refused: error,
      headers: answerHeaders(asking),
    }),
  }
}
