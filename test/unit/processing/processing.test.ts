/** From what a consumer sends to tensors, and from tensors to what it reads, as a package declares. */
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import type { Tensor } from '../../../src-main/base/tensors.ts'
import { inputSchema, outputSchema } from '../../../src-main/contract/package.ts'
import type { TensorSpec } from '../../../src-main/contract/tensor.ts'
import { activate, finishOutputs } from '../../../src-main/processing/finish-outputs.ts'
import { judgeCase } from '../../../src-main/processing/judge-case.ts'
import type { ProcessingPlan } from '../../../src-main/processing/plan.ts'
import { prepareInputs } from '../../../src-main/processing/prepare-inputs.ts'

const spec = (name: string, shape: number[], datatype: TensorSpec['datatype'] = 'FP32'): TensorSpec => ({
  name,
  datatype,
  shape,
})
const plan = (inputSpecs: TensorSpec[], inputs: unknown[] = [], outputs: unknown[] = []): ProcessingPlan => ({
  inputs: inputs.map((schema) => inputSchema.parse(schema)),
  outputs: outputs.map((schema) => outputSchema.parse(schema)),
  inputSpecs,
  outputSpecs: [],
  labels: { y: ['cat', 'dog', 'fox'] },
})
const shapes = async (which: ProcessingPlan, value: unknown) => {
  const { runs, items } = await prepareInputs(which, value)
  return { items, runs: runs.map(({ inputs, rows }) => ({ shape: inputs.map(({ shape }) => shape), rows })) }
}
const dataOf = async (which: ProcessingPlan, value: unknown) =>
  (await prepareInputs(which, value)).runs.map(({ inputs }) => inputs.map(({ data }) => [...data]))

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
    expect(await shapes(fields, [[1, 2], { width: 3 }])).toEqual({
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
      expect(await shapes(raw, value), JSON.stringify(value)).toEqual({
        items: 1,
        runs: [{ shape: [[1, 2, 2]], rows: [1] }],
      })
    }
    expect(await shapes(raw, [{ data: [1, 2, 3, 4] }, { data: [1, 2, 3, 4] }])).toEqual({
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
    expect((await shapes(plan([spec('x', [1, 2])]), [{ x: [[1, 2]] }, { x: [[3, 4]] }])).runs).toHaveLength(2)
    const four = plan([spec('x', [4, 1])])
    expect(
      (
        await shapes(
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

describe('pictures', () => {
  const png = async (width: number, height: number, background: string) =>
    (
      await sharp({ create: { width, height, channels: 4, background } })
        .png()
        .toBuffer()
    ).toString('base64')
  const image = (more: object, shape = [-1, 3, 2, 2]) =>
    plan(
      [spec('x', shape)],
      [{ kind: 'image', tensor: 'x', width: 2, height: 2, channels: 'RGB', layout: 'CHW', ...more }],
    )

  test('channels, layout, scale, mean and std, as declared', async () => {
    const base64 = await png(8, 8, '#ff8000')
    const planes = (r: number, g: number, b: number) => [
      [...Array(4).fill(r), ...Array(4).fill(g), ...Array(4).fill(b)],
    ]
    expect(await dataOf(image({}), { base64 })).toEqual([planes(255, 128, 0)])
    expect(await dataOf(image({ channels: 'BGR' }), base64)).toEqual([planes(0, 128, 255)])
    expect(await dataOf(image({ invert: true }), `data:image/png;base64,${base64}`)).toEqual([
      planes(0, 127, 255),
    ])
    expect(await dataOf(image({ mean: [255, 128, 0], std: [1, 1, 2] }), { base64 })).toEqual([
      planes(0, 0, 0),
    ])
    expect(await dataOf(image({ layout: 'HWC' }, [-1, 2, 2, 3]), { base64 })).toEqual([
      [Array(4).fill([255, 128, 0]).flat()],
    ])
    expect(await shapes(image({ channels: 'L', layout: 'flat' }, [-1, 4]), [base64, base64])).toMatchObject({
      runs: [{ shape: [[2, 4]] }],
    })
  })
  test('what is transparent is paper; contain leaves bars, cover fills', async () => {
    expect(await dataOf(image({ channels: 'L' }, [-1, 1, 2, 2]), await png(4, 4, '#00000000'))).toEqual([
      [[255, 255, 255, 255]],
    ])
    const wide = await png(8, 4, '#ffffff')
    const contained = await dataOf(
      image({ channels: 'L', width: 2, height: 2, resize: 'contain' }, [-1, 1, 2, 2]),
      wide,
    )
    expect(contained[0]?.[0]).toContain(0)
    expect(await dataOf(image({ channels: 'L', resize: 'cover' }, [-1, 1, 2, 2]), wide)).toEqual([
      [[255, 255, 255, 255]],
    ])
  })
  test('bombs, other formats, half files and files of the machine are refused', async () => {
    const bomb = (
      await sharp({ create: { width: 12_000, height: 12_000, channels: 3, background: '#fff' } })
        .png()
        .toBuffer()
    ).toString('base64')
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="2" height="2"/>').toString(
      'base64',
    )
    const half = Buffer.from(await png(200, 200, '#123456'), 'base64')
      .subarray(0, 120)
      .toString('base64')
    for (const value of [
      { base64: bomb },
      { base64: svg },
      { base64: half },
      { base64: '' },
      { base64: '§' },
      { file: '/etc/passwd' },
      7,
    ]) {
      await expect(prepareInputs(image({}), value)).rejects.toMatchObject({
        code: 'INPUT_INVALID',
        message: expect.stringContaining('"x"'),
      })
    }
  })
})

describe('outputs', () => {
  const y = (data: number[], shape: number[]): Tensor => ({
    name: 'y',
    datatype: 'FP32',
    shape,
    data: Float32Array.from(data),
  })
  const classes = plan([], [], [{ kind: 'classes', tensor: 'y', activation: 'softmax', topK: 2 }])

  test('classes: the best with their labels, one record an item', () => {
    const records = finishOutputs(classes, [
      { outputs: [y([0, 1, 0, 5, 0, 0], [2, 3])], rows: [1, 1], masks: [] },
    ])
    expect(records).toMatchObject([
      {
        y: {
          top: [
            { label: 'dog', index: 1 },
            { label: 'cat', index: 0 },
          ],
        },
      },
      {
        y: {
          top: [
            { label: 'cat', index: 0 },
            { label: 'dog', index: 1 },
          ],
        },
      },
    ])
  })
  test('one score with two labels is that of the second, as its complement is of the first', () => {
    const binary = {
      ...plan([], [], [{ kind: 'classes', tensor: 'y', activation: 'sigmoid' }]),
      labels: { y: ['no', 'yes'] },
    }
    const records = finishOutputs(binary, [{ outputs: [y([100, -100], [2, 1])], rows: [1, 1], masks: [] }])
    expect(records).toEqual([
      {
        y: {
          top: [
            { label: 'yes', score: 1, index: 1 },
            { label: 'no', score: 0, index: 0 },
          ],
        },
      },
      {
        y: {
          top: [
            { label: 'no', score: 1, index: 0 },
            { label: 'yes', score: expect.closeTo(0), index: 1 },
          ],
        },
      },
    ])
  })
  test('a model that names its class itself is answered with that name', () => {
    const named: Tensor = { name: 'y', datatype: 'BYTES', shape: [2], data: ['spam', 'ham'] }
    const records = finishOutputs({ ...classes, labels: {} }, [{ outputs: [named], rows: [1, 1], masks: [] }])
    expect(records).toEqual([
      { y: { top: [{ label: 'spam', score: 1, index: 0 }] } },
      { y: { top: [{ label: 'ham', score: 1, index: 0 }] } },
    ])
    const expected = { label: 'ham', toleranceAbsolute: 0, toleranceRelative: 0 }
    const judged = judgeCase({ ...classes, labels: {} }, expected, [{ ...named, shape: [1], data: ['ham'] }])
    expect(judged).toMatchObject({ right: true })
  })
  test('softmax sums to one and does not overflow, sigmoid takes each alone', () => {
    expect(activate('softmax', [1000, 1000, -1000])).toEqual([0.5, 0.5, 0])
    expect(activate('sigmoid', [0, 100])).toEqual([0.5, 1])
  })
  test('tensors are cut by the rows of each item; those that do not follow the rows stay whole', () => {
    const raw = plan([])
    expect(finishOutputs(raw, [{ outputs: [y([1, 2, 3], [3, 1])], rows: [1, 2], masks: [] }])).toEqual([
      { y: { name: 'y', datatype: 'FP32', shape: [1, 1], data: [1] } },
      { y: { name: 'y', datatype: 'FP32', shape: [2, 1], data: [2, 3] } },
    ])
    expect(finishOutputs(raw, [{ outputs: [y([1], [1])], rows: [1, 1], masks: [] }])).toEqual([
      { y: { name: 'y', datatype: 'FP32', shape: [1], data: [1] } },
      {},
    ])
  })
  test('a case is judged by its label and by its tensors', () => {
    const outputs = [y([0, 9, 0], [1, 3])]
    expect(judgeCase(classes, { label: 'dog' }, outputs)).toMatchObject({ right: true })
    expect(judgeCase(classes, { label: 'fox' }, outputs)).toMatchObject({
      right: false,
      message: 'expected fox, got dog',
    })
    const tensor = (data: unknown[]) => ({
      tensors: [{ name: 'y', datatype: 'FP32' as const, shape: [1, 3], data }],
    })
    expect(judgeCase(classes, tensor([0, 9.0001, 0]), outputs).right).toBe(true)
    expect(judgeCase(classes, tensor([0, 9.1, 0]), outputs)).toMatchObject({
      right: false,
      message: '"y" has 9 at element 1, expected 9.100000381469727',
    })
    expect(judgeCase(classes, { ...tensor([0, 9.1, 0]), toleranceAbsolute: 0.2 }, outputs).right).toBe(true)
    expect(judgeCase(classes, tensor([0, 'NaN', 0]), outputs).right).toBe(false)
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

test.each([
  ['white space', ' '.repeat(5_000_000)],
  ['letters', 'A'.repeat(15_000_000)],
  ['signs of equality', '='.repeat(5_000_000)],
])('a picture of nothing but %s is refused at once', async (_name, text) => {
  const picture = { kind: 'image', tensor: 'x', width: 2, height: 2, channels: 'L', layout: 'flat' }
  await expect(prepareInputs(plan([spec('x', [-1, 4])], [picture]), `${text}!`)).rejects.toMatchObject({
    code: 'INPUT_INVALID',
    message: 'Input "x": the picture is not valid base64.',
  })
})
