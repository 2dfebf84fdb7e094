/** Models come into memory when they are asked for, leave when they rest or room is needed, and answer all the while. */
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { inspectOnnx } from '../../../src-main/package/onnx/inspect-onnx.ts'
import { elementType, onnxModel } from '../../support/onnx-writer.ts'
import { linearModel, slowModel } from '../../support/served-models.ts'
import type { ServingNode } from '../../support/serving-node.ts'
import { temporaryServingNode } from '../../support/temporary-node.ts'

let node: ServingNode
let key: string
beforeEach(async () => {
  node = await temporaryServingNode()
  key = node.createKey().secret
})

async function deploy(name: string, features: number, settings: Parameters<ServingNode['setHosting']>[1]) {
  const onnx = linearModel(features, 3)
  const file = join(node.dataDir, `${name}.onnx`)
  writeFileSync(file, onnx)
  const graph = await inspectOnnx(file)
  await node.serve(name, onnx, { graph, validated: true })
  node.setHosting(name, settings)
}

type Serving = Awaited<ReturnType<ServingNode['start']>>
const ask = (serving: Serving, name: string, features: number) =>
  serving.call(`/v1/models/${name}/inference`, { inputs: Array(features).fill(1) }, key)

/** The copies of the model of each endpoint in memory, as the next report says that fits. */
async function replicas(serving: Serving, fits: (counts: number[]) => boolean): Promise<number[]> {
  const from = serving.reports().length
  for (;;) {
    for (const { deployments } of serving.reports().slice(from)) {
      const counts = deployments.map(({ hosting }) => hosting?.replicas ?? -1)
      if (fits(counts)) return counts
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

test('R205: a model with no copies at least is loaded by its first request, and leaves when it rests', async () => {
  await deploy('acme.lazy', 4, { replicasMin: 0, idleSecondsMax: 1 })
  const serving = await node.start()
  await replicas(serving, ([lazy]) => lazy === 0)
  const first = await Promise.all(Array.from({ length: 8 }, () => ask(serving, 'acme.lazy', 4)))
  expect(first.map(({ status }) => status)).toEqual(Array(8).fill(200))
  await replicas(serving, ([lazy]) => lazy === 1)
  await replicas(serving, ([lazy]) => lazy === 0)
  expect((await ask(serving, 'acme.lazy', 4)).status).toBe(200)
}, 60_000)

test('models that do not fit together take turns, and each answers; one that fits never is refused', async () => {
  const features = 2000 // 24 kB of weights, counted as 72 kB at most
  await deploy('acme.first', features, {})
  await deploy('acme.second', features, {})
  await deploy('acme.large', features * 10, {})
  const serving = await node.start({ modelBytesMax: 100_000 })
  const large = await ask(serving, 'acme.large', 4)
  expect(large.status).toBe(500)
  expect(large.body).toMatchObject({
    error: { message: expect.stringContaining('models may take 1 MiB here') },
  })
  for (let round = 0; round < 3; round++) {
    expect((await ask(serving, 'acme.first', features)).status).toBe(200)
    expect((await ask(serving, 'acme.second', features)).status).toBe(200)
  }
}, 60_000)

test('what a search finds at the first load is told to control, and a number that was set is kept', async () => {
  await deploy('acme.tuned', 4, {})
  await deploy('acme.set', 4, { intraOpThreads: 2 })
  const serving = await node.start()
  const { type, ...tuned } = await serving.message('tuned')
  expect(type).toBe('tuned')
  expect(tuned).toMatchObject({ executionProvider: 'cpu', intraOpThreads: 1, spinning: false })
  const { deployments } = await serving.message('report', ({ deployments: found }) =>
    found.some(({ hosting }) => hosting?.intraOpThreads === 2),
  )
  expect(deployments.map(({ hosting }) => hosting?.tunedP99Ms === null)).toContain(true)
})

test('a change of the settings drops no request: the new one is loaded beside the old, which stays where it fails', async () => {
  await deploy('acme.changed', 4, {})
  const serving = await node.start()
  let going = true
  const statuses: number[] = []
  const clients = Array.from({ length: 4 }, async () => {
    while (going) statuses.push((await ask(serving, 'acme.changed', 4)).status)
  })
  for (const maxBatchSize of [1, 8, 32]) {
    node.setHosting('acme.changed', { maxBatchSize })
    await serving.snapshot()
    await serving.message('report', ({ deployments: [one] }) => one?.hosting?.batchRowsMax === maxBatchSize)
  }
  rmSync(node.paths.blobs, { recursive: true }) // from now on nothing can be loaded
  node.setHosting('acme.changed', { maxBatchSize: 2 })
  await serving.snapshot()
  await serving.message('report', ({ deployments: [one] }) => one?.state === 'failed')
  const before = statuses.length
  await expect.poll(() => statuses.length).toBeGreaterThan(before + 10)
  going = false
  await Promise.all(clients)
  expect(new Set(statuses)).toEqual(new Set([200]))
})

test('65: the model configuration tells how the endpoint is hosted, and the statistics what it takes', async () => {
  await deploy('acme.told', 4, {
    maxBatchSize: 16,
    preferredBatchSizes: [4, 8],
    maxQueueDelayUs: 500,
    queueRequestsMax: 77,
    defaultTimeoutUs: 9_000_000,
    priorityLevels: 5,
    replicasMin: 0,
  })
  const serving = await node.start()
  const get = async (path: string) => {
    const headers = { authorization: `Bearer ${key}` }
    return (await (await fetch(`${serving.url}/v2/models/acme.told${path}`, { headers })).json()) as never
  }
  const bytes = async () =>
    ((await get('/stats')) as { model_stats: { memory_usage: { byte_size: number }[] }[] }).model_stats[0]
      ?.memory_usage[0]?.byte_size
  expect(await bytes()).toBe(0)
  expect((await ask(serving, 'acme.told', 4)).status).toBe(200)
  expect(await bytes()).toBeGreaterThan(0)
  expect(await get('/config')).toMatchObject({
    max_batch_size: 16,
    instance_group: [{ count: 1 }],
    dynamic_batching: {
      preferred_batch_size: [4, 8],
      max_queue_delay_microseconds: 500,
      priority_levels: 5,
      default_priority_level: 3,
      default_queue_policy: {
        timeout_action: 'REJECT',
        default_timeout_microseconds: 9_000_000,
        allow_timeout_override: true,
        max_queue_size: 77,
      },
    },
  })
})

test('66: priority and timeout of a request reach the queue of its model', async () => {
  await node.serve('acme.slow', slowModel(250)) // longer than the second from one report to the next
  const serving = await node.start()
  const inputs = [{ name: 'x', datatype: 'FP32', shape: [1, 1], data: [1] }]
  const infer = (parameters: Record<string, number>) =>
    serving.call('/v2/models/acme.slow/infer', { inputs, parameters }, key)
  const answered: string[] = []
  const asked = (name: string, parameters: Record<string, number>) =>
    infer(parameters).then(({ status, headers }) => {
      answered.push(`${name} ${status} ${headers.get('outpost-error') ?? ''}`.trim())
    })
  // So many that some still wait when the next report says so, however fast the machine is.
  const first = Array.from({ length: 12 }, (_, at) => asked(`low${at}`, { priority: 3 }))
  await replicasBusy(serving)
  await Promise.all([...first, asked('urgent', { priority: 1 }), asked('late', { timeout: 1 })])
  expect(answered).toContain('late 503 QUEUE_TIMEOUT')
  expect(answered.indexOf('urgent 200')).toBeLessThan(answered.length - 2)
})

/** Until a request waits. */
async function replicasBusy(serving: Serving): Promise<void> {
  await serving.message('report', ({ queueLength }) => queueLength > 0)
}

test('a model that does not take made-up inputs is served all the same', async () => {
  const onnx = onnxModel({
    nodes: [{ operator: 'Expand', inputs: ['x', 'shape'], outputs: ['y'] }],
    inputs: [
      { name: 'x', shape: [3, 1] },
      { name: 'shape', type: elementType.int64, shape: [2] },
    ],
    outputs: [{ name: 'y', shape: [3, 'm'] }],
  })
  await node.serve('expand', onnx, { model: 'acme.expand', validated: true })
  const serving = await node.start()
  const inputs = [
    { name: 'x', shape: [3, 1], datatype: 'FP32', data: [1, 2, 3] },
    { name: 'shape', shape: [2], datatype: 'INT64', data: [3, 2] },
  ]
  const { status, body } = await serving.call('/v2/models/expand/infer', { inputs }, key)
  expect([status, body]).toMatchObject([200, { outputs: [{ data: [1, 1, 2, 2, 3, 3] }] }])
})
