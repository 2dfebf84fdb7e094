/** Embeddings: the vectors of an item's tokens to one, as the package declares, and what of a description cannot be. */
import { describe, expect, test } from 'vitest'
import type { Tensor, TensorData } from '../../../src-main/base/tensors.ts'
import { outputSchema } from '../../../src-main/contract/package.ts'
import type { Datatype, TensorSpec } from '../../../src-main/contract/tensor.ts'
import { interfaceProblems } from '../../../src-main/package/checks/interface-check.ts'
import { prepareEmbeddings } from '../../../src-main/processing/embedding-inputs.ts'
import { finishEmbeddings, finishOutputs } from '../../../src-main/processing/finish-outputs.ts'
import { judgeCase } from '../../../src-main/processing/judge-case.ts'
import type { ProcessingPlan } from '../../../src-main/processing/plan.ts'
import { prepareInputs } from '../../../src-main/processing/prepare-inputs.ts'

const ids: TensorSpec = { name: 'input_ids', datatype: 'INT64', shape: [-1, -1] }
const attention: TensorSpec = { name: 'attention_mask', datatype: 'INT64', shape: [-1, -1] }
const plan = (
  more: Record<string, unknown>,
  inputSpecs: TensorSpec[] = [ids, attention],
): ProcessingPlan => ({
  inputs: [],
  outputs: [outputSchema.parse({ kind: 'embedding', tensor: 'y', ...more })],
  inputSpecs,
  outputSpecs: [],
  labels: {},
})
const tensor = (name: string, datatype: Datatype, shape: number[], data: TensorData): Tensor => ({
  name,
  datatype,
  shape,
  data,
})
const y = (shape: number[], ...values: number[]) => tensor('y', 'FP32', shape, Float32Array.from(values))
const mask = (shape: number[], ...values: bigint[]) =>
  tensor('attention_mask', 'INT64', shape, BigInt64Array.from(values))
const vectors = (
  which: ProcessingPlan,
  output: Tensor,
  rows = [1],
  masks: Tensor[] = [],
  cut: number | null = null,
) => {
  const [schema] = which.outputs
  if (schema?.kind !== 'embedding') throw new Error('no embedding')
  return finishEmbeddings(which, schema, { outputs: [output], rows, masks }, cut).map((one) => [...one])
}

describe('pooling', () => {
  test('none: what the model gives for an item, whatever its rank', () => {
    expect(vectors(plan({}), y([2, 2], 1, 2, 3, 4), [1, 1])).toEqual([
      [1, 2],
      [3, 4],
    ])
    expect(vectors(plan({}), y([2], 1, 2))).toEqual([[1, 2]])
    expect(vectors(plan({}), y([1, 2, 1, 1], 1, 2))).toEqual([[1, 2]])
  })
  test('mean: of the tokens that the mask counts', () => {
    const tokens = y([2, 2, 2], 1, 2, 3, 4, 5, 6, 7, 8)
    expect(vectors(plan({ pooling: 'mean' }), tokens, [1, 1])).toEqual([
      [2, 3],
      [6, 7],
    ])
    expect(vectors(plan({ pooling: 'mean' }), tokens, [1, 1], [mask([2, 2], 1n, 0n, 1n, 1n)])).toEqual([
      [1, 2],
      [6, 7],
    ])
  })
  test('a mask that counts nothing gives zeros and no division by zero', () => {
    const normal = plan({ pooling: 'mean', normalize: true })
    expect(vectors(normal, y([1, 2, 2], 1, 2, 3, 4), [1], [mask([1, 2], 0n, 0n)])).toEqual([[0, 0]])
  })
  test('cls: the first token', () => {
    expect(vectors(plan({ pooling: 'cls' }), y([1, 2, 2], 1, 2, 3, 4))).toEqual([[1, 2]])
  })
  test('half-precision numbers are read as numbers', () => {
    const half = new Uint16Array(Float16Array.from([0.5, 2]).buffer)
    expect(vectors(plan({}), tensor('y', 'FP16', [1, 2], half))).toEqual([[0.5, 2]])
  })
  test('cut first and normalized then', () => {
    const cut = vectors(plan({ normalize: true }), y([1, 3], 3, 4, 12), [1], [], 2)
    expect(cut.map((one) => one.map((value) => value.toFixed(4)))).toEqual([['0.6000', '0.8000']])
  })
})

test('predict gives each item its vector, a row each where an item has several', () => {
  const run = { outputs: [y([3, 1], 1, 2, 3)], rows: [1, 2], masks: [] }
  expect(finishOutputs(plan({}), [run])).toEqual([
    { y: { embedding: [1] } },
    { y: { rows: [{ embedding: [2] }, { embedding: [3] }] } },
  ])
})

