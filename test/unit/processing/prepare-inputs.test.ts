/** From what a consumer sends to tensors, as a package declares: fields, texts and tensors. */
import { describe, expect, test } from 'vitest'
import { prepareInputs } from '../../../src-main/processing/prepare-inputs.ts'
import { dataOf, plan, shapesOf, spec } from '../../support/processing-plan.ts'

const fields = plan(
  [spec('x', [-1, 2])],
  [
    {
      kind: 'fields',
      tensor: 'x',
      fields: [
        { name: 'width', min: 0, max: 1 },
        { name: 'height', default: 7 },
      ],
    },
  ],
)

describe('fields', () => {
  test('a row by position or by name, one or many, given directly or by the input name', async () => {
    for (const value of [
      [1, 2],
      { width: 1, height: 2 },
      { x: [1, 2] },
      [[1, 2]],
      [{ width: 1, height: 2 }],
    ]) {
      expect(await dataOf(fields, value), JSON.stringify(value)).toEqual([[[1, 2]]])
    }
    expect(await shapesOf(fields, [[1, 2], { width: 3 }])).toEqual({
      items: 2,
      runs: [{ shape: [[2, 2]], rows: [1, 1] }],
    })
    expect(await dataOf(fields, { width: 3 })).toEqual([[[3, 7]]])
  })
  test('minimum and maximum are hints: a value outside goes through', async () => {
    expect(await dataOf(fields, { width: -50 })).toEqual([[[-50, 7]]])
  })
  test.each([
    [[1]],
    [[1, 2, 3]],
    [{}],
    [{ width: 'a' }],
    [{ width: null }],
    [{ depth: 1 }],
    ['text'],
    [[]],
    [undefined],
  ])('%j is refused with the name of the input', async (value) => {
    await expect(prepareInputs(fields, value)).rejects.toMatchObject({ code: 'INPUT_INVALID' })
  })
})

describe('text and raw tensors', () => {
  const text = plan([spec('t', [-1], 'BYTES')], [{ kind: 'text', tensor: 't', charsMax: 5 }])
  test('one text or many', async () => {
    expect(await dataOf(text, 'abc')).toEqual([[['abc']]])
    expect(await dataOf(text, ['abc', 'd'])).toEqual([[['abc', 'd']]])
    await expect(prepareInputs(text, 'too long')).rejects.toThrow('at most 5')
    await expect(prepareInputs(text, 'a\0')).rejects.toThrow('NUL')
  })
  test('nested arrays say their shape, flat ones are folded, tensors carry theirs', async () => {
    const raw = plan([spec('x', [-1, 2, 2])])
    for (const value of [
      [
        [
          [1, 2],
          [3, 4],
        ],
      ],
      [
        [1, 2],
        [3, 4],
      ],
      [1, 2, 3, 4],
      { shape: [1, 2, 2], data: [1, 2, 3, 4] },
    ]) {
      expect(await shapesOf(raw, value), JSON.stringify(value)).toEqual({
        items: 1,
        runs: [{ shape: [[1, 2, 2]], rows: [1] }],
      })
    }
    expect(await shapesOf(raw, [{ data: [1, 2, 3, 4] }, { data: [1, 2, 3, 4] }])).toEqual({
      items: 2,
      runs: [{ shape: [[2, 2, 2]], rows: [1, 1] }],
    })
    for (const value of [
      [1, 2, 3],
      [[[1, 2], [3]]],
      { shape: [1, 2, 2], data: [1] },
      { shape: [-1], data: [] },
      'x',
    ]) {
      await expect(prepareInputs(raw, value), JSON.stringify(value)).rejects.toMatchObject({
        code: 'INPUT_INVALID',
      })
    }
  })
  test('a model that takes one row runs once an item; one that takes exactly four refuses three', async () => {
    expect((await shapesOf(plan([spec('x', [1, 2])]), [{ x: [[1, 2]] }, { x: [[3, 4]] }])).runs).toHaveLength(
      2,
    )
    const four = plan([spec('x', [4, 1])])
    expect(
      (
        await shapesOf(
          four,
          [1, 2, 3, 4].map((value) => ({ x: [[value]] })),
        )
      ).runs,
    ).toEqual([{ shape: [[4, 1]], rows: [1, 1, 1, 1] }])
    await expect(prepareInputs(four, [{ x: [[1]] }])).rejects.toThrow('exactly 4 rows')
  })
  test('several inputs are named, and each problem names its own', async () => {
    const two = plan([spec('a', [-1, 1]), spec('b', [-1, 1])])
    expect(await dataOf(two, { a: [[1]], b: [[2]] })).toEqual([[[1], [2]]])
    await expect(prepareInputs(two, { a: [[1]] })).rejects.toThrow('"b"')
    await expect(prepareInputs(two, { a: [[1]], b: [[2]], c: 1 })).rejects.toThrow('"c"')
    await expect(prepareInputs(two, [[1]])).rejects.toThrow('"a", "b"')
  })
})

test.each([
  ['fields', fields, { Y: [1, 2] }],
  ['fields, several', fields, { x: [1, 2], Y: [1, 2] }],
  ['a tensor', plan([spec('x', [-1, 2])]), { Y: [[1, 2]] }],
  ['a single number', plan([spec('x', [])]), { Y: 1 }],
  ['a text', plan([spec('x', [-1], 'BYTES')], [{ kind: 'text', tensor: 'x' }]), { Y: 'hello' }],
  [
    'a picture',
    plan(
      [spec('x', [-1, 4])],
      [{ kind: 'image', tensor: 'x', width: 2, height: 2, channels: 'L', layout: 'flat' }],
    ),
    { Y: 'iVBORw0KGgo=' },
  ],
])(
  'the only input is %s: one that the model does not have is named, and the one it has',
  async (_name, which, value) => {
    await expect(prepareInputs(which, value)).rejects.toMatchObject({
      code: 'INPUT_INVALID',
      message: 'The model has no input "Y"; it takes "x".',
    })
  },
)
