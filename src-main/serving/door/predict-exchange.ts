/** A prediction by /v1: values in, values out, with the preparation that the package declares. */
import type { Prediction } from '../../contract/api/serving.ts'
import type { ProcessingPort } from '../hosting/processing-port.ts'
import { deprecationNotice } from '../infer/deprecation.ts'
import type { Exchange } from '../infer/exchange.ts'
import { type Answer, json } from './http-answer.ts'
import { answerHeaders, bodyDigest, refuseCall } from './http-exchange.ts'

const round = (ms: number): number => Math.round(ms * 1000) / 1000

/** `body` may be asked for again: by a stand-in, and by a shadow. */
export function predictExchange(body: () => Promise<Buffer>, processing: ProcessingPort): Exchange<Answer> {
  return {
    perform: async (asking) => {
      const { call, trace } = asking
      const bytes = await body()
      asking.received(bytes.byteLength, () => bodyDigest(bytes))
      const { endpoint, version, ready, rule } = call.target
      const prepareFrom = performance.now()
      const prepared = await processing.prepare(ready.plan, bytes)
      const prepareMs = performance.now() - prepareFrom
      asking.takeQuota(prepared.items)
      const results = await Promise.all(
        prepared.runs.map(async ({ inputs, ...run }) => ({
          ...run,
          outputs: (await asking.run(inputs, null)).outputs,
        })),
      )
      const finishFrom = performance.now()
      const outputs = processing.finish(ready.plan, results)
      const now = performance.now()
      const prediction: Prediction = {
        id: call.id,
        model: version.model,
        version: version.version,
        digest: version.digest,
        endpoint,
        rule,
        outputs,
        timing: {
          queueMs: round(trace.queueMs),
          prepareMs: round(prepareMs),
          computeMs: round(trace.computeMs),
          finishMs: round(now - finishFrom),
          totalMs: round(now - call.started),
        },
        batchSize: trace.batchSize,
        executionProvider: ready.loaded.executionProvider.used,
        attribution: trace.attribution ?? undefined,
        deprecation: deprecationNotice(call.target, Date.now()),
      }
      return json(prediction, answerHeaders(asking))
    },
    replay: async ({ ready }) => {
      const { runs } = await processing.prepare(ready.plan, await body())
      const answers = await Promise.all(
        runs.map(({ inputs }) => ready.batcher.submit({ inputs, outputs: null, internal: true })),
      )
      return answers.flatMap(({ outputs }) => outputs)
    },
    refuse: refuseCall('v1'),
  }
}
