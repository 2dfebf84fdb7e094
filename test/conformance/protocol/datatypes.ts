/** Items 39 to 45: every kind of element, in JSON and as bytes. */
import { deepStrictEqual, ok } from 'node:assert/strict'
import { type Ask, answered, type Item, identity, item, linear, outputsOf, refused, row } from './door.ts'

const json = async (ask: Ask, datatype: string, data: string): Promise<string> => {
  const body = `{"inputs":[{"name":"x","datatype":"${datatype}","shape":[1,2],"data":${data}}]}`
  const answer = await ask.send('POST', `/v2/models/${identity(datatype)}/infer`, body, {
    'content-type': 'application/json',
  })
  answered(answer)
  return /"data":(\[[^\]]*\])/.exec(answer.bytes.toString())?.[1] ?? ''
}

export const asBytes = (ask: Ask, datatype: string, bytes: Uint8Array, shape = [1, 2]) =>
  ask.postBytes(
    `/v2/models/${identity(datatype)}/infer`,
    {
      inputs: [{ name: 'x', datatype, shape, parameters: { binary_data_size: bytes.byteLength } }],
      parameters: { binary_data_output: true },
    },
    [bytes],
  )

async function comesBack(ask: Ask, datatype: string, bytes: Uint8Array): Promise<void> {
  const answer = await asBytes(ask, datatype, bytes)
  answered(answer)
  deepStrictEqual(Buffer.from(answer.rest), Buffer.from(bytes), datatype)
}

const of = (values: ArrayBufferView): Buffer =>
  Buffer.from(values.buffer as ArrayBuffer, values.byteOffset, values.byteLength)
const edges: Record<string, Buffer> = {
  BOOL: Buffer.from([0, 1]),
  UINT8: Buffer.from([0, 255]),
  UINT16: of(Uint16Array.of(0, 65_535)),
  UINT32: of(Uint32Array.of(0, 4_294_967_295)),
  UINT64: of(BigUint64Array.of(0n, 2n ** 64n - 1n)),
  INT8: of(Int8Array.of(-128, 127)),
  INT16: of(Int16Array.of(-32_768, 32_767)),
  INT32: of(Int32Array.of(-(2 ** 31), 2 ** 31 - 1)),
  INT64: of(BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n)),
  FP16: of(Uint16Array.of(0x7e01, 0x3c00)),
  FP32: of(Uint32Array.of(0x7fc0_0001, 0xff80_0000)),
  FP64: of(Float64Array.of(Number.NaN, Number.NEGATIVE_INFINITY)),
}

export const lengthPrefixed = (...texts: string[]): Buffer =>
  Buffer.concat(
    texts.flatMap((text) => {
      const length = Buffer.alloc(4)
      length.writeUInt32LE(Buffer.byteLength(text))
      return [length, Buffer.from(text)]
    }),
  )

export const datatypeItems: Item[] = [
  item(39, 'datatypes are known by their upper-case names', [linear], async (ask) => {
    refused(await ask.infer(linear, { inputs: [row([1, 2, 3, 4], [1, 4], 'fp32')] }), 400, 'fp32')
    refused(await ask.infer(linear, { inputs: [row([1, 2, 3, 4], [1, 4], 'FLOAT')] }), 400, 'FLOAT')
  }),
  item(40, 'every datatype travels as bytes, bit by bit', Object.keys(edges).map(identity), async (ask) => {
    for (const [datatype, bytes] of Object.entries(edges)) await comesBack(ask, datatype, bytes)
  }),
  item(41, 'BOOL is true and false; as bytes 0 and 1, and 2 is refused', [identity('BOOL')], async (ask) => {
    deepStrictEqual(await json(ask, 'BOOL', '[true,false]'), '[true,false]')
    refused(await asBytes(ask, 'BOOL', Buffer.from([0, 2])), 400, 'x')
  }),
  item(42, 'BYTES are JSON text, or each behind its length', [identity('BYTES')], async (ask) => {
    deepStrictEqual(await json(ask, 'BYTES', '["","grüße"]'), '["","grüße"]')
    await comesBack(ask, 'BYTES', lengthPrefixed('', 'grüße'))
    refused(await asBytes(ask, 'BYTES', lengthPrefixed('one')), 400, 'x')
    refused(await asBytes(ask, 'BYTES', Buffer.from([9, 0, 0, 0, 1])), 400, 'x')
  }),
  item(
    43,
    'whole numbers of 64 bits keep every digit',
    [identity('INT64'), identity('UINT64')],
    async (ask) => {
      const signed = '[-9223372036854775808,9007199254740993]'
      deepStrictEqual((await json(ask, 'INT64', signed)).replaceAll('"', ''), signed)
      const unsigned = '[18446744073709551615,9007199254740993]'
      deepStrictEqual((await json(ask, 'UINT64', unsigned)).replaceAll('"', ''), unsigned)
    },
  ),
  item(
    44,
    'NaN and infinities travel as bytes; in JSON they are null or text',
    [identity('FP32')],
    async (ask) => {
      const bytes = of(Float32Array.of(Number.NaN, Number.POSITIVE_INFINITY))
      await comesBack(ask, 'FP32', bytes)
      const answer = await ask.postBytes(
        `/v2/models/${identity('FP32')}/infer`,
        { inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 2], parameters: { binary_data_size: 8 } }] },
        [bytes],
      )
      const data = outputsOf(answer)[0]?.data ?? []
      ok(data.length === 2 && data.every((value) => value === null || typeof value === 'string'), `${data}`)
    },
  ),
  item(45, 'a tensor without elements is answered', [linear], async (ask) => {
    const answer = await ask.infer(linear, { inputs: [row([], [0, 4])] })
    answered(answer)
    deepStrictEqual(
      outputsOf(answer).map(({ shape, data }) => ({ shape, data })),
      [{ shape: [0, 3], data: [] }],
    )
  }),
]
