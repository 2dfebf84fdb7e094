/** Items 79 to 84: embeddings, as clients of OpenAI's API ask for them (platform.openai.com, api-reference/embeddings). */
import { deepStrictEqual, ok } from 'node:assert/strict'
import { type Answer, type Ask, answered, type Item, item } from './door.ts'

/** Ids of tokens to [2, 1, -2], the mean of the rows [id, 1, -id]. */
const tokens = 'oip-tokens'
/** A text that is a number to that number times [1, 2, 3, 4]; normalized where it is cut. */
const texts = 'oip-texts'

interface Embeddings {
  object: string
  data: Array<{ object: string; index: number; embedding: number[] | string }>
  model: string
  usage: { prompt_tokens: number; total_tokens: number }
}

const ask = ({ post }: Ask, body: object): Promise<Answer> => post('/v1/embeddings', body)

async function embed(asker: Ask, body: object): Promise<Embeddings> {
  const answer = await ask(asker, body)
  answered(answer)
  return answer.json as unknown as Embeddings
}

const vectors = ({ data }: Embeddings) => data.map(({ embedding }) => embedding)

function refusedAs(answer: Answer, status: number, code: string, param: string | null): void {
  deepStrictEqual(answer.status, status, String(answer.bytes))
  const { error } = answer.json as unknown as { error: Record<string, unknown> }
  deepStrictEqual(Object.keys(error).sort(), ['code', 'message', 'param', 'type'])
  deepStrictEqual([error.type, error.code, error.param], ['invalid_request_error', code, param])
  ok(typeof error.message === 'string' && error.message.length > 0)
}

export const embeddingItems: readonly Item[] = [
  item(
    79,
    'a text is answered by one vector, with its place, its model and its usage',
    [texts],
    async (asker) => {
      const { object, data, model, usage } = await embed(asker, { model: texts, input: '2' })
      deepStrictEqual([object, data], ['list', [{ object: 'embedding', index: 0, embedding: [2, 4, 6, 8] }]])
      ok(model.length > 0)
      ok(usage.prompt_tokens > 0 && usage.total_tokens === usage.prompt_tokens)
    },
  ),
  item(80, 'several texts are answered in their order', [texts], async (asker) => {
    const input = Array.from({ length: 100 }, (_, at) => String(at))
    const { data } = await embed(asker, { model: texts, input })
    deepStrictEqual(
      data.map(({ index, embedding }) => [index, embedding[0]]),
      input.map((_, at) => [at, at]),
    )
  }),
  item(81, 'ids of tokens, alone and several of any length', [tokens], async (asker) => {
    const one = await embed(asker, { model: tokens, input: [1, 2, 3] })
    deepStrictEqual([vectors(one), one.usage], [[[2, 1, -2]], { prompt_tokens: 3, total_tokens: 3 }])
    const several = await embed(asker, { model: tokens, input: [[1, 3], [5], [2, 4]] })
    deepStrictEqual(vectors(several), [
      [2, 1, -2],
      [5, 1, -5],
      [3, 1, -3],
    ])
  }),
  item(82, 'base64 is the bytes of the same numbers, little-endian', [texts], async (asker) => {
    const found = await embed(asker, { model: texts, input: ['2', '3'], encoding_format: 'base64' })
    const numbers = vectors(found).map((text) => {
      const bytes = Buffer.from(text as string, 'base64')
      return Array.from({ length: bytes.byteLength / 4 }, (_, at) => bytes.readFloatLE(at * 4))
    })
    deepStrictEqual(numbers, [
      [2, 4, 6, 8],
      [3, 6, 9, 12],
    ])
  }),
  item(
    83,
    'what cannot be answered is refused in the form of those clients',
    [texts, tokens],
    async (asker) => {
      refusedAs(await ask(asker, { model: 'oip-nobody', input: '1' }), 404, 'model_not_found', null)
      refusedAs(await ask(asker, { input: '1' }), 400, 'input_invalid', 'model')
      for (const input of [undefined, [], '', [1, 2], ['1', [1]]])
        refusedAs(await ask(asker, { model: texts, input }), 400, 'input_invalid', 'input')
      refusedAs(await ask(asker, { model: tokens, input: 'text' }), 400, 'input_invalid', 'input')
      refusedAs(
        await ask(asker, { model: texts, input: '1', encoding_format: 'int8' }),
        400,
        'input_invalid',
        'encoding_format',
      )
      refusedAs(
        await ask(asker, { model: texts, input: '1', dimensions: 2 }),
        400,
        'input_invalid',
        'dimensions',
      )
      answered(await ask(asker, { model: texts, input: '1', dimensions: 4 }))
    },
  ),
  item(
    84,
    'the list of models names what may be asked, and one is told by its name',
    [texts],
    async (asker) => {
      const list = await asker.get('/v1/models')
      answered(list)
      const { object, data } = list.json as unknown as {
        object: string
        data: Array<{ id: string; object: string }>
      }
      ok(object === 'list' && data.some(({ id, object: kind }) => id === texts && kind === 'model'))
      const one = await asker.get(`/v1/models/${texts}`)
      answered(one)
      deepStrictEqual(one.json.id as unknown, texts)
      refusedAs(await asker.get('/v1/models/oip-nobody'), 404, 'model_not_found', null)
    },
  ),
]
