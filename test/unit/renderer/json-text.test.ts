/** What stands in the playground's JSON is what was given, with short rows of numbers on one line. */
import { expect, test } from 'vitest'
import { jsonText } from '../../../src-renderer/pages/playground/json-text.ts'

test('ten numbers are one line', () => {
  const item = { measurements: [17.99, -10.38, 1e-7, 1001, 0.1184, 0.2776, 0.3001, 0.1471, 0.2419, 2e21] }
  expect(jsonText(item)).toBe(`{
  "measurements": [17.99, -10.38, 1e-7, 1001, 0.1184, 0.2776, 0.3001, 0.1471, 0.2419, 2e+21]
}`)
})

test('a matrix has a line a row', () => {
  const rows = [
    [1, 2],
    [3, 4],
  ]
  expect(jsonText(rows)).toBe('[\n  [1, 2],\n  [3, 4]\n]')
})

test('a long row, an empty one, texts and mixed rows stay as they are', () => {
  for (const value of [
    Array.from({ length: 64 }, (_, at) => at),
    [],
    ['[\n1,\n2\n]', 1],
    { text: '[\n  1,\n  2\n]' },
    null,
  ])
    expect(jsonText(value)).toBe(JSON.stringify(value, null, 2))
})

test('nothing is no text', () => {
  expect(jsonText(undefined)).toBe('')
})
