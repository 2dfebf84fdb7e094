/** An inference by the Open Inference Protocol v2 over HTTP. */
import type { IncomingMessage } from 'node:http'
import type { ProcessingPort } from '../hosting/processing-port.ts'
import type { Exchange } from '../infer/story.ts'
import { fitToModel } from '../protocol/infer-codec.ts'
import { type Answer, jsonText } from './http-answer.ts'
import { answerHeaders, bodyReader, refuseCall } from './http-exchange.ts'

export function inferExchange(request: IncomingMessage, processing: ProcessingPort): Exchange<Answer> {
  const body = bodyReader(request)
  return {
    perform: async (asking) => {
      const { call, trace } = asking
      const bytes = await body()
      trace.bytesIn = bytes.byteLength
      const { endpoint, version, ready } = call.target
      const asked = await processing.decode(bytes)
      const inputs = fitToModel(asked, ready.loaded.inputs, ready.loaded.outputs)
      asking.takeQuota(inputs[0]?.shape[0] ?? 1)
      const { outputs } = await asking.run(inputs, asked.outputs)
      const text = await processing.encode({
        modelName: endpoint,
        modelVersion: version.version,
        id: asked.id,
        outputs,
      })
      return jsonText(text, answerHeaders(call))
    },
    replay: async ({ ready }) => {
      const asked = await processing.decode(await body())
      const inputs = fitToModel(asked, ready.loaded.inputs, ready.loaded.outputs)
      return (await ready.batcher.submit(inputs, asked.outputs)).outputs
    },
    refuse: refuseCall(false),
  }
}
