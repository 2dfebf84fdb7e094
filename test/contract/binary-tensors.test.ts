/** Open Inference Protocol v2: tensors as bytes, raw requests, packed bodies, statistics and model configuration. */
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { identityModel, linearModel, twoInputModel } from '../support/served-models.ts'
import type { ServingProcess } from '../support/serving-child.ts'
import { createServingNode, type ServingNode } from '../support/serving-node.ts'

let node: ServingNode
let serving: ServingProcess
let key: string

const datatypes = ['BOOL', 'UINT8', 'INT64', 'UINT64', 'FP16', 'FP32', 'FP64', 'BYTES'] as const

beforeAll(async () => {
  node = await createServingNode()
  const deploy = (name: string, onnx: Buffer) => node.serve(name, onnx, { model: `acme.${name}` })
  for (const type of datatypes) await deploy(`id-${type.toLowerCase()}`, identityModel(type, ['n', 2]))
  await deploy('linear', linearModel(4, 3))
  await deploy('two', twoInputModel())
  key = node.createKey(['infer', 'write']).secret
  serving = await node.start()
}, 60_000)
afterAll(() => node.remove())

const floats = (...values: number[]) => Buffer.from(Float32Array.of(...values).buffer)

async function post(path: string, head: unknown, blobs: Buffer[], headers: Record<string, string> = {}) {
  const json = Buffer.from(head === null ? '' : JSON.stringify(head))
  const response = await fetch(`${serving.url}/v2/models/${path}/infer`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${key}`,
      'content-type': 'application/octet-stream',
      'inference-header-content-length': String(json.byteLength),
      ...headers,
    },
    body: Buffer.concat([json, ...blobs]),
  })
  const bytes = Buffer.from(await response.arrayBuffer())
  const length = response.headers.get('inference-header-content-length')
  const headBytes = length === null ? bytes.byteLength : Number(length)
  const body = JSON.parse(bytes.subarray(0, headBytes).toString())
  return { status: response.status, headers: response.headers, body, rest: bytes.subarray(headBytes) }
}
const input = (bytes: Buffer, shape: number[], datatype: string, name = 'x') => ({
  name,
  shape,
  datatype,
  parameters: { binary_data_size: bytes.byteLength },
})
const ofModel = (type: string, bytes: Buffer, shape: number[]) =>
  post(
    `id-${type.toLowerCase()}`,
    { inputs: [input(bytes, shape, type)], parameters: { binary_data_output: true } },
    [bytes],
  )

test('46 to 50: bytes in and bytes out, bit by bit, for every kind of element', async () => {
  const strings = Buffer.concat(
    ['', 'grüße'].map((text) => Buffer.concat([lengthOf(text), Buffer.from(text)])),
  )
  const cases: Record<(typeof datatypes)[number], Buffer> = {
    BOOL: Buffer.from([0, 1]),
    UINT8: Buffer.from([0, 255]),
    INT64: Buffer.from(BigInt64Array.of(-(2n ** 63n), 2n ** 53n + 1n).buffer),
    UINT64: Buffer.from(BigUint64Array.of(2n ** 64n - 1n, 0n).buffer),
    FP16: Buffer.from(Uint16Array.of(0x7e01, 0x3c00).buffer), // a NaN with a payload, and 1
    FP32: Buffer.from(Uint32Array.of(0x7fc00001, 0xff800000).buffer),
    FP64: Buffer.from(Float64Array.of(Math.PI, Number.NEGATIVE_INFINITY).buffer),
    BYTES: strings,
  }
  for (const type of datatypes) {
    const { status, body, rest, headers } = await ofModel(type, cases[type], [1, 2])
    expect([type, status]).toEqual([type, 200])
    expect(body.outputs).toEqual([
      { name: 'y', datatype: type, shape: [1, 2], parameters: { binary_data_size: cases[type].byteLength } },
    ])
    expect(rest.equals(cases[type])).toBe(true)
    expect(headers.get('content-type')).toBe('application/octet-stream')
  }
})

const lengthOf = (text: string): Buffer => {
  const length = Buffer.alloc(4)
  length.writeUInt32LE(Buffer.byteLength(text))
  return length
}

test('45: no element at all, as bytes', async () => {
  const { status, body, rest } = await ofModel('FP32', Buffer.alloc(0), [0, 2])
  expect([status, rest.byteLength]).toEqual([200, 0])
  expect(body.outputs[0]).toMatchObject({ shape: [0, 2], parameters: { binary_data_size: 0 } })
})

test('48, 49: bytes and JSON in one request and one answer, and the output’s own wish wins', async () => {
  const a = floats(1, 2)
  const { body, rest, status } = await post(
    'two',
    {
      id: 'mixed',
      parameters: { binary_data_output: true },
      inputs: [input(a, [1, 2], 'FP32', 'a'), { name: 'b', shape: [1, 2], datatype: 'FP32', data: [4, 3] }],
      outputs: [{ name: 'difference', parameters: { binary_data: false } }, { name: 'sum' }],
    },
    [a],
  )
  expect(status).toBe(200)
  expect(body).toMatchObject({
    id: 'mixed',
    outputs: [{ name: 'difference', data: [-3, -1] }, { name: 'sum' }],
  })
  expect(rest.equals(floats(5, 5))).toBe(true)
})

test('50: an answer without bytes is plain JSON', async () => {
  const x = floats(1, 2, 3, 4)
  const { headers, body } = await post('linear', { inputs: [input(x, [1, 4], 'FP32')] }, [x])
  expect(headers.get('inference-header-content-length')).toBeNull()
  expect(body.outputs[0].data).toHaveLength(3)
})

test('51: sizes that do not fit are refused, naming the input', async () => {
  const x = floats(1, 2, 3, 4)
  const sized = (size: unknown, shape = [1, 4]) => ({
    inputs: [{ name: 'x', shape, datatype: 'FP32', parameters: { binary_data_size: size } }],
  })
  const wrong: [unknown, Buffer[], Record<string, string>?][] = [
    [sized(16), [floats(1, 2, 3)]],
    [sized(16), [x, Buffer.from([0])]],
    [sized(12), [floats(1, 2, 3)]],
    [sized(-1), [x]],
    [sized('16'), [x]],
    [{ inputs: [{ ...input(x, [1, 4], 'FP32'), data: [1, 2, 3, 4] }] }, [x]],
    [sized(16), [x], { 'inference-header-content-length': '-1' }],
    [sized(16), [x], { 'inference-header-content-length': 'many' }],
    [sized(16), [x], { 'inference-header-content-length': '9999' }],
  ]
  for (const [head, blobs, headers] of wrong) {
    const { status, body } = await post('linear', head, blobs, headers)
    expect([status, body]).toEqual([400, { error: expect.any(String) }])
  }
})

test('41, 42: a byte of 2 is no BOOL, a NUL would be cut, and what is not UTF-8 cannot be carried', async () => {
  const element = (...bytes: number[]) => Buffer.from([bytes.length, 0, 0, 0, ...bytes])
  const refused = async (type: string, bytes: Buffer, words: RegExp) => {
    const { status, body } = await ofModel(type, bytes, [1, 2])
    expect([status, body.error]).toEqual([400, expect.stringMatching(words)])
  }
  await refused('BOOL', Buffer.from([0, 2]), /the byte 2/)
  await refused('BYTES', Buffer.concat([element(97), element(97, 0, 98)]), /NUL/)
  await refused('BYTES', Buffer.concat([element(97), element(0xff)]), /UTF-8/)
  await refused('BYTES', element(97), /found 1/)
  await refused('BYTES', Buffer.concat([element(97), Buffer.from([200, 0, 0, 0, 1])]), /ends behind/)
})

test('52: the bare bytes of the one input, and all outputs as bytes', async () => {
  const two = await post('linear', null, [floats(1, 2, 3, 4, 5, 6, 7, 8)])
  expect(two.status).toBe(200)
  expect(two.body.outputs[0]).toMatchObject({ name: 'scores', shape: [2, 3] })
  expect(two.rest.byteLength).toBe(24)
  expect((await post('linear', null, [floats(1, 2, 3)])).status).toBe(400)
  expect((await post('two', null, [floats(1, 2)])).body.error).toMatch(/one input/)
})

test('68: packed bodies in, and out where the client takes them', async () => {
  const rows = 4000
  const data = Array.from({ length: rows * 4 }, (_, at) => at % 7)
  const body = gzipSync(JSON.stringify({ inputs: [{ name: 'x', shape: [rows, 4], datatype: 'FP32', data }] }))
  const ask = (sent: Buffer, encoding: string, accept: string) =>
    fetch(`${serving.url}/v2/models/linear/infer`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${key}`,
        'content-type': 'application/json',
        'content-encoding': encoding,
        'accept-encoding': accept,
      },
      body: new Uint8Array(sent),
    })
  const packed = await ask(body, 'gzip', 'gzip')
  expect([packed.status, packed.headers.get('content-encoding')]).toEqual([200, 'gzip'])
  const plain = await ask(body, 'gzip', 'identity')
  expect(plain.headers.get('content-encoding')).toBeNull()
  expect(await packed.json()).toEqual(await plain.json())
  expect((await ask(Buffer.from('no gzip'), 'gzip', 'identity')).status).toBe(400)
  const bomb = gzipSync(Buffer.alloc(200 * 1024 * 1024), { level: 9 })
  expect((await ask(bomb, 'gzip', 'identity')).status).toBe(413)
  expect(gunzipSync(body).byteLength).toBeGreaterThan(rows)
})

