/** Embeddings by POST /v1/embeddings, for clients of OpenAI's API: texts or ids of tokens in, a vector an item out. */
import { OutpostError } from '../../base/errors.ts'
import { elementCount } from '../../base/tensors.ts'
import type { EmbeddingOutput } from '../../contract/package.ts'
import type { ReadyModel } from '../hosting/hosted-model.ts'
import type { ProcessingPort } from '../hosting/processing-port.ts'
import type { Exchange } from '../infer/exchange.ts'
import type { EmbeddingsHead } from '../protocol/embeddings-request.ts'
import { type Answer, jsonText } from './http-answer.ts'
import { answerHeaders, bodyDigest, refuseCall } from './http-exchange.ts'

const refused = (param: string, message: string): OutpostError =>
  new OutpostError('INPUT_INVALID', message, { details: { param } })

export function embeddingsExchange(
  { model, format, dimensions }: EmbeddingsHead,
  bytes: Buffer,
  processing: ProcessingPort,
): Exchange<Answer> {
  function schemaOf({ plan }: ReadyModel) {
    const schema = plan.outputs.find(({ kind }) => kind === 'embedding')
    if (schema?.kind === 'embedding') return schema
    throw refused('model', `The package of "${model}" declares no embedding among its outputs.`)
  }

  /** Null: all that the model gives. A vector that was not trained for it means nothing when it is cut. */
  function cutOf({ plan }: ReadyModel, { tensor, pooling, truncatable }: EmbeddingOutput): number | null {
    const shape = plan.outputSpecs.find(({ name }) => name === tensor)?.shape ?? []
    const size = pooling === 'none' ? elementCount(shape.slice(1)) : (shape.at(-1) ?? -1)
    if (dimensions === null || dimensions === size) return null
    if (!truncatable)
      throw refused('dimensions', `The vectors of "${model}" cannot be cut: leave "dimensions" out.`)
    if (size > 0 && dimensions > size)
      throw refused(
        'dimensions',
        `The vectors of "${model}" have ${size} numbers, which is less than ${dimensions}.`,
      )
    return dimensions
  }

  return {
    perform: async (asking) => {
      const { version, ready } = asking.call.target
      asking.received(bytes.byteLength, () => bodyDigest(bytes))
      const schema = schemaOf(ready)
      const cut = cutOf(ready, schema)
      const prepared = await processing.prepareEmbeddings(ready.plan, bytes)
      asking.takeQuota(prepared.items)
      // Each run by itself: the means of all tokens of a thousand texts at once would hold everybody else up.
      const ofRuns = await Promise.all(
        prepared.runs.map(async ({ inputs, ...run }) => {
          const { outputs } = await asking.run(inputs, [schema.tensor])
          return processing.finishEmbeddings(ready.plan, schema, { ...run, outputs }, cut)
        }),
      )
      const vectors = ofRuns.flat()
      if (vectors.length !== prepared.items)
        throw new OutpostError(
          'ENGINE_FAILED',
          `The model gave ${vectors.length} vectors for ${prepared.items} items.`,
        )
      const text = await processing.encodeEmbeddings({
        model: `${version.model}@${version.version}`,
        format,
        vectors,
        tokens: prepared.tokens,
        attribution: asking.trace.attribution,
      })
      return jsonText(text, answerHeaders(asking))
    },
    replay: async ({ ready }) => {
      const { tensor } = schemaOf(ready)
      const { runs } = await processing.prepareEmbeddings(ready.plan, bytes)
      const answers = await Promise.all(
        runs.map(({ inputs }) => ready.batcher.submit({ inputs, outputs: [tensor], internal: true })),
      )
      return answers.flatMap(({ outputs }) => outputs)
    },
    refuse: refuseCall('openai'),
  }
}
