/** The rungs that run a model: what its cases say, and whether its requests may be joined. */
import { describe, expect } from 'vitest'
import { floats } from '../../support/onnx-writer.ts'
import { test } from '../../support/package-folder.ts'
import { failure, processing, type Source, validated, withModel } from '../../support/validated.ts'

describe('cases', () => {
  const suite = (...lines: unknown[]) => ({
    'suite.jsonl': lines.map((line) => JSON.stringify(line)).join('\n'),
  })
  const run = (folder: string, files: Record<string, string>, more: Source[1] = {}) =>
    validated(folder, { suite: 'suite.jsonl', ...more }, files, { processing })

  test('that fail to run name the case', async ({ folder }) => {
    const bad = await run(
      folder,
      suite(
        { id: 'good', inputs: { x: [1, 2, 3, 4] }, expected: {} },
        { id: 'short', inputs: { x: [1] }, expected: {} },
      ),
    )
    expect(failure(bad)).toMatchObject({ name: 'cases', details: { case: 'short' } })
  })
  test('that are wrong are measured, and warned of where the description claims better', async ({
    folder,
  }) => {
    const files = suite(
      { id: 'a', inputs: { x: [1, 0, 0, 0] }, expected: { label: '1' } },
      { id: 'b', inputs: { x: [1, 0, 0, 0] }, expected: { label: '2' } },
    )
    const { report } = await run(folder, files, { evaluation: { overall: { accuracy: 0.9 } } })
    expect(report.measured).toEqual({ cases: 2, accuracy: 0.5 })
    expect(report.checks.find(({ name }) => name === 'cases')).toMatchObject({
      outcome: 'warned',
      details: { wrong: [{ id: 'b' }], examples: ['a'] },
    })
  })
  test('that promise a tensor and give another fail', async ({ folder }) => {
    const tensors = [{ name: 'y', datatype: 'FP32', shape: [1, 4], data: [9, 9, 9, 9] }]
    expect(
      failure(
        await run(folder, suite({ id: 'a', inputs: { x: [1, 0, 0, 0] }, expected: { label: '9', tensors } })),
      ),
    ).toMatchObject({ name: 'cases' })
  })
  test('are all run, however many there are, and the one that breaks its promise is named', async ({
    folder,
  }) => {
    const label = (id: number) => ({ id: `${id}`, inputs: { x: [1, 0, 0, 0] }, expected: { label: '1' } })
    const tensors = [{ name: 'y', datatype: 'FP32', shape: [1, 4], data: [9, 9, 9, 9] }]
    const cases: unknown[] = Array.from({ length: 1200 }, (_, id) => label(id))
    const wrong = { id: 'wrong', inputs: { x: [1, 0, 0, 0] }, expected: { label: '2' } }
    expect((await run(folder, suite(...cases, wrong))).report.measured).toMatchObject({
      cases: 1201,
      accuracy: 1200 / 1201,
    })
    const promised = { id: 'promised', inputs: { x: [1, 0, 0, 0] }, expected: { tensors } }
    const broken = await run(folder, suite(wrong, ...cases, promised))
    expect(failure(broken)?.message).toContain('"promised"')
  })
  test('that are no cases name the line', async ({ folder }) => {
    const result = await run(folder, {
      'suite.jsonl': `${suite({ id: 'a', inputs: { x: [1, 2, 3, 4] }, expected: {} })['suite.jsonl']}\n{"id":1}`,
    })
    expect(failure(result)).toMatchObject({ name: 'cases', message: expect.stringContaining('Line 2') })
  })
})

describe('batching', () => {
  const io = (shape: (number | string)[]) => ({
    inputs: [{ name: 'x', shape: ['n', 4] }],
    outputs: [{ name: 'y', shape }],
  })
  const one = {
    ...io(['n', 4]),
    nodes: [{ operator: 'MatMul', inputs: ['x', 'w'], outputs: ['y'] }],
    initializers: [
      { name: 'w', dims: [4, 4], raw: floats(...Array.from({ length: 16 }, (_, at) => at / 7)) },
    ],
  }

  test('is proved for a model whose rows do not meet', async ({ folder }) => {
    const { report } = await validated(folder, {}, withModel(one))
    expect(report.batchSafe).toBe(true)
  })
  test('is denied where a row changes with its neighbours', async ({ folder }) => {
    const softmax = {
      ...io(['n', 4]),
      nodes: [{ operator: 'Softmax', inputs: ['x'], outputs: ['y'], attributes: [{ name: 'axis', int: 0 }] }],
      initializers: [],
    }
    const { report } = await validated(folder, {}, withModel(softmax))
    expect(report).toMatchObject({ verdict: 'passed', batchSafe: false })
    expect(report.checks.find(({ name }) => name === 'batch')?.message).toContain('one by one')
  })
  test('is denied where rows are joined into one', async ({ folder }) => {
    const sum = {
      ...io(['m', 4]),
      opset: 11,
      nodes: [
        { operator: 'ReduceMax', inputs: ['x'], outputs: ['y'], attributes: [{ name: 'keepdims', int: 1 }] },
      ],
      initializers: [],
    }
    expect((await validated(folder, {}, withModel(sum))).report.batchSafe).toBe(false)
  })
  test('is not asked of a model of one item', async ({ folder }) => {
    const fixed = { inputs: [{ name: 'x', shape: [1, 4] }], outputs: [{ name: 'y', shape: [1, 4] }] }
    const { report } = await validated(folder, {}, withModel(fixed))
    expect(report.batchSafe).toBe(false)
    expect(report.checks.find(({ name }) => name === 'batch')).toMatchObject({ outcome: 'skipped' })
  })
})

test('an input too large to be made up is left alone', async ({ folder }) => {
  const huge = {
    inputs: [{ name: 'x', shape: [2 ** 20, 2 ** 20] }],
    outputs: [{ name: 'y', shape: [2 ** 20, 2 ** 20] }],
    nodes: [{ operator: 'Relu', inputs: ['x'], outputs: ['y'] }],
  }
  const { report } = await validated(folder, {}, withModel(huge))
  expect(report).toMatchObject({ verdict: 'passed', batchSafe: null, latencyMs: null })
  expect(report.checks.find(({ name }) => name === 'cases')).toMatchObject({ outcome: 'warned' })
})
