/** Tensors to JSON and back: every value that a datatype has survives, every other is refused. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseExactJson } from '../../../src-main/base/json.ts'
import { decodeData, encodeTensor } from '../../../src-main/base/tensor-json.ts'
import { concatenate, split, type Tensor, type TensorData } from '../../../src-main/base/tensors.ts'
import type { Datatype } from '../../../src-main/contract/tensor.ts'

const arrays: Partial<Record<Datatype, fc.Arbitrary<TensorData>>> = {
  BOOL: fc.uint8Array({ max: 1 }),
  UINT8: fc.uint8Array(),
  INT8: fc.int8Array(),
  UINT16: fc.uint16Array(),
  INT16: fc.int16Array(),
  UINT32: fc.uint32Array(),
  INT32: fc.int32Array(),
  INT64: fc.bigInt64Array(),
  UINT64: fc.bigUint64Array(),
  FP32: fc.float32Array(),
  FP64: fc.float64Array(),
  BYTES: fc.array(fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0'))),
}

test.each(Object.entries(arrays))('%s survives the way over JSON text', (name, arbitrary) => {
  const datatype = name as Datatype
  fc.assert(
    fc.property(arbitrary, (data) => {
      const tensor: Tensor = { name: 'x', datatype, shape: [data.length], data }
      const read = parseExactJson(JSON.stringify(encodeTensor(tensor))) as {
        shape: number[]
        data: unknown[]
      }
      expect(decodeData('x', datatype, read.shape, read.data)).toEqual(withoutNegativeZero(data))
    }),
  )
})

/** JSON.stringify writes -0 as 0. */
const withoutNegativeZero = (data: TensorData): TensorData =>
  data instanceof Float32Array || data instanceof Float64Array
    ? data.map((value) => (value === 0 ? 0 : value))
    : data

test('every bit pattern of FP16 that is a number survives', () => {
  const bits = Uint16Array.from({ length: 0x7c00 }, (_, at) => at)
  const { data, shape } = encodeTensor({ name: 'x', datatype: 'FP16', shape: [bits.length], data: bits })
  expect(decodeData('x', 'FP16', shape, data)).toEqual(bits)
})

describe('what a datatype does not have is refused with the name of the input', () => {
  const refused: [Datatype, unknown[]][] = [
    ['BOOL', [2, 'true', null, -1]],
    ['UINT8', [256, -1, 1.5, '1', null, true]],
    ['INT32', [2147483648, 1e300, Number.NaN]],
    ['INT64', ['9223372036854775808', 1.5, 2 ** 53, '0x1', '', 'NaN']],
    ['UINT64', [-1, '-1', '18446744073709551616']],
    ['FP16', [65520, 'nan', '1']],
    ['FP32', [3.5e38, null, [], {}, '', Number.POSITIVE_INFINITY]],
    ['FP64', [Number.POSITIVE_INFINITY, true]],
    ['BYTES', [1, null, 'a\0b', '\ud800']],
    ['BF16', [1]],
  ]
  test.each(refused)('%s', (datatype, values) => {
    for (const value of values) {
      expect(() => decodeData('x', datatype, [1], [value]), String(value)).toThrow(
        expect.objectContaining({ code: 'INPUT_INVALID', message: expect.stringContaining('"x"') }),
      )
    }
  })
  test('a shape that promises more than there is, before anything is allocated', () => {
    expect(() => decodeData('x', 'FP64', [2 ** 40, 2 ** 40], [1])).toThrow('needs')
    expect(() => decodeData('x', 'FP32', [2, 2], [[1, 2], [3]])).toThrow('dimension 1')
    expect(() => decodeData('x', 'FP32', [2, 2], [[1, 2], 3])).toThrow('dimension 1')
  })
})

test('whole numbers beyond 2^53 keep their digits, floats and short ones stay numbers', () => {
  expect(parseExactJson('[9007199254740993,-9223372036854775808,0.12345678901234567,1e22,12]')).toEqual([
    9007199254740993n,
    -9223372036854775808n,
    Number('0.12345678901234567'),
    1e22,
    12,
  ])
  expect(() => parseExactJson('{"a":9007199254740993,"a":1}')).toThrow('twice')
})

test('splitting undoes concatenating', () => {
  const rows = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 8 })
  fc.assert(
    fc.property(rows, fc.integer({ min: 0, max: 3 }), fc.boolean(), (counts, width, isText) => {
      const parts = counts.map((count, at): Tensor => {
        const values = Array.from({ length: count * width }, (_, index) => at * 100 + index)
        const data = isText ? values.map(String) : Float32Array.from(values)
        return { name: 'x', datatype: isText ? 'BYTES' : 'FP32', shape: [count, width], data }
      })
      expect(split(concatenate(parts), counts)).toEqual(parts)
    }),
  )
})

describe('a text that someone sends is read or refused by name, however long', () => {
  const long = 15_000_000
  test.each([
    ['a bare number', '1'.repeat(long)],
    ['a negative one', `-${'1'.repeat(long)}`],
    ['a number in an array', `{"inputs":[${'9'.repeat(long)}]}`],
    ['minus signs', '-'.repeat(long)],
    ['white space', ' '.repeat(long)],
    ['backslashes', `"${'\\'.repeat(long)}`],
    ['numbers without a comma', `${'1'.repeat(16)} `.repeat(long / 20)],
  ])('%s', (_name, text) => {
    expect(() => parseExactJson(text)).toThrow(expect.objectContaining({ code: 'JSON_INVALID' }))
  })

  test.each([
    ['a fraction', `0.${'1'.repeat(long)}`],
    ['a string of digits', `"${'1'.repeat(long)}"`],
  ])('%s is read', (_name, text) => {
    expect(parseExactJson(text)).toBe(JSON.parse(text))
  })

  test('any text of the characters of JSON', () => {
    const signs = ['"', '\\', '{', '}', '[', ']', ':', ',', '-', '+', '.', 'e', ' ', '\n', 'true', 'null']
    const piece = fc.tuple(fc.constantFrom(...signs, '1', '9'), fc.nat({ max: 400 }))
    const texts = fc.array(piece).map((pieces) => pieces.map(([sign, times]) => sign.repeat(times)).join(''))
    fc.assert(
      fc.property(texts, (text) => {
        try {
          parseExactJson(text)
        } catch (error) {
          expect(error).toMatchObject({ code: 'JSON_INVALID' })
        }
      }),
    )
  })
})

test('a number beyond FP64 is refused as what it was read as', () => {
  expect(() => decodeData('x', 'FP32', [1], parseExactJson('[1e999]') as unknown[])).toThrow(
    'element 0 is Infinity',
  )
})
