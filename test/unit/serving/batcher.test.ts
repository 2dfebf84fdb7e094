/** The queue of a model: nothing is lost or answered twice, whatever arrives when and however it is merged. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { OutpostError } from '../../../src-main/base/errors.ts'
import type { Tensor } from '../../../src-main/base/tensors.ts'
import { createBatchPace } from '../../../src-main/serving/hosting/batch-pace.ts'
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

test('a full queue is not looked through for each request that it refuses', async () => {
  const { run } = heldModel()
  const batcher = createBatcher({ run, mergeable: true, settings: { queueRequestsMax: 200 } })
  let looks = 0
  const signal = {
    get aborted() {
      looks += 1
      return false
    },
  }
  const submit = () => batcher.submit({ ...one(1), signal }).catch(() => undefined)
  for (let at = 0; at < 201; at++) void submit()
  expect(batcher.length()).toBe(200)
  looks = 0
  for (let at = 0; at < 1000; at++) void submit()
  expect(batcher.figures().refused).toBe(1000)
  expect(looks).toBeLessThan(20_000)
})

/** A model that answers when it is told to; each run is written down by the first number of its rows. */
function heldModel() {
  const runs: number[][] = []
  const open: Array<() => void> = []
  const run = async (inputs: Tensor[]) => {
    const [x] = inputs as [Tensor]
    const width = x.shape[1] ?? 1
    runs.push(
      Array.from({ length: x.shape[0] ?? 0 }, (_, row) => (x.data as Float32Array)[row * width] ?? -1),
    )
    const outputs = [{ ...x, name: 'y', data: (x.data as Float32Array).slice() }]
    await new Promise<void>((resolve) => void open.push(resolve))
    return { outputs, computeMs: 1 }
  }
  const answer = async () => {
    open.shift()?.()
    await new Promise(setImmediate)
  }
  return { run, runs, answer }
}

const one = (number: number, width = 1) => ({
  inputs: input([[number, ...Array<number>(width - 1).fill(0)]]),
  outputs: null,
})

test('Triton: a higher priority goes first, in its own order; 0 and what is no level are the default', async () => {
  const { run, runs, answer } = heldModel()
  const batcher = createBatcher({ run, mergeable: true, settings: { priorityLevels: 3, maxBatchSize: 2 } })
  const priorities = [0, 3, 3, 0, 1, 9, 2, 1, 1]
  const all = priorities.map((priority, at) => batcher.submit({ ...one(at), priority }))
  for (let at = 0; at < 9; at++) await answer()
  await Promise.all(all)
  expect(runs).toEqual([[0], [4, 7], [8], [3, 5], [6], [1, 2]])
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

test('Triton: the largest preferred size goes; what is held back goes when a batch is full or the delay is over', async () => {
  const { run, runs, answer } = heldModel()
  const settings = { preferredBatchSizes: [2, 4], maxBatchSize: 8, maxQueueDelayUs: 3_000_000 }
  const batcher = createBatcher({ run, mergeable: true, settings })
  const all = [one(0), one(1)].map((request) => batcher.submit(request))
  expect(runs).toEqual([[0, 1]])
  all.push(...Array.from({ length: 5 }, (_, at) => batcher.submit(one(at + 2))))
  await answer()
  expect(runs).toEqual([
    [0, 1],
    [2, 3, 4, 5],
  ])
  await answer()
  expect(runs).toHaveLength(2) // the last one is held back
  all.push(batcher.submit(one(7)))
  expect(runs.at(-1)).toEqual([6, 7])
  await answer()
  await Promise.all(all)
  const short = createBatcher({ run, mergeable: true, settings: { maxQueueDelayUs: 1500 } })
  const held = short.submit(one(9))
  expect(runs.at(-1)).toEqual([6, 7])
  while (runs.length === 3) await new Promise(setImmediate)
  await answer()
  expect((await held).queueMs).toBeGreaterThanOrEqual(1.4)
})

test('Triton: a preferred size goes before a fuller batch, until the delay is over', async () => {
  const { run, runs, answer } = heldModel()
  const settings = { preferredBatchSizes: [4], maxBatchSize: 6 }
  const batcher = createBatcher({ run, mergeable: true, settings })
  const all = Array.from({ length: 10 }, (_, at) => batcher.submit(one(at)))
  await answer()
  expect(runs.at(-1)).toEqual([1, 2, 3, 4])
  await answer()
  expect(runs.at(-1)).toEqual([5, 6, 7, 8])
  await answer()
  await answer()
  await Promise.all(all)
  const delayed = createBatcher({ run, mergeable: true, settings: { ...settings, maxQueueDelayUs: 1 } })
  const late = Array.from({ length: 8 }, (_, at) => delayed.submit(one(at)))
  while (runs.length === 4) await new Promise(setImmediate) // the first alone, its delay over
  await new Promise((resolve) => setTimeout(resolve, 5))
  while (batchesLeft(delayed) > 0) await answer()
  await Promise.all(late)
  expect(Math.max(...runs.slice(4).map((rows) => rows.length))).toBe(6)
})

const batchesLeft = (batcher: ReturnType<typeof createBatcher>): number => {
  const { waiting, running } = batcher.figures()
  return waiting + running
}

test('Triton: a timeout counts the time in the queue alone; a request may shorten it, not lengthen it', async () => {
  const { run, answer } = heldModel()
  const batcher = createBatcher({ run, mergeable: true, settings: { defaultTimeoutUs: 20_000 } })
  const first = batcher.submit(one(0))
  const late = { code: 'QUEUE_TIMEOUT', details: { waitedMs: expect.any(Number) } }
  await Promise.all([
    expect(batcher.submit(one(1))).rejects.toMatchObject(late),
    expect(batcher.submit({ ...one(2), timeoutUs: 1000 })).rejects.toMatchObject(late),
    expect(batcher.submit({ ...one(3), timeoutUs: 60_000_000 })).rejects.toMatchObject(late),
  ])
  await answer()
  expect((await first).batchSize).toBe(1)
  expect(batcher.figures()).toMatchObject({ waiting: 0, timedOut: 3, executions: 1, requests: 1 })
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

test('a full queue says how many wait, and in how long there may be room', async () => {
  const { run, answer } = heldModel()
  const batcher = createBatcher({ run, mergeable: true, settings: { queueRequestsMax: 2 } })
  const all = [one(0), one(1), one(2)].map((request) => batcher.submit(request))
  await expect(batcher.submit(one(3))).rejects.toMatchObject({
    code: 'QUEUE_FULL',
    message: '2 requests are waiting for this model already: this would be number 3.', // all that /v2 has room for
    details: { queueLength: 2, queuePosition: 3, retryAfterSeconds: 1 },
  })
  await answer()
  await answer()
  await Promise.all(all)
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

test('a target for p99 makes batches smaller while they take more than half of it, and larger again', () => {
  const pace = createBatchPace(64, 10)
  for (let run = 0; run < 50; run++) pace.ran(pace.rowsMax(), pace.rowsMax(), pace.rowsMax() * 0.5)
  expect(pace.rowsMax()).toBeLessThanOrEqual(10)
  expect(pace.rowsMax()).toBeGreaterThan(4)
  for (let run = 0; run < 100; run++) pace.ran(pace.rowsMax(), pace.rowsMax(), pace.rowsMax() * 0.01)
  expect(pace.rowsMax()).toBe(64)
})
