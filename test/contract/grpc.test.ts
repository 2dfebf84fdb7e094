/** Open Inference Protocol v2 over gRPC: the items 70 to 78 of the checklist, refusals, streams, and a stop. */
import { status } from '@grpc/grpc-js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type GrpcAnswer, type GrpcClient, type GrpcRequest, grpcClient } from '../support/grpc-client.ts'
import { identityModel, linearModel, slowModel, twoInputModel } from '../support/served-models.ts'
import type { ServingProcess } from '../support/serving-child.ts'
import { createServingNode, type ServingNode } from '../support/serving-node.ts'
import { temporaryServingNode } from '../support/temporary-node.ts'

let node: ServingNode
let serving: ServingProcess
let client: GrpcClient
let reader: GrpcClient

const datatypes = {
  BOOL: ['bool_contents', [true, false]],
  INT8: ['int_contents', [-128, 127]],
  INT16: ['int_contents', [-32768, 32767]],
  INT32: ['int_contents', [-(2 ** 31), 2 ** 31 - 1]],
  INT64: ['int64_contents', ['-9223372036854775808', '9007199254740993']],
  UINT8: ['uint_contents', [0, 255]],
  UINT16: ['uint_contents', [0, 65535]],
  UINT32: ['uint_contents', [0, 4294967295]],
  UINT64: ['uint64_contents', ['0', '18446744073709551615']],
  FP32: ['fp32_contents', [Number.NaN, Number.NEGATIVE_INFINITY]],
  FP64: ['fp64_contents', [Math.PI, Number.POSITIVE_INFINITY]],
  BYTES: ['bytes_contents', [Buffer.from(''), Buffer.from('grüße')]],
} as const
const types = [...(Object.keys(datatypes) as Array<keyof typeof datatypes>), 'FP16'] as const

beforeAll(async () => {
  node = await createServingNode()
  const deploy = (name: string, onnx: Buffer) => node.serve(name, onnx, { model: `acme.${name}` })
  for (const type of types) await deploy(`id-${type.toLowerCase()}`, identityModel(type, ['n', 2]))
  await deploy('linear', linearModel(4, 3))
  await deploy('two', twoInputModel())
  await deploy('slow', slowModel(400))
  const { secret } = node.createKey(['infer', 'write'])
  serving = await node.start({ grpc: { port: 0, portFixed: false } })
  client = grpcClient(serving.grpcAddress, secret)
  reader = grpcClient(serving.grpcAddress, node.createKey(['infer']).secret)
  await serving.snapshot()
}, 60_000)
afterAll(async () => {
  client.close()
  reader.close()
  await node.remove()
})

const row = (more: Partial<GrpcRequest> = {}): GrpcRequest => ({
  model_name: 'linear',
  inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 4], contents: { fp32_contents: [1, 2, 3, 4] } }],
  ...more,
})
const floats = (...values: number[]) => Buffer.from(Float32Array.of(...values).buffer)
const refusal = async (request: GrpcRequest) => {
  const { code, details, behind } = await client.call('ModelInfer', request)
  return { code, details, error: behind['outpost-error'] }
}

test('70: the unary calls tell of the server and of a model', async () => {
  const anyone = grpcClient(serving.grpcAddress, null)
  expect((await anyone.call('ServerLive', {})).value).toEqual({ live: true })
  expect((await anyone.call('ServerReady', {})).value).toEqual({ ready: true })
  expect((await anyone.call('ServerMetadata', {})).value).toMatchObject({
    name: 'outpost',
    extensions: expect.arrayContaining(['statistics', 'model_repository']),
  })
  expect(await anyone.call('ModelReady', { name: 'linear' })).toMatchObject({
    code: status.UNAUTHENTICATED,
    behind: { 'outpost-error': 'UNAUTHORIZED' },
  })
  anyone.close()
  expect((await client.call('ModelReady', { name: 'linear' })).value).toEqual({ ready: true })
  expect((await client.call('ModelMetadata', { name: 'linear' })).value).toEqual({
    name: 'linear',
    versions: ['1.0.0'],
    platform: 'onnx_onnxv1',
    inputs: [{ name: 'x', datatype: 'FP32', shape: ['-1', '4'] }],
    outputs: [{ name: 'scores', datatype: 'FP32', shape: ['-1', '3'] }],
  })
  expect(await client.call('ModelMetadata', { name: 'nobody' })).toMatchObject({ code: status.NOT_FOUND })
})

