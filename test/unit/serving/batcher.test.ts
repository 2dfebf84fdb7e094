/** The queue of a model: nothing is lost or answered twice, whatever arrives when and however it is merged. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { OutpostError } from '../../../src-main/base/errors.ts'
import type { Tensor } from '../../../src-main/base/tensors.ts'
import { createBatcher } from '../../../src-main/serving/hosting/batcher.ts'

const input = (rows: number[][]): Tensor[] => [
  {
    name: 'x',
    datatype: 'FP32',
    shape: [rows.length, rows[0]?.length ?? 1],
    data: Float32Array.from(rows.flat()),
  },
]

/** Doubles every row after some turns of the event loop; a row with -1 makes the whole run fail, as a model would. */
function doubler(turns: () => number) {
  const runs: number[] = []
  const run = async (inputs: Tensor[]) => {
    for (let turn = turns(); turn > 0; turn--) await new Promise(setImmediate)
    const [x] = inputs as [Tensor]
    runs.push(x.shape[0] ?? 0)
    const data = x.data as Float32Array
    if (data.includes(-1)) throw new OutpostError('ENGINE_FAILED', 'bad row')
    return { outputs: [{ ...x, name: 'y', data: data.map((value) => value * 2) }], computeMs: 1 }
  }
  return { run, runs }
}

const requests = fc.array(
  fc.record({
    rows: fc.integer({ min: 1, max: 5 }),
    width: fc.integer({ min: 1, max: 2 }),
    bad: fc.boolean(),
    wait: fc.integer({ min: 0, max: 3 }),
    abort: fc.integer({ min: 0, max: 9 }),
  }),
  { maxLength: 40 },
)

test('every request gets its own answer once, merged or not', async () => {
  await fc.assert(
    fc.asyncProperty(
      requests,
      fc.boolean(),
      fc.integer({ min: 1, max: 8 }),
      fc.infiniteStream(fc.integer({ min: 0, max: 3 })),
      async (list, mergeable, rowsMax, turns) => {
        const { run, runs } = doubler(() => turns.next().value)
        const batcher = createBatcher({ run, mergeable, settings: { maxBatchSize: rowsMax } })
        let answers = 0
        await Promise.all(
          list.map(async ({ rows, width, bad, wait, abort }, at) => {
            for (let turn = wait; turn > 0; turn--) await new Promise(setImmediate)
            const own = Array.from({ length: rows }, (_, row) =>
              Array.from({ length: width }, () => (bad ? -1 : at * 10 + row)),
            )
            const signal = abort === 0 ? AbortSignal.abort() : undefined
            const outcome = await batcher
              .submit({ inputs: input(own), outputs: null, signal })
              .catch((error: OutpostError) => error.code)
            answers += 1
            if (signal) return expect(outcome).toBe('BAD_REQUEST')
            if (bad) return expect(outcome).toBe('ENGINE_FAILED')
            expect(outcome).toMatchObject({
              outputs: [{ shape: [rows, width], data: Float32Array.from(own.flat(), (value) => value * 2) }],
            })
          }),
        )
        await batcher.idle()
        expect(answers).toBe(list.length)
        expect(batcher.length()).toBe(0)
        if (!mergeable) expect(runs).toHaveLength(list.filter(({ abort }) => abort !== 0).length)
      },
    ),
    { numRuns: 200 },
  )
})

describe('merging', () => {
  test('what waits while a run is under way rides in the next one, up to the rows of a batch', async () => {
    const { run, runs } = doubler(() => 2)
    const batcher = createBatcher({ run, mergeable: true, settings: { maxBatchSize: 4 } })
    const results = await Promise.all(
      Array.from({ length: 10 }, (_, at) => batcher.submit({ inputs: input([[at]]), outputs: null })),
    )
    expect(runs).toEqual([1, 4, 4, 1])
    expect(results.map(({ batchSize }) => batchSize)).toEqual([1, 4, 4, 4, 4, 4, 4, 4, 4, 1])
  })

  test('outputs that do not follow the rows end it, and every request is still answered', async () => {
    const runs: number[] = []
    const run = async (inputs: Tensor[]) => {
      runs.push(inputs[0]?.shape[0] ?? 0)
      return {
        outputs: [{ name: 'y', datatype: 'FP32' as const, shape: [7], data: new Float32Array(7) }],
        computeMs: 1,
      }
    }
    const batcher = createBatcher({ run, mergeable: true })
    const results = await Promise.all(
      Array.from({ length: 5 }, () => batcher.submit({ inputs: input([[1]]), outputs: null })),
    )
    expect(results.map(({ outputs }) => outputs[0]?.shape)).toEqual(Array(5).fill([7]))
    expect(runs).toEqual([1, 4, 1, 1, 1, 1])
  })
})

test('the queue is bounded: the next request is refused at once', async () => {
  const { run } = doubler(() => 1)
  const batcher = createBatcher({ run, mergeable: false, settings: { queueRequestsMax: 3 } })
  const results = await Promise.allSettled(
    Array.from({ length: 6 }, () => batcher.submit({ inputs: input([[1]]), outputs: null })),
  )
  expect(results.map(({ status }) => status)).toEqual([
    'fulfilled',
    'fulfilled',
    'fulfilled',
    'fulfilled',
    'rejected',
    'rejected',
  ])
  expect(results.at(-1)).toMatchObject({ reason: { code: 'QUEUE_FULL' } })
})
