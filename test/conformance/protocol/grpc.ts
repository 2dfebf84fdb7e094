/** Items 70 to 78: the same over gRPC. */
import { deepStrictEqual, ok } from 'node:assert/strict'
import { status } from '@grpc/grpc-js'
import type { GrpcClient, GrpcRequest, GrpcTensor } from '../../support/grpc-client.ts'
import { lengthPrefixed } from './datatypes.ts'
import { type Ask, type Item, identity, item, linear } from './door.ts'

const client = ({ door }: Ask): GrpcClient => {
  if (!door.grpc) throw new Error('no gRPC address')
  return door.grpc
}
const row = (more: Partial<GrpcRequest> = {}): GrpcRequest => ({
  model_name: linear,
  inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 4], contents: { fp32_contents: [1, 2, 3, 4] } }],
  ...more,
})
const floats = (...values: number[]): Buffer => Buffer.from(Float32Array.of(...values).buffer)
const bare = (datatype: string, shape: number[], name = 'x'): GrpcTensor => ({ name, datatype, shape })

async function isInvalid(ask: Ask, request: GrpcRequest): Promise<void> {
  const { code, details } = await client(ask).call('ModelInfer', request)
  ok(code === status.INVALID_ARGUMENT, `status ${code}: ${details}`)
}

const typed: Record<string, [string, unknown[]]> = {
  BOOL: ['bool_contents', [true, false]],
  INT8: ['int_contents', [-128, 127]],
  INT16: ['int_contents', [-32_768, 32_767]],
  INT32: ['int_contents', [-(2 ** 31), 2 ** 31 - 1]],
  INT64: ['int64_contents', ['-9223372036854775808', '9007199254740993']],
  UINT8: ['uint_contents', [0, 255]],
  UINT16: ['uint_contents', [0, 65_535]],
  UINT32: ['uint_contents', [0, 4_294_967_295]],
  UINT64: ['uint64_contents', ['0', '18446744073709551615']],
  FP32: ['fp32_contents', [0.5, Number.NEGATIVE_INFINITY]],
  FP64: ['fp64_contents', [Math.PI, Number.POSITIVE_INFINITY]],
  BYTES: ['bytes_contents', [Buffer.from(''), Buffer.from('grüße')]],
}