test('who has no key is refused before the message is taken in, and a key that may only read runs nothing', async () => {
  const nobody = grpcClient(serving.grpcAddress, 'op_wrong')
  const huge = row({ raw_input_contents: [Buffer.alloc(60_000_000)] })
  expect(await nobody.call('ModelInfer', huge)).toMatchObject({
    code: status.UNAUTHENTICATED,
    behind: { 'outpost-error': 'UNAUTHORIZED', 'x-request-id': expect.any(String) },
  })
  expect((await nobody.call('ServerLive', {})).code).toBe(status.OK)
  nobody.close()
  const looking = grpcClient(serving.grpcAddress, node.createKey(['read']).secret)
  await serving.snapshot()
  expect((await looking.call('ModelReady', { name: 'linear' })).code).toBe(status.OK)
  expect((await looking.call('ModelInfer', row())).code).toBe(status.PERMISSION_DENIED)
  looking.close()
})

test('71: configuration, repository and statistics, whose figures fit together', async () => {
  const { value: config } = await client.call('ModelConfig', { name: 'linear', version: '1.0.0' })
  expect(config).toMatchObject({
    config: { name: 'linear', input: [{ name: 'x', data_type: 'TYPE_FP32' }], backend: 'onnxruntime' },
  })
  await client.infer(row())
  const { value } = await client.call('ModelStatistics', { name: 'linear' })
  const [stats] = (value as { model_stats: Record<string, never>[] }).model_stats
  const batches = stats?.batch_stats as unknown as Array<{ compute_infer: { count: string } }>
  expect(Number(stats?.execution_count)).toBeGreaterThan(0)
  expect(batches.reduce((sum, { compute_infer: { count } }) => sum + Number(count), 0)).toBe(
    Number(stats?.execution_count),
  )
  const { value: index } = await client.call('RepositoryIndex', { ready: true })
  expect(index).toMatchObject({
    models: expect.arrayContaining([{ name: 'linear', version: '1.0.0', state: 'READY', reason: '' }]),
  })
  expect(await reader.call('RepositoryModelUnload', { model_name: 'linear' })).toMatchObject({
    code: status.PERMISSION_DENIED,
  })
})

test.each(Object.entries(datatypes))(
  '74: %s in typed contents comes back as it went',
  async (type, [field, values]) => {
    const answer = await client.infer({
      model_name: `id-${type.toLowerCase()}`,
      inputs: [{ name: 'x', datatype: type, shape: [1, 2], contents: { [field]: [...values] } }],
    })
    expect(answer.raw_output_contents).toEqual([])
    expect(answer.outputs[0]?.contents?.[field]).toEqual([...values])
  },
)

test('74: FP16 travels raw alone, and its answer too', async () => {
  const bytes = Buffer.from(Uint16Array.of(0x7e01, 0x3c00).buffer)
  const inputs = [{ name: 'x', datatype: 'FP16', shape: [1, 2] }]
  const answer = await client.infer({ model_name: 'id-fp16', inputs, raw_input_contents: [bytes] })
  expect(answer.raw_output_contents).toEqual([bytes])
  expect(
    await refusal({
      model_name: 'id-fp16',
      inputs: [{ ...inputs[0], contents: { fp32_contents: [1, 2] } }] as never,
    }),
  ).toMatchObject({ code: status.INVALID_ARGUMENT, details: expect.stringContaining('raw_input_contents') })
})