test('the mask is copied before the run takes its memory, and only where it is needed', async () => {
  const item = { input_ids: [[5, 6]], attention_mask: [[1, 0]] }
  const { runs } = await prepareInputs(plan({ pooling: 'mean' }), [item, item])
  expect(runs.map(({ masks }) => masks.map(({ name, shape }) => ({ name, shape })))).toEqual([
    [{ name: 'attention_mask', shape: [2, 2] }],
  ])
  expect(runs[0]?.masks[0]?.data).not.toBe(runs[0]?.inputs[1]?.data)
  const none = await prepareInputs(plan({}), [item])
  expect(none.runs[0]?.masks).toEqual([])
})

test('a case is judged by its vector, and one that is not finite is wrong in any case', () => {
  const judged = (expected: Parameters<typeof judgeCase>[1], output: Tensor) =>
    judgeCase(plan({}), expected, [output])
  expect(judged({ embedding: [1, 2] }, y([1, 2], 1, 2.0001)).right).toBe(true)
  expect(judged({ embedding: [1, 3] }, y([1, 2], 1, 2)).message).toContain('place 1')
  expect(judged({ embedding: [1] }, y([1, 2], 1, 2)).message).toContain('2 numbers')
  expect(judged({}, y([1, 2], 1, Number.NaN)).right).toBe(false)
})

test('a description that the graph cannot keep is found out', () => {
  const problems = (more: Record<string, unknown>, shape: number[], datatype: Datatype = 'FP32') =>
    interfaceProblems(
      { inputs: [], outputs: plan(more).outputs },
      { inputs: [ids, attention], outputs: [{ name: 'y', datatype, shape }] },
    )
  expect(problems({}, [-1, 8])).toEqual([])
  expect(problems({ pooling: 'mean', mask: 'attention_mask' }, [-1, -1, 8])).toEqual([])
  expect(problems({}, [-1, -1, 8])).toHaveLength(1)
  expect(problems({ pooling: 'cls' }, [8])).toHaveLength(1)
  expect(problems({}, [-1], 'BYTES')).toHaveLength(1)
  expect(problems({ pooling: 'mean', mask: 'nothing' }, [-1, -1, 8])).toHaveLength(1)
  expect(problems({ mask: 'attention_mask' }, [-1, 8])).toHaveLength(1)
})

describe('ids of tokens', () => {
  const whole = (name: string, tokens = -1): TensorSpec => ({ name, datatype: 'INT64', shape: [-1, tokens] })
  const prepared = async (specs: TensorSpec[], items: number[][], more: Record<string, unknown> = {}) => {
    const { runs, tokens } = await prepareEmbeddings(plan({ pooling: 'mean', ...more }, specs), items)
    const inputs = runs.map((run) =>
      Object.fromEntries(run.inputs.map(({ name, data }) => [name, [...data].map(Number)])),
    )
    return { inputs, tokens }
  }

  test('come with the mask, the types and the places that transformers take', async () => {
    const specs = ['input_ids', 'attention_mask', 'token_type_ids', 'position_ids'].map((name) => whole(name))
    expect(await prepared(specs, [[7, 8, 9]])).toEqual({
      inputs: [
        {
          input_ids: [7, 8, 9],
          attention_mask: [1, 1, 1],
          token_type_ids: [0, 0, 0],
          position_ids: [0, 1, 2],
        },
      ],
      tokens: 3,
    })
  })
  test('are filled up to a length that the model insists on, and the mask counts those that were sent', async () => {
    const specs = [whole('ids', 4), whole('counts', 4)]
    expect(await prepared(specs, [[7, 8], [9]], { mask: 'counts' })).toEqual({
      inputs: [{ ids: [7, 8, 0, 0, 9, 0, 0, 0], counts: [1, 1, 0, 0, 1, 0, 0, 0] }],
      tokens: 3,
    })
    await expect(prepared(specs, [[1, 2, 3, 4, 5]], { mask: 'counts' })).rejects.toMatchObject({
      code: 'INPUT_INVALID',
      details: { param: 'input' },
    })
    await expect(prepared([whole('ids', 4)], [[1]])).rejects.toMatchObject({ code: 'INPUT_INVALID' })
  })
  test('are refused where it is not clear which input takes them', async () => {
    await expect(prepared([whole('left'), whole('right')], [[1]])).rejects.toMatchObject({
      code: 'INPUT_INVALID',
    })
    await expect(prepared([{ ...ids, datatype: 'FP32' }], [[1]])).rejects.toMatchObject({
      code: 'INPUT_INVALID',
    })
  })
})
