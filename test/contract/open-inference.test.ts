/** Open Inference Protocol v2 over REST with tensors in JSON, item by item, against a real serving process. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { datatypes, identityModel, linearModel, twoInputModel } from '../support/served-models.ts'
import type { ServingProcess } from '../support/serving-child.ts'
import { createServingNode, type ServingNode } from '../support/serving-node.ts'

let node: ServingNode
let serving: ServingProcess
let key: string

beforeAll(async () => {
  node = await createServingNode()
  for (const type of datatypes) {
    const name = `id-${type.toLowerCase()}`
    await node.serve(name, identityModel(type, ['n', 'm']), { model: `acme.${name}` })
  }
  const descriptor = { dataVersion: 'data.7' }
  await node.serve('acme.linear', linearModel(4, 3), { version: '1.2.0', descriptor })
  await node.serve('two', twoInputModel(), { model: 'acme.two' })
  await node.serve('broken', Buffer.from('no model'), { model: 'acme.broken' })
  key = node.createKey().secret
  serving = await node.start()
}, 60_000)
afterAll(() => node.remove())

const get = async (path: string, method = 'GET', bearer: string | null = key) => {
  const headers = bearer === null ? {} : { authorization: `Bearer ${bearer}` }
  const response = await fetch(`${serving.url}${path}`, { method, headers })
  return { status: response.status, headers: response.headers, body: await response.json() }
}
const infer = (endpoint: string, body: unknown) => serving.call(`/v2/models/${endpoint}/infer`, body, key)
const x = (data: unknown, shape: unknown = [1, 4], datatype: unknown = 'FP32') => ({
  name: 'x',
  shape,
  datatype,
  data,
})
const row = x([1, 2, 3, 4])
const ofModel = (data: unknown[], shape: number[], datatype: string) =>
  infer(`id-${datatype.toLowerCase()}`, { inputs: [{ name: 'x', shape, datatype, data }] })

describe('endpoints', () => {
  test('1, 2: health answers without a key', async () => {
    expect(await get('/v2/health/live', 'GET', null)).toMatchObject({ status: 200, body: { live: true } })
    expect(await get('/v2/health/ready', 'GET', null)).toMatchObject({ status: 200, body: { ready: true } })
  })
  test('3, 35: a model that could not be loaded is not ready', async () => {
    expect(await get('/v2/models/broken/ready')).toMatchObject({
      status: 400,
      body: { name: 'broken', ready: false },
    })
    const { status, body, headers } = await infer('broken', { inputs: [row] })
    expect([status, headers.get('outpost-error')]).toEqual([500, 'DEPLOYMENT_FAILED'])
    expect(body).toEqual({ error: expect.stringContaining('could not be loaded') })
  })
  test('4, 5: model ready, with a version and without', async () => {
    expect(await get('/v2/models/acme.linear/ready')).toMatchObject({
      status: 200,
      body: { name: 'acme.linear', ready: true },
    })
    expect((await get('/v2/models/acme.linear/versions/1.2.0/ready')).status).toBe(200)
  })
  test('6, 7: server metadata at /v2 and /v2/, with the extensions that are there', async () => {
    const { body } = await get('/v2', 'GET', null)
    expect(body).toEqual({
      name: 'outpost',
      version: expect.any(String),
      extensions: expect.arrayContaining(['binary_tensor_data', 'model_repository', 'statistics']),
    })
    expect((await get('/v2/', 'GET', null)).body).toEqual(body)
  })
  test('8, 9, 10, 11: model metadata; a variable dimension is -1', async () => {
    const { body } = await get('/v2/models/acme.linear')
    expect(body).toEqual({
      name: 'acme.linear',
      versions: ['1.2.0+data.7'],
      platform: 'onnx_onnxv1',
      inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 4] }],
      outputs: [{ name: 'scores', datatype: 'FP32', shape: [-1, 3] }],
    })
    expect((await get('/v2/models/acme.linear/versions/1.2.0%2Bdata.7')).body).toEqual(body)
  })
  test('12, 13, 17: infer, with a version and without; the version is echoed', async () => {
    const plain = await infer('acme.linear', { inputs: [row] })
    const versioned = await serving.call(
      '/v2/models/acme.linear/versions/1.2.0/infer',
      { inputs: [row] },
      key,
    )
    expect(plain.body).toMatchObject({ model_name: 'acme.linear', model_version: '1.2.0+data.7' })
    expect(versioned.body).toEqual(plain.body)
  })
  test('14, 15, 32: another method is 405, another path 404, each with an error text', async () => {
    const wrong = await get('/v2/models/acme.linear/infer')
    expect([wrong.status, wrong.headers.get('allow'), wrong.body]).toEqual([
      405,
      'POST',
      { error: expect.any(String) },
    ])
    for (const path of [
      '/',
      '/v2/nothing',
      '/v2/models',
      '/v2/models/a/b/c',
      '/v2/models/%ff/infer',
      '/%2e%2e/etc',
    ]) {
      expect(await get(path), path).toMatchObject({ status: 404, body: { error: expect.any(String) } })
    }
  })
  test('16: names are percent-decoded', async () => {
    expect((await get('/v2/models/acme%2Elinear/ready')).status).toBe(200)
  })
})

describe('requests', () => {
  test('18: inputs are required, the rest is not', async () => {
    for (const body of [{}, { inputs: 3 }, { inputs: [row], outputs: {} }, { inputs: [row], id: 3 }]) {
      expect((await infer('acme.linear', body)).status, JSON.stringify(body)).toBe(400)
    }
  })
  test('19: dimensions are whole numbers from 0 on', async () => {
    for (const shape of [[-1, 4], [1.5, 4], ['1', 4], 4, null, [1e300, 4]]) {
      expect((await infer('acme.linear', { inputs: [x([1, 2, 3, 4], shape)] })).status, String(shape)).toBe(
        400,
      )
    }
  })
  test('20, 21: nested and flat data give the same result, for a batch too', async () => {
    const flat = await infer('acme.linear', { inputs: [x([1, 2, 3, 4, 5, 6, 7, 8], [2, 4])] })
    const nested = await infer('acme.linear', {
      inputs: [
        x(
          [
            [1, 2, 3, 4],
            [5, 6, 7, 8],
          ],
          [2, 4],
        ),
      ],
    })
    expect(flat.body).toMatchObject({ outputs: [{ shape: [2, 3] }] })
    expect(nested.body).toEqual(flat.body)
  })
  test('22, 23, 30: outputs as asked for, in that order; an unknown one is 400', async () => {
    const inputs = ['a', 'b'].map((name, at) => ({
      name,
      shape: [1, 2],
      datatype: 'FP32',
      data: [at + 1, 5],
    }))
    const names = async (outputs?: Array<{ name: string }>) => {
      const { status, body } = await infer('two', { inputs, outputs })
      return status === 200
        ? (body as { outputs: Array<{ name: string }> }).outputs.map(({ name }) => name)
        : status
    }
    expect(await names()).toEqual(['sum', 'difference'])
    expect(await names([{ name: 'difference' }])).toEqual(['difference'])
    expect(await names([{ name: 'difference' }, { name: 'sum' }])).toEqual(['difference', 'sum'])
    expect(await names([{ name: 'product' }])).toBe(400)
    expect(await names([{ name: 'sum' }, { name: 'sum' }])).toBe(400)
  })
  test('24: parameters are strings, numbers or booleans', async () => {
    expect(
      (await infer('acme.linear', { inputs: [row], parameters: { a: 1, b: 'x', c: true } })).status,
    ).toBe(200)
    expect((await infer('acme.linear', { inputs: [row], parameters: { a: [] } })).status).toBe(400)
    expect((await infer('acme.linear', { inputs: [{ ...row, parameters: 3 }] })).status).toBe(400)
  })
  test('25: too few and too many elements', async () => {
    for (const data of [
      [1, 2, 3],
      [1, 2, 3, 4, 5],
      [
        [1, 2],
        [3, 4],
      ],
      [
        [1, 2, 3, 4],
        [1, 2, 3, 4],
      ],
      [],
    ]) {
      const { status, body } = await infer('acme.linear', { inputs: [x(data)] })
      expect([status, body], JSON.stringify(data)).toEqual([400, { error: expect.stringContaining('"x"') }])
    }
  })
  test.each([
    ['an unknown input', { inputs: [row, { ...row, name: 'z' }] }, '"z"'],
    ['a missing input', { inputs: [] }, '"x" is missing'],
    ['an input given twice', { inputs: [row, row] }, '"x" is given twice'],
    ['a wrong datatype', { inputs: [x([1, 2, 3, 4], [1, 4], 'FP64')] }, 'expected FP32'],
    ['a wrong rank', { inputs: [x([1, 2, 3, 4], [4])] }, '[-1,4]'],
    ['a wrong fixed dimension', { inputs: [x([1, 2, 3], [1, 3])] }, '[-1,4]'],
  ])('26: %s is 400 with its name', async (_, body, words) => {
    const answer = await infer('acme.linear', body)
    expect([answer.status, answer.body]).toEqual([400, { error: expect.stringContaining(words) }])
    expect(answer.headers.get('outpost-error')).toBe('INPUT_INVALID')
  })
  test.each([
    '',
    '{',
    '[]',
    '"x"',
    'null',
    '{"a":1}x',
    '{"inputs":[],"inputs":[]}',
    '{"__proto__":{}}',
    `${'['.repeat(10_000)}${']'.repeat(10_000)}`,
  ])('27: a body that is no usable object is 400, never 500 (%#)', async (body) => {
    expect(await infer('acme.linear', body)).toMatchObject({
      status: 400,
      body: { error: expect.any(String) },
    })
  })
})

describe('answers', () => {
  test('28, 29, 31: the id comes back where one was given', async () => {
    const { body, headers } = await infer('acme.linear', { id: 'mine', inputs: [row] })
    expect(body).toMatchObject({ id: 'mine' })
    expect(headers.get('content-type')).toBe('application/json')
    expect((await infer('acme.linear', { inputs: [row] })).body).not.toHaveProperty('id')
  })
  test('33, 34: unknown model and unknown version are 404', async () => {
    expect((await infer('nobody', { inputs: [row] })).headers.get('outpost-error')).toBe('ENDPOINT_NOT_FOUND')
    const other = await serving.call('/v2/models/acme.linear/versions/9.9.9/infer', { inputs: [row] }, key)
    expect([other.status, other.headers.get('outpost-error')]).toEqual([404, 'VERSION_NOT_FOUND'])
  })
})

describe('datatypes', () => {
  const values: Record<(typeof datatypes)[number], unknown[]> = {
    BOOL: [true, false],
    UINT8: [0, 255],
    UINT16: [0, 65535],
    UINT32: [0, 4294967295],
    UINT64: [1, '18446744073709551615'],
    INT8: [-128, 127],
    INT16: [-32768, 32767],
    INT32: [-2147483648, 2147483647],
    INT64: ['-9223372036854775808', '9223372036854775807'],
    FP16: [1.5, -65504],
    FP32: [0.5, -2],
    FP64: [0.1, 1e308],
    BYTES: ['', 'grüße 🦊'],
  }
  test.each(datatypes)('%s goes through unchanged', async (datatype) => {
    const { status, body } = await ofModel(values[datatype], [1, 2], datatype)
    expect([status, body]).toMatchObject([
      200,
      { outputs: [{ datatype, shape: [1, 2], data: values[datatype] }] },
    ])
  })
  test('39: a datatype that is none is 400', async () => {
    for (const datatype of ['fp32', 'FLOAT', 'BF16', 32, null]) {
      expect((await infer('acme.linear', { inputs: [x([1, 2, 3, 4], [1, 4], datatype)] })).status).toBe(400)
    }
  })
  test('41: BOOL takes 0 and 1, and nothing else', async () => {
    expect((await ofModel([0, 1], [1, 2], 'BOOL')).body).toMatchObject({ outputs: [{ data: [false, true] }] })
    expect((await ofModel([2, 1], [1, 2], 'BOOL')).status).toBe(400)
  })
  test('42: BYTES refuses what ONNX Runtime would cut', async () => {
    const { status, body } = await ofModel(['a\0b'], [1, 1], 'BYTES')
    expect([status, body]).toEqual([400, { error: expect.stringContaining('NUL') }])
    expect((await ofModel([7], [1, 1], 'BYTES')).status).toBe(400)
  })
  test('43: whole numbers beyond 2^53 are exact, as digits and as strings', async () => {
    const digits =
      '{"inputs":[{"name":"x","shape":[1,2],"datatype":"INT64","data":[9007199254740993,-9007199254740993]}]}'
    expect((await infer('id-int64', digits)).body).toMatchObject({
      outputs: [{ data: ['9007199254740993', '-9007199254740993'] }],
    })
    const largest = digits.replace('INT64', 'UINT64').replace('-9007199254740993', '18446744073709551615')
    expect((await infer('id-uint64', largest)).body).toMatchObject({
      outputs: [{ data: ['9007199254740993', '18446744073709551615'] }],
    })
    for (const bad of ['9223372036854775808', '1.5', '"1e3"', '1e300']) {
      expect((await infer('id-int64', digits.replace('9007199254740993', bad))).status, bad).toBe(400)
    }
  })
  test('44: NaN and the infinities are strings; what overflows is refused', async () => {
    const special = ['NaN', 'Infinity', '-Infinity', 1]
    expect((await ofModel(special, [2, 2], 'FP32')).body).toMatchObject({ outputs: [{ data: special }] })
    expect(
      (await infer('id-fp32', '{"inputs":[{"name":"x","shape":[1,1],"datatype":"FP32","data":[1e400]}]}'))
        .status,
    ).toBe(400)
    expect((await ofModel([1e39], [1, 1], 'FP32')).status).toBe(400)
    expect((await ofModel([null], [1, 1], 'FP32')).status).toBe(400)
    expect((await ofModel([70000], [1, 1], 'FP16')).status).toBe(400)
  })
  test('45: a tensor without elements is legal', async () => {
    expect((await infer('acme.linear', { inputs: [x([], [0, 4])] })).body).toMatchObject({
      outputs: [{ shape: [0, 3], data: [] }],
    })
  })
})
