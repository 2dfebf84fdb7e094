/** A body cut into its lines, however it was cut on its way. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createLineReader } from '../../../src-main/serving/door/line-reader.ts'

const bytesMax = 8

/** The body in pieces of the sizes, as often as it takes. */
function read(body: string, sizes: readonly number[]): Array<string | null> {
  const bytes = Buffer.from(body)
  const reader = createLineReader(bytesMax)
  const lines = []
  for (let from = 0, at = 0; from < bytes.byteLength; at++) {
    const size = sizes[at % sizes.length] ?? 1
    lines.push(...reader.take(bytes.subarray(from, from + size)))
    from += size
  }
  return [...lines, ...reader.rest()].map((line) => (line === null ? null : line.toString()))
}

test('lines are the same in whatever pieces they come; blank ones are none, long ones are told once', () => {
  const line = fc.string({ unit: fc.constantFrom('a', 'b', ' ', 'é'), maxLength: 12 })
  fc.assert(
    fc.property(
      fc.array(line),
      fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1 }),
      fc.boolean(),
      (lines, sizes, ended) => {
        const expected = lines
          .map((text) => (Buffer.byteLength(text) > bytesMax ? null : text))
          .filter((text) => text === null || text.trim() !== '')
        expect(read(lines.join('\n') + (ended ? '\n' : ''), sizes)).toEqual(expected)
      },
    ),
  )
})

test('a long line is told before its end has come, and the next one is whole', () => {
  const reader = createLineReader(bytesMax)
  expect(reader.take(Buffer.from('123456789'))).toEqual([null])
  expect(reader.take(Buffer.from('0123456789'))).toEqual([])
  expect(reader.take(Buffer.from('\nnext\n')).map(String)).toEqual(['next'])
})