test('72, 73, 78: names, id and the version that answered come back', async () => {
  const answer = await client.infer(row({ id: 'mine', model_version: '1.x' }))
  expect(answer).toMatchObject({ model_name: 'linear', model_version: '1.0.0', id: 'mine' })
  expect((await client.infer(row())).model_version).toBe('1.0.0')
  expect(await refusal(row({ model_version: '9.9.9' }))).toMatchObject({
    code: status.NOT_FOUND,
    error: 'VERSION_NOT_FOUND',
  })
})

test('75: raw of all or of none, in the order of the inputs', async () => {
  const inputs = [
    { name: 'b', datatype: 'FP32', shape: [1, 2] },
    { name: 'a', datatype: 'FP32', shape: [1, 2] },
  ]
  const two = (more: object) => refusal({ model_name: 'two', inputs, ...more } as GrpcRequest)
  expect(await two({ raw_input_contents: [floats(1, 2)] })).toMatchObject({
    code: status.INVALID_ARGUMENT,
    error: 'INPUT_INVALID',
  })
  const mixed = row({ raw_input_contents: [floats(1, 2, 3, 4)] })
  expect(await refusal(mixed)).toMatchObject({ code: status.INVALID_ARGUMENT })
  const typed = await client.infer(row())
  const raw = await client.infer({
    ...row(),
    inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 4] }],
    raw_input_contents: [floats(1, 2, 3, 4)],
  })
  const [bytes] = raw.raw_output_contents
  expect([...new Float32Array(Uint8Array.from(bytes ?? []).buffer)]).toEqual(
    typed.outputs[0]?.contents?.fp32_contents,
  )
})

test('76: parameters say who goes first and how long; a sequence is refused', async () => {
  const parameters = { priority: { uint64_param: '1' }, timeout: { int64_param: '5000000' } }
  expect((await client.infer(row({ parameters }))).outputs).toHaveLength(1)
  const sequence = row({ parameters: { sequence_id: { int64_param: '7' } } })
  expect(await refusal(sequence)).toMatchObject({ code: status.INVALID_ARGUMENT })
})

test('77: raw BYTES are behind their lengths; what ONNX Runtime would cut is refused', async () => {
  const lengthOf = (text: string) => {
    const bytes = Buffer.alloc(4)
    bytes.writeUInt32LE(Buffer.byteLength(text))
    return bytes
  }
  const blob = (...texts: string[]) =>
    Buffer.concat(texts.flatMap((text) => [lengthOf(text), Buffer.from(text)]))
  const ask = (bytes: Buffer): GrpcRequest => ({
    model_name: 'id-bytes',
    inputs: [{ name: 'x', datatype: 'BYTES', shape: [1, 2] }],
    raw_input_contents: [bytes],
  })
  expect((await client.infer(ask(blob('', 'grüße')))).raw_output_contents).toEqual([blob('', 'grüße')])
  expect(await refusal(ask(blob('a\0b', 'c')))).toMatchObject({
    code: status.INVALID_ARGUMENT,
    details: expect.stringContaining('NUL'),
  })
  const typed = { bytes_contents: [Buffer.from('a\0b'), Buffer.from('c')] }
  expect(
    await refusal({
      model_name: 'id-bytes',
      inputs: [{ name: 'x', datatype: 'BYTES', shape: [1, 2], contents: typed }],
    }),
  ).toMatchObject({ code: status.INVALID_ARGUMENT, details: expect.stringContaining('NUL') })
})

