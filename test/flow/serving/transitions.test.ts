/** What must not outlast a version's part in its endpoint: its figures, and requests that reach it past its time. */
import { beforeEach, expect, test } from 'vitest'
import { resizeBuckets } from '../../../src-main/base/buckets.ts'
import { deleteTarget, listTargets } from '../../../src-main/store/tables/endpoint-targets.ts'
import { setDeprecation } from '../../../src-main/store/tables/versions.ts'
import { elementType, floats, onnxModel } from '../../support/onnx-writer.ts'
import { identityModel, linearModel, slowModel } from '../../support/served-models.ts'
import type { ServingNode } from '../../support/serving-node.ts'
import { temporaryServingNode } from '../../support/temporary-node.ts'

let node: ServingNode
let key: string
const model = 'acme.transition'
const path = `/v1/models/${model}/inference`
const body = { inputs: [1, 2, 3, 4] }
const all = resizeBuckets([], [], 10_000, 10_000)

beforeEach(async () => {
  node = await temporaryServingNode()
  key = node.createKey().secret
})

const register = (version: string, onnx: Uint8Array = linearModel(4, 3, Number(version[0]))) =>
  node.register({ model, version, onnx })

test('a candidate whose failures are hidden by a stand-in is taken out for them', async () => {
  node.deploy(model, model, await register('1.0.0', slowModel(1, 8)))
  const versionId = await register('2.0.0', slowModel(60))
  node.introduce(model, versionId, 'candidate', all)
  node.setHosting(model, { queueRequestsMax: 1 })
  node.setPolicy(model, { rollback: [{ metric: 'error-rate', threshold: 0.05, requestsMin: 5 }] })
  const serving = await node.start()
  const inputs = [{ name: 'x', datatype: 'FP32', shape: [1, 1], data: [1] }]
  const ask = () => serving.call(`/v2/models/${model}/infer`, { inputs }, key)
  const answers = await Promise.all(Array.from({ length: 30 }, ask))
  expect(answers.some(({ headers }) => headers.get('outpost-version') === '1.0.0')).toBe(true)
  expect(await serving.message('roll-back')).toMatchObject({ versionId })
})

test('a shadow that is brought in again begins with new figures', async () => {
  node.deploy(model, model, await register('1.0.0'))
  const versionId = await register('2.0.0')
  node.setPolicy(model, { rollback: [] })
  node.introduce(model, versionId, 'shadow')
  const serving = await node.start()
  for (let at = 0; at < 3; at++) await serving.call(path, body, key)
  await serving.message('report', ({ deployments }) => deployments[1]?.shadow?.compared === 3)
  for (const { id } of listTargets(node.db)) deleteTarget(node.db, id)
  await serving.snapshot()
  node.introduce(model, versionId, 'shadow')
  await serving.snapshot()
  expect(serving.reports().at(-1)?.deployments[1]).toMatchObject({ versionId, shadow: null })
})

test('a version that stands in for another does not after its own sunset', async () => {
  node.deploy(model, model, await register('1.0.0'))
  node.introduce(model, await register('2.0.0', Buffer.from('no model')), 'candidate', all)
  const gone = await register('3.0.0')
  node.introduce(model, gone, 'candidate')
  node.setPolicy(model, { failover: ['3.0.0'] })
  const day = 86_400_000
  const on = (days: number) => new Date(Date.now() + days * day).toISOString()
  setDeprecation(node.db, gone, { deprecatedAt: on(-2), sunsetAt: on(-1), replacement: null })
  const serving = await node.start()
  const { status, body: answer } = await serving.call(path, body, key)
  expect([status, (answer as { version?: string }).version]).toEqual([200, '1.0.0'])
})

test('the version before is kept for the way back, and asking for it says that it is not deployed', async () => {
  node.deploy(model, model, await register('2.0.0'))
  node.introduce(model, await register('1.0.0'), 'previous')
  const serving = await node.start()
  const { status, headers } = await serving.call(`/v1/models/${model}@1.0.0/predict`, body, key)
  expect([status, headers.get('outpost-error')]).toEqual([409, 'NOT_DEPLOYED'])
  const range = await serving.call(`/v1/models/${model}@1.x/predict`, body, key)
  expect(range.headers.get('outpost-error')).toBe('NOT_DEPLOYED')
})

test('items of different lengths in one request are compared each with its own', async () => {
  const ragged = identityModel('FP32', ['batch', 'n'])
  node.deploy(model, model, await register('1.0.0', ragged))
  node.introduce(model, await register('2.0.0', ragged), 'shadow')
  const serving = await node.start()
  // The first runs at once, then the second and the last together, and the third ends after them.
  const inputs = [
    [1, 2, 3],
    [1, 2, 3, 4],
    [5, 6, 7],
    [5, 6, 7, 8],
  ].map((row) => ({ x: [row] }))
  for (let at = 0; at < 5; at++) expect((await serving.call(path, { inputs }, key)).status).toBe(200)
  const { deployments } = await serving.message('report', (one) => asked(one.deployments[1]?.shadow) === 5)
  expect(deployments[1]?.shadow).toMatchObject({ compared: 5, diverged: 0 })
})

const asked = (shadow?: { compared: number; failed: number } | null): number =>
  (shadow?.compared ?? 0) + (shadow?.failed ?? 0)

test('a request that failed counts as no answer, also where a part of it was kept', async () => {
  const gather = onnxModel({
    nodes: [{ operator: 'Gather', inputs: ['table', 'x'], outputs: ['y'] }],
    initializers: [{ name: 'table', dims: [2], raw: floats(1, 2) }],
    inputs: [{ name: 'x', type: elementType.int64, shape: ['batch', 'n'] }],
    outputs: [{ name: 'y', shape: ['batch', 'n'] }],
  })
  node.deploy(model, model, await register('1.0.0', gather))
  node.setPolicy(model, { cache: { entriesMax: 10, secondsMax: 60 } })
  const serving = await node.start()
  const ask = async (...rows: number[][]) =>
    (await serving.call(path, { inputs: rows.map((row) => ({ x: [row] })) }, key)).status
  expect([await ask([1]), await ask([9, 9], [1]), await ask([0, 0], [1])]).toEqual([200, 500, 200])
  const response = await fetch(`${serving.url}/v2/models/${model}/stats`, {
    headers: { authorization: `Bearer ${key}` },
  })
  const { model_stats: stats } = (await response.json()) as never
  expect(stats).toMatchObject([
    { inference_stats: { success: { count: 2 }, fail: { count: 1 }, cache_hit: { count: 0 } } },
  ])
})