const json = async (path: string, body?: unknown, bearer = key) => {
  const response = await fetch(`${serving.url}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return { status: response.status, body: await response.json() }
}

test('58 to 64: statistics add up', async () => {
  const x = floats(1, 2, 3, 4)
  const ask = () => post('linear', { inputs: [input(x, [1, 4], 'FP32')] }, [x])
  await Promise.all(Array.from({ length: 64 }, ask))
  await post('linear', { inputs: [input(floats(1), [1, 4], 'FP32')] }, [floats(1)])
  const { body } = await json('/v2/models/linear/stats')
  const [stats] = body.model_stats
  const sum = (of: (batch: { batch_size: number; compute_infer: { count: number } }) => number) =>
    stats.batch_stats.reduce((total: number, batch: never) => total + of(batch), 0)
  expect(sum(({ compute_infer }) => compute_infer.count)).toBe(stats.execution_count)
  expect(sum(({ batch_size, compute_infer }) => batch_size * compute_infer.count)).toBe(stats.inference_count)
  expect(stats).toMatchObject({ name: 'linear', version: '1.0.0' })
  expect(stats.inference_stats.success.count).toBeGreaterThanOrEqual(64)
  expect(stats.inference_stats.fail.count).toBe(0) // the last one was refused before the queue
  expect(stats.inference_stats.queue.count).toBe(stats.inference_stats.success.count)
  expect(stats.last_inference).toBeGreaterThan(Date.now() - 60_000)
  expect(stats.memory_usage).toEqual([{ type: 'CPU', id: 0, byte_size: expect.any(Number) }])
  expect((await json('/v2/models/stats')).body.model_stats.length).toBe(datatypes.length + 2)
  expect((await json('/v2/models/linear/versions/1.0.0/stats')).body.model_stats).toHaveLength(1)
  expect((await json('/v2/models/nothing/stats')).status).toBe(404)
})

test('65: the model configuration', async () => {
  expect((await json('/v2/models/linear/config')).body).toMatchObject({
    name: 'linear',
    platform: 'onnxruntime_onnx',
    backend: 'onnxruntime',
    input: [{ name: 'x', data_type: 'TYPE_FP32', dims: [4] }],
    output: [{ name: 'scores', data_type: 'TYPE_FP32', dims: [3] }],
  })
})

test('53, 54: the index, and what may not be put in the place of a signed package', async () => {
  const index = await json('/v2/repository/index', {})
  expect(index.body).toContainEqual({ name: 'linear', version: '1.0.0', state: 'READY', reason: '' })
  expect((await json('/v2/repository/index', { ready: true })).body.length).toBe(index.body.length)
  const override = { parameters: { config: '{}', 'file:1/model.onnx': 'AAAA' } }
  expect((await json('/v2/repository/models/linear/load', override)).status).toBe(400)
  expect((await json('/v2/repository/models/nothing/load', {})).status).toBe(404)
  const reader = node.createKey(['infer'])
  await serving.snapshot()
  expect((await json('/v2/repository/models/linear/unload', {}, reader.secret)).status).toBe(403)
})
