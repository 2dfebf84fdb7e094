/** Items 46 to 52: the binary tensor data extension. */
import { deepStrictEqual, ok } from 'node:assert/strict'
import {
  type Ask,
  answered,
  headHeader,
  type Item,
  identity,
  item,
  linear,
  outputsOf,
  refused,
  row,
} from './door.ts'

const floats = (...values: number[]): Buffer => Buffer.from(Float32Array.of(...values).buffer)
const bytes = floats(1, 2, 3, 4)
const input = (size: unknown = 16, more: object = {}) => ({
  name: 'x',
  datatype: 'FP32',
  shape: [1, 4],
  parameters: { binary_data_size: size },
  ...more,
})
const path = `/v2/models/${linear}/infer`
const withHeader = (ask: Ask, header: string, body: Uint8Array) =>
  ask.send('POST', path, body, { 'content-type': 'application/octet-stream', [headHeader]: header })

export const binaryItems: Item[] = [
  item(46, 'the header says where the JSON ends', [linear], async (ask) => {
    const answer = await ask.postBytes(path, { inputs: [input()] }, [bytes])
    answered(answer)
    deepStrictEqual(outputsOf(answer), outputsOf(await ask.infer(linear, { inputs: [row()] })))
  }),
  item(47, 'bytes follow in the order of the inputs', ['oip-two'], async (ask) => {
    const { json } = await ask.get('/v2/models/oip-two')
    const names = (json.inputs as unknown as Array<{ name: string; shape: number[] }>).map(
      ({ name, shape }) => {
        const sizes = shape.map((size) => (size === -1 ? 1 : size))
        return { name, sizes, count: sizes.reduce((product, size) => product * size, 1) }
      },
    )
    const given = names
      .map((one, at) => ({ ...one, data: new Array<number>(one.count).fill(at + 1) }))
      .reverse()
    const answer = await ask.postBytes(
      '/v2/models/oip-two/infer',
      {
        inputs: given.map(({ name, sizes, count }) => ({
          name,
          datatype: 'FP32',
          shape: sizes,
          parameters: { binary_data_size: count * 4 },
        })),
      },
      given.map(({ data }) => floats(...data)),
    )
    answered(answer)
    const inputs = given.map(({ name, sizes, data }) => ({ name, datatype: 'FP32', shape: sizes, data }))
    deepStrictEqual(outputsOf(answer), outputsOf(await ask.infer('oip-two', { inputs })))
  }),
  item(48, 'outputs are bytes where asked for; the one’s own wish wins', [linear], async (ask) => {
    const all = await ask.infer(linear, { inputs: [row()], parameters: { binary_data_output: true } })
    deepStrictEqual(all.rest.byteLength, 12)
    const outputs = [{ name: 'scores', parameters: { binary_data: false } }]
    const none = await ask.infer(linear, {
      inputs: [row()],
      outputs,
      parameters: { binary_data_output: true },
    })
    ok(outputsOf(none)[0]?.data?.length === 3)
    const one = [{ name: 'scores', parameters: { binary_data: true } }]
    deepStrictEqual((await ask.infer(linear, { inputs: [row()], outputs: one })).rest.byteLength, 12)
  }),
  item(49, 'JSON in, bytes out, and the other way round', [identity('FP32')], async (ask) => {
    const value = { name: 'x', datatype: 'FP32', shape: [1, 2], data: [1, 2] }
    const model = `/v2/models/${identity('FP32')}/infer`
    const out = await ask.post(model, { inputs: [value], parameters: { binary_data_output: true } })
    deepStrictEqual(Buffer.from(out.rest), floats(1, 2))
    const head = { name: 'x', datatype: 'FP32', shape: [1, 2], parameters: { binary_data_size: 8 } }
    const back = await ask.postBytes(model, { inputs: [head] }, [floats(1, 2)])
    deepStrictEqual(outputsOf(back)[0]?.data, [1, 2])
  }),
  item(
    50,
    'the header is answered where an output is bytes, which has its size and no data',
    [linear],
    async (ask) => {
      ok(!(await ask.infer(linear, { inputs: [row()] })).headers.has(headHeader))
      const answer = await ask.infer(linear, { inputs: [row()], parameters: { binary_data_output: true } })
      ok(answer.headers.has(headHeader))
      const [output] = outputsOf(answer)
      ok(output?.parameters?.binary_data_size === 12 && !('data' in output))
    },
  ),
  item(51, 'sizes that do not fit are 400, and so is a header that is no length', [linear], async (ask) => {
    const head = Buffer.from(JSON.stringify({ inputs: [input()] }))
    refused(await ask.postBytes(path, { inputs: [input(12)] }, [bytes.subarray(0, 12)]), 400, 'x')
    refused(await ask.postBytes(path, { inputs: [input()] }, [bytes.subarray(0, 12)]), 400)
    refused(await ask.postBytes(path, { inputs: [input()] }, [bytes, bytes]), 400)
    for (const size of ['16', -1, 1.5, null])
      refused(await ask.postBytes(path, { inputs: [input(size)] }, [bytes]), 400)
    for (const header of ['-1', 'many', '1e3', String(head.byteLength + bytes.byteLength + 1)])
      refused(await withHeader(ask, header, Buffer.concat([head, bytes])), 400)
  }),
  item(
    52,
    'a raw request is the bytes of the one input; its answer is bytes',
    [linear, 'oip-two'],
    async (ask) => {
      const answer = await withHeader(ask, '0', bytes)
      answered(answer)
      deepStrictEqual(answer.rest.byteLength, 12)
      refused(await withHeader(ask, '0', bytes.subarray(1)), 400)
      const two = await ask.send('POST', '/v2/models/oip-two/infer', bytes, { [headHeader]: '0' })
      refused(two, 400)
    },
  ),
]
