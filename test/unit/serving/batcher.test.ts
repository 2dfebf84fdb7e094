/** The queue of a model: nothing is lost or answered twice, whatever arrives when and however it is merged. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { OutpostError } from '../../../src-main/base/errors.ts'
import type { Tensor } from '../../../src-main/base/tensors.ts'
import { createBatcher } from '../../../src-main/serving/hosting/batcher.ts'
import { doubler, heldModel, input, one } from '../../support/batched-models.ts'

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

  test('rows of the node itself ride along, and are no execution of a caller', async () => {
    const { run, runs } = doubler(() => 2)
    const executions: number[] = []
    const batcher = createBatcher({ run, mergeable: true, onExecution: (rows) => executions.push(rows) })
    const own = { inputs: input([[1]]), outputs: null, internal: true } as const
    const asked = { inputs: input([[1], [2]]), outputs: null }
    await Promise.all([own, own, asked].map((request) => batcher.submit(request)))
    expect(runs).toEqual([1, 3])
    expect(executions).toEqual([2])
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

test('no order is broken within a priority and a shape, and every run holds whole requests of one shape', async () => {
  const requests = fc.record({
    rows: fc.integer({ min: 1, max: 3 }),
    width: fc.integer({ min: 1, max: 3 }),
    priority: fc.integer({ min: 0, max: 3 }),
  })
  await fc.assert(
    fc.asyncProperty(
      fc.array(requests, { maxLength: 60 }),
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 1, max: 3 }),
      async (list, maxBatchSize, copies) => {
        const begun: number[] = []
        const batcher = createBatcher({ mergeable: true, settings: { maxBatchSize } })
        for (let copy = 0; copy < copies; copy++)
          batcher.join(async ([x]) => {
            const { data, shape } = x as Tensor
            const width = shape[1] ?? 1
            const ids = Array.from(
              { length: shape[0] ?? 0 },
              (_, row) => (data as Float32Array)[row * width] ?? -1,
            )
            const whole = ids.filter((id, at) => ids.indexOf(id) === at)
            begun.push(...whole)
            const rows = whole.reduce((sum, id) => sum + (list[id]?.rows ?? 0), 0)
            expect([ids.length, new Set(whole.map((id) => list[id]?.width)).size]).toEqual([rows, 1])
            if (whole.length > 1) expect(rows).toBeLessThanOrEqual(maxBatchSize)
            await new Promise(setImmediate)
            return { outputs: [{ ...(x as Tensor), data: (data as Float32Array).slice() }], computeMs: 1 }
          })
        await Promise.all(
          list.map(async ({ rows, width, priority }, at) => {
            const own = Array.from({ length: rows }, () => [at, ...Array<number>(width - 1).fill(0)])
            const { outputs } = await batcher.submit({ inputs: input(own), outputs: null, priority })
            expect(Array.from((outputs[0] as Tensor).data as Float32Array)).toEqual(own.flat())
          }),
        )
        expect(begun.toSorted((a, b) => a - b)).toEqual(list.map((_, at) => at))
        const level = (id: number) => (list[id]?.priority || 2) * 10 + (list[id]?.width ?? 0)
        for (const group of Map.groupBy(begun, level).values()) {
          const waited = group.filter((id) => id >= copies) // those that did not have to wait began as they came
          expect(waited).toEqual(waited.toSorted((a, b) => a - b))
        }
      },
    ),
    { numRuns: 200 },
  )
})

test('a request whose client goes away while another computes is let go without waiting for it', async () => {
  const { run, answer } = heldModel()
  const batcher = createBatcher({ run, mergeable: true })
  const first = batcher.submit(one(0))
  const client = new AbortController()
  const second = batcher.submit({ ...one(1), signal: client.signal })
  client.abort()
  await expect(second).rejects.toMatchObject({ code: 'BAD_REQUEST' })
  await answer()
  await first
  expect(batcher.figures()).toMatchObject({ dropped: 1, executions: 1 })
})

test('copies of a model take what waits side by side, and one that leaves ends what it had begun', async () => {
  const slow = heldModel()
  const quick = heldModel()
  const batcher = createBatcher({ run: slow.run, mergeable: false })
  const leave = batcher.join(quick.run)
  const all = [0, 1, 2].map((at) => batcher.submit(one(at)))
  expect([slow.runs.length, quick.runs.length]).toEqual([1, 1])
  let left = false
  const leaving = leave().then(() => {
    left = true
  })
  await new Promise(setImmediate)
  expect(left).toBe(false)
  await quick.answer()
  await leaving
  expect([slow.runs.length, quick.runs.length]).toEqual([1, 1])
  await slow.answer()
  await slow.answer()
  await Promise.all(all)
  expect([slow.runs.length, quick.runs.length]).toEqual([2, 1])
})

test('requests wait while no copy is in memory, which is told, and run when one is', async () => {
  let told = 0
  const batcher = createBatcher({ mergeable: true, onPressure: () => void told++ })
  const waiting = [0, 1].map((at) => batcher.submit(one(at)))
  expect(told).toBeGreaterThan(0)
  const { run, answer, runs } = heldModel()
  batcher.join(run)
  await answer()
  await Promise.all(waiting)
  expect(runs).toEqual([[0, 1]])
})