export const grpcItems: Item[] = [
  item(70, 'live, ready, metadata and infer, called one by one', ['gRPC', linear], async (ask) => {
    const { call } = client(ask)
    deepStrictEqual((await call('ServerLive', {})).value, { live: true })
    deepStrictEqual((await call('ServerReady', {})).value, { ready: true })
    deepStrictEqual((await call('ModelReady', { name: linear })).value, { ready: true })
    const server = (await call('ServerMetadata', {})).value as { name: string; extensions: string[] }
    ok(server.name !== '' && Array.isArray(server.extensions))
    const model = (await call('ModelMetadata', { name: linear })).value as { inputs: unknown }
    deepStrictEqual(model.inputs, [{ name: 'x', datatype: 'FP32', shape: ['-1', '4'] }])
    deepStrictEqual((await call('ModelMetadata', { name: 'oip-nobody' })).code, status.NOT_FOUND)
  }),
  item(71, 'statistics, configuration, repository and a stream', ['gRPC', linear, 'oip-two'], async (ask) => {
    const { call, stream } = client(ask)
    const stats = (await call('ModelStatistics', { name: linear })).value as { model_stats: unknown[] }
    ok(stats.model_stats.length > 0)
    const { config } = (await call('ModelConfig', { name: linear })).value as { config: { name: string } }
    deepStrictEqual(config.name, linear)
    const index = (await call('RepositoryIndex', {})).value as { models: Array<{ name: string }> }
    ok(index.models.some(({ name }) => name === linear))
    deepStrictEqual((await call('RepositoryModelUnload', { model_name: 'oip-two' })).code, status.OK)
    deepStrictEqual((await call('RepositoryModelLoad', { model_name: 'oip-two' })).code, status.OK)
    const open = stream()
    const seen: string[] = []
    const ended = new Promise((resolve, reject) => {
      open.on('data', ({ error_message: error, infer_response: answer }) =>
        seen.push(`${answer?.id}${error}`),
      )
      open.on('end', resolve)
      open.on('error', reject)
    })
    for (const id of ['a', 'b', 'c']) open.write(row({ id }))
    open.end()
    await ended
    deepStrictEqual(seen.sort(), ['a', 'b', 'c'])
  }),
  item(72, 'a request has its fields at their numbers', ['gRPC', linear], async (ask) => {
    const answer = await client(ask).infer(row({ id: 'mine', outputs: [{ name: 'scores' }] }))
    deepStrictEqual([answer.id, answer.outputs.map(({ name }) => name)], ['mine', ['scores']])
  }),
  item(73, 'an answer names model, version and outputs', ['gRPC', linear], async (ask) => {
    const { model_name: name, model_version: version, outputs } = await client(ask).infer(row())
    ok(name === linear && version !== '')
    deepStrictEqual(outputs[0]?.shape.map(Number), [1, 3])
  }),
  item(
    74,
    'each datatype has its field; FP16 travels raw',
    ['gRPC', ...Object.keys(typed).map(identity)],
    async (ask) => {
      for (const [datatype, [field, values]] of Object.entries(typed)) {
        const input = { ...bare(datatype, [1, 2]), contents: { [field]: values } }
        const { outputs, raw_output_contents: raw } = await client(ask).infer({
          model_name: identity(datatype),
          inputs: [input],
        })
        ok(raw.length === 1 || outputs[0]?.contents, `${datatype} is not there`)
        if (raw.length === 0) deepStrictEqual(outputs[0]?.contents?.[field], values, datatype)
      }
    },
  ),
  item(75, 'raw of all inputs or of none', ['gRPC', linear, 'oip-two'], async (ask) => {
    const inputs = [bare('FP32', [1, 4])]
    const raw = await client(ask).infer(row({ inputs, raw_input_contents: [floats(1, 2, 3, 4)] }))
    deepStrictEqual(raw.raw_output_contents[0]?.byteLength, 12)
    await isInvalid(ask, row({ raw_input_contents: [floats(1, 2, 3, 4)] }))
    await isInvalid(ask, row({ inputs, raw_input_contents: [floats(1, 2, 3, 4), floats(1)] }))
    await isInvalid(ask, row({ inputs, raw_input_contents: [floats(1, 2, 3)] }))
  }),
  item(76, 'parameters are typed', ['gRPC', linear], async (ask) => {
    const parameters = {
      priority: { uint64_param: '1' },
      timeout: { int64_param: '10000000' },
      mine: { bool_param: true },
    }
    await client(ask).infer(row({ parameters }))
    await isInvalid(ask, row({ parameters: { timeout: { string_param: 'soon' } } }))
  }),
  item(77, 'raw BYTES are each behind their length', ['gRPC', identity('BYTES')], async (ask) => {
    const bytes = lengthPrefixed('', 'grüße')
    const request = {
      model_name: identity('BYTES'),
      inputs: [bare('BYTES', [1, 2])],
      raw_input_contents: [bytes],
    }
    deepStrictEqual(Buffer.from((await client(ask).infer(request)).raw_output_contents[0] ?? []), bytes)
    await isInvalid(ask, { ...request, raw_input_contents: [bytes.subarray(0, 5)] })
  }),
  item(78, 'an empty version leaves the choice to the server', ['gRPC', linear], async (ask) => {
    const { model_version: chosen } = await client(ask).infer(row({ model_version: '' }))
    deepStrictEqual((await client(ask).infer(row({ model_version: chosen }))).model_version, chosen)
    const { code } = await client(ask).call('ModelInfer', row({ model_version: '987.0.0' }))
    deepStrictEqual(code, status.NOT_FOUND)
  }),
]
