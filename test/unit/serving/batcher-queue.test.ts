/** How a model's queue is bounded and ordered: as Triton's, by priorities, preferred sizes, delays and timeouts. */
import { expect, test } from 'vitest'
import { createBatcher } from '../../../src-main/serving/hosting/batcher.ts'
import { doubler, heldModel, input, one } from '../../support/batched-models.ts'

test('Triton: a higher priority goes first, in its own order; 0 and what is no level are the default', async () => {
  const { run, runs, answer } = heldModel()
  const batcher = createBatcher({ run, mergeable: true, settings: { priorityLevels: 3, maxBatchSize: 2 } })
  const priorities = [0, 3, 3, 0, 1, 9, 2, 1, 1]
  const all = priorities.map((priority, at) => batcher.submit({ ...one(at), priority }))
  for (let at = 0; at < 9; at++) await answer()
  await Promise.all(all)
  expect(runs).toEqual([[0], [4, 7], [8], [3, 5], [6], [1, 2]])
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

const batchesLeft = (batcher: ReturnType<typeof createBatcher>): number => {
  const { waiting, running } = batcher.figures()
  return waiting + running
}

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
