/** An inference by the Open Inference Protocol v2 over HTTP. */
import type { IncomingMessage } from 'node:http'
import type { Exchange } from '../infer/story.ts'
import { fitToModel } from '../protocol/infer-codec.ts'
import { type Answer, jsonText } from './http-answer.ts'
import { answerHeaders, bodyOf, refuseCall } from './http-exchange.ts'

export const inferExchange = (request: IncomingMessage): Exchange<Answer> => ({
  perform: async (asking) => {
    const { call, processing } = asking
    const { endpoint, version, ready } = call.target
    const asked = await processing.decode(await bodyOf(request, asking))
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
  refuse: refuseCall(false),
})