test.each([
  ['the wrong count', { shape: [1, 4], contents: { fp32_contents: [1, 2, 3] } }],
  ['the field of another type', { shape: [1, 4], contents: { fp64_contents: [1, 2, 3, 4] } }],
  ['a negative dimension', { shape: [-1, 4], contents: { fp32_contents: [] } }],
  ['an unknown datatype', { datatype: 'FP8', shape: [1, 4], contents: { fp32_contents: [1, 2, 3, 4] } }],
  ['an unknown input', { name: 'q', shape: [1, 4], contents: { fp32_contents: [1, 2, 3, 4] } }],
])('%s is refused with the name of the tensor, and leaves a record', async (_, given) => {
  const input = { name: 'x', datatype: 'FP32', ...given }
  const { code, details, behind } = await client.call('ModelInfer', { model_name: 'linear', inputs: [input] })
  expect({ code, error: behind['outpost-error'] }).toEqual({
    code: status.INVALID_ARGUMENT,
    error: 'INPUT_INVALID',
  })
  expect(details).toContain(`"${input.name}"`)
  expect(behind['x-request-id']).toMatch(/./)
})

test('a value too large for its type is refused, not wrapped', async () => {
  const input = { name: 'x', datatype: 'UINT8', shape: [1, 2], contents: { uint_contents: [256, 1] } }
  expect(await refusal({ model_name: 'id-uint8', inputs: [input] })).toMatchObject({
    code: status.INVALID_ARGUMENT,
    details: expect.stringContaining('256'),
  })
})

test('the metadata of an answer carries its receipt', async () => {
  const { before } = await client.call('ModelInfer', row())
  expect(before['outpost-receipt']).toContain('model="acme.linear"')
  expect(before['outpost-digest']).toMatch(/^sha256:/)
})

test('a deadline that passes ends the wait, and others are answered', async () => {
  const slow = { model_name: 'slow', inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 1] }] }
  const square = { ...slow, raw_input_contents: [floats(1)] }
  const ended = await client.call('ModelInfer', square, {}, { deadline: Date.now() + 30 })
  expect(ended.code).toBe(status.DEADLINE_EXCEEDED)
  expect((await client.infer(row())).outputs).toHaveLength(1)
})

test('a stream answers each request with its id, a refused one among them', async () => {
  const stream = client.stream()
  const answers = new Map<string, { error: string; answer: GrpcAnswer | null }>()
  const done = new Promise<void>((resolve, reject) => {
    stream.on('data', ({ error_message: error, infer_response: answer }) =>
      answers.set(answer?.id ?? '', { error, answer }),
    )
    stream.on('end', resolve)
    stream.on('error', reject)
  })
  for (let at = 0; at < 200; at += 1) stream.write(row({ id: `r${at}` }))
  stream.write({ ...row({ id: 'bad' }), model_name: 'nobody' })
  stream.end()
  await done
  expect(answers.size).toBe(201)
  expect(answers.get('r199')).toMatchObject({ error: '', answer: { model_version: '1.0.0' } })
  expect(answers.get('bad')?.error).toContain('nobody')
  expect(answers.get('bad')?.answer?.parameters['outpost-error']?.string_param).toBe('ENDPOINT_NOT_FOUND')
})

test('a stop answers what is under way, ends open streams and then the process', async () => {
  const other = await temporaryServingNode()
  await other.serve('linear', linearModel(4, 3), { model: 'acme.linear' })
  const own = await other.start({ grpc: { port: 0, portFixed: false } })
  const asker = grpcClient(own.grpcAddress, other.createKey().secret)
  await own.snapshot()
  const stream = asker.stream()
  const ended = new Promise((resolve) => stream.on('end', resolve).on('data', () => undefined))
  stream.write(row({ id: 'one' }))
  await new Promise((resolve) => stream.once('data', resolve))
  const under = asker.infer(row())
  await under
  expect(await own.drain()).toBe(0)
  await ended
  asker.close()
})

test('a taken port is refused where it was asked for by name, else another is taken', async () => {
  const taken = Number(serving.grpcAddress.split(':').at(-1))
  const beside = await temporaryServingNode()
  await expect(beside.start({ grpc: { port: taken, portFixed: true } })).rejects.toMatchObject({
    failure: { code: 'PORT_TAKEN' },
  })
  const again = await temporaryServingNode() // the first one's process may still be on its way out
  const other = await again.start({ grpc: { port: taken, portFixed: false } })
  expect(other.grpcAddress).not.toBe(serving.grpcAddress)
})
