/** POST /v1/embeddings and GET /v1/models as clients of OpenAI's API ask them, and the same vectors by predict. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readUsageDatabase } from '../../src-main/store/open.ts'
import {
  identityModel,
  linearGraph,
  linearModel,
  spelledNumberModel,
  tokenModel,
} from '../support/served-models.ts'
import type { ServingProcess } from '../support/serving-child.ts'
import { createServingNode, type ServingNode } from '../support/serving-node.ts'

let node: ServingNode
let serving: ServingProcess
let key: string

beforeAll(async () => {
  node = await createServingNode()
  const deploy = (
    endpoint: string,
    model: string,
    onnx: Buffer,
    outputs: unknown[],
    inputs: unknown[] = [],
  ) => node.serve(endpoint, onnx, { model, descriptor: { inputs, outputs } as never })
  const text = [{ kind: 'text', tensor: 'text', charsMax: 20 }]
  await deploy('words', 'acme.words', spelledNumberModel(), [{ kind: 'embedding', tensor: 'vector' }], text)
  await deploy(
    'unit',
    'acme.unit',
    spelledNumberModel(),
    [{ kind: 'embedding', tensor: 'vector', normalize: true, truncatable: true }],
    text,
  )
  await deploy('acme.tokens', 'acme.tokens', tokenModel(), [
    { kind: 'embedding', tensor: 'last_hidden_state', pooling: 'mean' },
  ])
  await node.serve('acme.linear', linearModel(4, 3), { graph: linearGraph(4, 3) })
  await deploy('rows', 'acme.rows', identityModel('FP32', ['n', 2]), [{ kind: 'embedding', tensor: 'y' }])
  key = node.createKey().secret
  serving = await node.start()
}, 60_000)
afterAll(() => node.remove())

interface Embeddings {
  object: string
  data: Array<{ object: string; index: number; embedding: number[] | string }>
  model: string
  usage: { prompt_tokens: number; total_tokens: number }
}
const ask = async (body: unknown, headers: Record<string, string> = {}) => {
  const answer = await serving.call('/v1/embeddings', body, key, headers)
  return { ...answer, body: answer.body as Embeddings }
}
const refused = async (body: unknown, secret = key) => {
  const { status, body: told } = await serving.call('/v1/embeddings', body, secret)
  const { error } = told as { error: { message: string; type: string; code: string; param: string | null } }
  return { status, ...error }
}
const get = async (path: string) => {
  const answer = await fetch(`${serving.url}${path}`, { headers: { authorization: `Bearer ${key}` } })
  return { status: answer.status, body: await answer.json() }
}

describe('what is asked', () => {
  test('a text, by the name of the endpoint', async () => {
    const { status, headers, body } = await ask({ model: 'words', input: '2' })
    expect(status).toBe(200)
    expect(headers.get('outpost-receipt')).toContain('model="acme.words"')
    expect(body).toEqual({
      object: 'list',
      data: [{ object: 'embedding', index: 0, embedding: [2, 4, 6, 8] }],
      model: 'acme.words@1.0.0',
      usage: { prompt_tokens: 1, total_tokens: 1 },
    })
  })
  test.each(['acme.words', 'acme.words@1.0.0', 'acme.words@1.x', 'words@latest'])(
    '%s means it too',
    async (model) => {
      expect((await ask({ model, input: '1' })).body.data[0]?.embedding).toEqual([1, 2, 3, 4])
    },
  )
  test('several texts, in their order, in runs of a bounded size', async () => {
    const input = Array.from({ length: 200 }, (_, at) => String(at))
    const { body } = await ask({ model: 'words', input })
    expect(body.data.map(({ index, embedding }) => [index, embedding[0]])).toEqual(
      input.map((_, at) => [at, at]),
    )
  })
  test('ids of tokens alone or several of any length: masks are filled in, and the mean is of the ids', async () => {
    const one = await ask({ model: 'acme.tokens', input: [1, 2, 3] })
    expect(one.body).toMatchObject({
      data: [{ embedding: [2, 1, -2] }],
      usage: { prompt_tokens: 3, total_tokens: 3 },
    })
    const several = await ask({ model: 'acme.tokens', input: [[1, 3], [5], [2, 4]] })
    expect(several.body.data.map(({ embedding }) => embedding)).toEqual([
      [2, 1, -2],
      [5, 1, -5],
      [3, 1, -3],
    ])
  })
  test('as base64: the bytes of the same numbers', async () => {
    const { body } = await ask({ model: 'words', input: ['2', '3'], encoding_format: 'base64' })
    const numbers = body.data.map(({ embedding }) => {
      const bytes = Buffer.from(embedding as string, 'base64')
      return Array.from({ length: bytes.byteLength / 4 }, (_, at) => bytes.readFloatLE(at * 4))
    })
    expect(numbers).toEqual([
      [2, 4, 6, 8],
      [3, 6, 9, 12],
    ])
  })
  test('normalized to a length of 1, also when it is cut', async () => {
    const whole = (await ask({ model: 'unit', input: '7' })).body.data[0]?.embedding as number[]
    expect(Math.hypot(...whole)).toBeCloseTo(1, 6)
    const cut = (await ask({ model: 'unit', input: '7', dimensions: 2 })).body.data[0]?.embedding as number[]
    expect(cut.map((value) => value.toFixed(5))).toEqual([
      (1 / Math.sqrt(5)).toFixed(5),
      (2 / Math.sqrt(5)).toFixed(5),
    ])
  })
  test('the length that the model has may be named', async () => {
    expect((await ask({ model: 'words', input: '1', dimensions: 4 })).status).toBe(200)
  })
  test('a body too large for the door thread is worked on elsewhere and answered alike', async () => {
    const input = Array.from({ length: 2048 }, (_, at) => [at % 100, ...new Array<number>(15).fill(at % 100)])
    const { body } = await ask({ model: 'acme.tokens', input })
    expect(body.data.map(({ embedding }) => embedding[0])).toEqual(input.map(([id]) => id))
    expect(body.usage.prompt_tokens).toBe(2048 * 16)
  })
})

test('one request is one record, with its items, and is found by its id', async () => {
  const { headers } = await ask({ model: 'words', input: ['1', '2', '3'] })
  const id = headers.get('x-request-id')
  const usage = readUsageDatabase(node.dataDir)
  const found = () => usage.prepare('select * from usage_records where id = ?').all(id)
  await expect.poll(found, { timeout: 20_000 }).toMatchObject([{ endpoint: 'words', items: 3, status: 200 }])
  usage.close()
})

test('predict answers with the vector, and by a mask that the client sends', async () => {
  const words = await serving.call('/v1/models/acme.words/predict', { inputs: ['2', '3'] }, key)
  expect((words.body as { outputs: unknown }).outputs).toEqual([
    { vector: { embedding: [2, 4, 6, 8] } },
    { vector: { embedding: [3, 6, 9, 12] } },
  ])
  const inputs = { input_ids: [[4, 8, 99]], attention_mask: [[1, 1, 0]] }
  const masked = await serving.call('/v1/models/acme.tokens/predict', { inputs }, key)
  expect((masked.body as { outputs: unknown }).outputs).toEqual([
    { last_hidden_state: { embedding: [6, 1, -6] } },
  ])
})

describe('what is refused', () => {
  test.each([
    ['no key', { model: 'words', input: '1' }, 401, 'authentication_error', 'invalid_api_key', null],
    [
      'an unknown model',
      { model: 'acme.nobody', input: '1' },
      404,
      'invalid_request_error',
      'model_not_found',
      null,
    ],
    ['no model', { input: '1' }, 400, 'invalid_request_error', 'input_invalid', 'model'],
    ['no input', { model: 'words' }, 400, 'invalid_request_error', 'input_invalid', 'input'],
    [
      'an empty text',
      { model: 'words', input: ['1', ''] },
      400,
      'invalid_request_error',
      'input_invalid',
      'input',
    ],
    ['an empty list', { model: 'words', input: [] }, 400, 'invalid_request_error', 'input_invalid', 'input'],
    [
      'texts with ids',
      { model: 'words', input: ['1', [1]] },
      400,
      'invalid_request_error',
      'input_invalid',
      'input',
    ],
    [
      'a text that is too long',
      { model: 'words', input: '1'.repeat(21) },
      400,
      'invalid_request_error',
      'input_invalid',
      'input',
    ],
    [
      'ids for a model of texts',
      { model: 'words', input: [1, 2] },
      400,
      'invalid_request_error',
      'input_invalid',
      'input',
    ],
    [
      'texts for a model of ids',
      { model: 'acme.tokens', input: 'hi' },
      400,
      'invalid_request_error',
      'input_invalid',
      'input',
    ],
    [
      'a model of other inputs',
      { model: 'rows', input: 'hi' },
      400,
      'invalid_request_error',
      'input_invalid',
      'input',
    ],
    [
      'a model without embeddings',
      { model: 'acme.linear', input: '1' },
      400,
      'invalid_request_error',
      'input_invalid',
      'model',
    ],
    [
      'another format',
      { model: 'words', input: '1', encoding_format: 'int8' },
      400,
      'invalid_request_error',
      'input_invalid',
      'encoding_format',
    ],
    [
      'a cut that the model was not trained for',
      { model: 'words', input: '1', dimensions: 2 },
      400,
      'invalid_request_error',
      'input_invalid',
      'dimensions',
    ],
    [
      'more numbers than there are',
      { model: 'unit', input: '1', dimensions: 5 },
      400,
      'invalid_request_error',
      'input_invalid',
      'dimensions',
    ],
    ['no JSON', '{', 400, 'invalid_request_error', 'json_invalid', null],
  ])('%s', async (what, body, status, type, code, param) => {
    expect(await refused(body, what === 'no key' ? 'wrong' : key)).toMatchObject({
      status,
      type,
      code,
      param,
    })
  })
  test('with a message in words', async () => {
    expect((await refused({ model: 'words', input: '1', dimensions: 2 })).message).toContain('"dimensions"')
  })
  test('by another method', async () => {
    const { status, body } = await get('/v1/embeddings')
    expect([status, body]).toMatchObject([405, { error: { code: 'method_not_allowed', param: null } }])
  })
})

test('the list of models serves both kinds of clients, and one is told by its name', async () => {
  const { body } = await get('/v1/models')
  const list = body as { object: string; data: Array<{ id: string }>; models: unknown[] }
  expect(list.object).toBe('list')
  expect(list.data.map(({ id }) => id)).toEqual(
    expect.arrayContaining(['words', 'acme.words@1.0.0', 'acme.tokens']),
  )
  expect(list.models).toHaveLength(5)
  expect((await get('/v1/models/words')).body).toEqual({
    id: 'words',
    object: 'model',
    created: expect.any(Number),
    owned_by: 'acme',
  })
  expect(await get('/v1/models/nobody')).toMatchObject({
    status: 404,
    body: { error: { code: 'model_not_found' } },
  })
})
