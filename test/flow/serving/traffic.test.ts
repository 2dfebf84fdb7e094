/** Several versions behind one endpoint, as the door answers by them: shares, rules, failover, shadows, the cache. */
import { beforeEach, expect, test } from 'vitest'
import { resizeBuckets } from '../../../src-main/base/buckets.ts'
import { setDeprecation } from '../../../src-main/store/tables/versions.ts'
import { elementType, floats, onnxModel } from '../../support/onnx-writer.ts'
import { linearModel } from '../../support/served-models.ts'
import type { ServingNode } from '../../support/serving-node.ts'
import { temporaryServingNode } from '../../support/temporary-node.ts'

let node: ServingNode
let key: string
const model = 'acme.traffic'
const path = `/v1/models/${model}/inference`
const body = { inputs: [1, 2, 3, 4] }
const share = (buckets: number) => resizeBuckets([], [], buckets, 10_000)

beforeEach(async () => {
  node = await temporaryServingNode()
  key = node.createKey().secret
  node.deploy(model, model, await register('1.0.0'))
})

const register = (version: string, onnx: Uint8Array = linearModel(4, 3, Number(version[0]))) =>
  node.register({ model, version, onnx })
type Asked = { version: string; rule: string }
const asker =
  (serving: Awaited<ReturnType<ServingNode['start']>>) => async (headers: Record<string, string>) => {
    const { status, body: answer } = await serving.call(path, body, key, headers)
    expect(status).toBe(200)
    return answer as Asked
  }

test('R166: a session stays with its version, and a growing share moves sessions one way', async () => {
  const next = await register('2.0.0')
  node.introduce(model, next, 'candidate', share(2000))
  node.setPolicy(model, { stickyBy: 'session' })
  const serving = await node.start()
  const ask = asker(serving)
  const sessions = Array.from({ length: 200 }, (_, at) => `session-${at}`)
  const versions = () =>
    Promise.all(sessions.map(async (session) => (await ask({ 'outpost-session': session })).version))
  const before = await versions()
  expect(await versions()).toEqual(before)
  const moved = before.filter((version) => version === '2.0.0').length
  expect(moved).toBeGreaterThan(15)
  expect(moved).toBeLessThan(70)
  node.introduce(model, next, 'candidate', share(6000))
  await serving.snapshot()
  const after = await versions()
  const told = await serving.message('report', ({ deployments: [primary] }) => primary?.endpointMs != null)
  const [primary, candidate] = told.deployments
  const least = Math.min(primary?.latencyMsP99 ?? 0, candidate?.latencyMsP99 ?? 0)
  expect(primary?.endpointMs?.p99).toBeGreaterThanOrEqual(least)
  expect(candidate?.endpointMs).toBeNull()
  for (const [at, version] of before.entries()) if (version === '2.0.0') expect(after[at]).toBe('2.0.0')
  expect(after.filter((version) => version === '2.0.0').length).toBeGreaterThan(moved)
})

test('R134, R167: a rule on a header comes before any share; without a share the primary answers', async () => {
  node.introduce(model, await register('2.0.0'), 'candidate')
  node.setPolicy(model, { rules: [{ name: 'beta', header: 'x-beta', values: ['yes'], version: '2.0.0' }] })
  const ask = asker(await node.start())
  expect(await ask({ 'x-beta': 'yes' })).toMatchObject({ version: '2.0.0', rule: 'flag beta' })
  expect(await ask({ 'x-beta': 'no' })).toMatchObject({ version: '1.0.0', rule: 'endpoint default' })
})

test('R172: where the chosen version cannot answer, another stands in, and the record says so', async () => {
  node.introduce(model, await register('2.0.0', Buffer.from('no model')), 'candidate', share(10_000))
  const serving = await node.start()
  await serving.message('report', ({ deployments }) => deployments.some(({ state }) => state === 'failed'))
  const answer = await asker(serving)({})
  expect(answer.version).toBe('1.0.0')
  expect(answer.rule).toMatch(/failover from 2\.0\.0$/)
  expect((await serving.call(`/v1/models/${model}@2.0.0/predict`, body, key)).status).toBe(500)
})

test('a shadow is asked and compared, answers nobody, and is taken out where it diverges', async () => {
  const versionId = await register('2.0.0')
  node.introduce(model, versionId, 'shadow')
  node.setPolicy(model, { rollback: [{ metric: 'divergence', threshold: 0.5, requestsMin: 5 }] })
  const serving = await node.start()
  const ask = asker(serving)
  for (let at = 0; at < 8; at++) expect((await ask({})).version).toBe('1.0.0')
  const broken = await serving.message('roll-back')
  expect(broken).toMatchObject({ versionId, reason: expect.stringMatching(/^2\.0\.0: 100 % diverged/) })
  const { deployments } = await serving.message(
    'report',
    (one) => (one.deployments[1]?.shadow?.compared ?? 0) > 4,
  )
  expect(deployments[1]?.shadow).toMatchObject({ failed: 0 })
  expect((await serving.call(`/v1/models/${model}@2.0.0/predict`, body, key)).status).toBe(409)
})

test('R173: an answer is kept for its version and its inputs, and forgotten when the versions change', async () => {
  node.setPolicy(model, { cache: { entriesMax: 2, secondsMax: 60 } })
  const serving = await node.start()
  const ask = asker(serving)
  const hits = async (): Promise<number> => {
    const headers = { authorization: `Bearer ${key}` }
    const response = await fetch(`${serving.url}/v2/models/${model}/versions/1.0.0/stats`, { headers })
    const { model_stats: stats } = (await response.json()) as {
      model_stats: { inference_stats: { cache_hit: { count: number } } }[]
    }
    return stats[0]?.inference_stats.cache_hit.count ?? -1
  }
  const first = await ask({})
  expect(await ask({})).toMatchObject({ outputs: (first as never as { outputs: unknown }).outputs })
  expect(await hits()).toBe(1)
  node.introduce(model, await register('2.0.0'), 'candidate')
  await serving.snapshot()
  await ask({})
  expect(await hits()).toBe(1)
})

test('R61, R62: a deprecated version says so in each answer, and is gone after its sunset date', async () => {
  const versionId = await register('2.0.0')
  node.introduce(model, versionId, 'candidate', share(10_000))
  const from = Date.parse('2026-01-01T00:00:00.000Z')
  const until = Date.now() + 20 * 86_400_000
  const say = (sunset: number) =>
    setDeprecation(node.db, versionId, {
      deprecatedAt: new Date(from).toISOString(),
      sunsetAt: new Date(sunset).toISOString(),
      replacement: '1.0.0',
    })
  say(until)
  const serving = await node.start()
  const { headers, body: answer } = await serving.call(path, body, key)
  expect(headers.get('deprecation')).toBe(`@${from / 1000}`)
  expect(Date.parse(headers.get('sunset') ?? '')).toBe(Math.floor(until / 1000) * 1000)
  expect(headers.get('link')).toBe(`</v1/models/${model}@1.0.0/predict>; rel="successor-version"`)
  expect(answer).toMatchObject({
    deprecation: { deprecated: true, daysLeft: 20, recommendedVersion: '1.0.0' },
  })
  say(Date.now() - 1000)
  await serving.snapshot()
  const gone = await serving.call(path, body, key)
  expect([gone.status, gone.headers.get('outpost-error')]).toEqual([410, 'VERSION_SUNSET'])
  expect(gone.body).toMatchObject({
    error: { hint: 'Use 1.0.0 instead.', details: { replacement: '1.0.0' } },
  })
})

test('R96: each answer carries its receipt', async () => {
  const serving = await node.start()
  const { headers } = await serving.call(path, body, key)
  expect(headers.get('outpost-receipt')).toMatch(
    /^model="acme.traffic", endpoint="acme.traffic", rule="endpoint default", ep=cpu, batch=1, queue-us=\d+, compute-us=\d+$/,
  )
})

test('an input on which every version fails takes no candidate out; one on which it alone fails does', async () => {
  const strict = onnxModel({
    nodes: [{ operator: 'Gather', inputs: ['table', 'x'], outputs: ['y'] }],
    initializers: [{ name: 'table', dims: [2], raw: floats(1, 2) }],
    inputs: [{ name: 'x', type: elementType.int64, shape: ['batch'] }],
    outputs: [{ name: 'y', shape: ['batch'] }],
  })
  const wide = onnxModel({
    nodes: [{ operator: 'Gather', inputs: ['table', 'x'], outputs: ['y'] }],
    initializers: [{ name: 'table', dims: [4], raw: floats(1, 2, 3, 4) }],
    inputs: [{ name: 'x', type: elementType.int64, shape: ['batch'] }],
    outputs: [{ name: 'y', shape: ['batch'] }],
  })
  const gather = 'acme.gather'
  await node.serve(gather, wide)
  const versionId = await node.register({ model: gather, version: '1.1.0', onnx: strict })
  node.introduce(gather, versionId, 'candidate', share(10_000))
  const serving = await node.start()
  const ask = async (at: number) => {
    const input = { name: 'x', shape: [1], datatype: 'INT64', data: [at] }
    return (await serving.call(`/v2/models/${gather}/infer`, { inputs: [input] }, key)).status
  }
  for (let count = 0; count < 30; count++) expect(await ask(9)).toBe(500)
  const from = serving.reports().length
  await expect.poll(() => serving.reports().length).toBeGreaterThan(from + 2)
  expect(await ask(1)).toBe(200)
  for (let count = 0; count < 30; count++) await ask(3)
  expect(await serving.message('roll-back')).toMatchObject({ versionId })
})

test('a candidate that refuses what the primary takes is taken out; what both refuse counts against nobody', async () => {
  const renamed = (input: string) =>
    onnxModel({
      nodes: [{ operator: 'Identity', inputs: [input], outputs: ['y'] }],
      inputs: [{ name: input, type: elementType.float, shape: ['batch', 2] }],
      outputs: [{ name: 'y', shape: ['batch', 2] }],
    })
  const digits = 'acme.renamed'
  await node.serve(digits, renamed('image'))
  const versionId = await node.register({ model: digits, version: '1.1.0', onnx: renamed('pixels') })
  node.introduce(digits, versionId, 'candidate', share(10_000))
  const serving = await node.start()
  const ask = async (name: string) => {
    const input = { name, shape: [1, 2], datatype: 'FP32', data: [1, 2] }
    return (await serving.call(`/v2/models/${digits}/infer`, { inputs: [input] }, key)).status
  }
  for (let count = 0; count < 30; count++) expect(await ask('neither')).toBe(400)
  const from = serving.reports().length
  await expect.poll(() => serving.reports().length).toBeGreaterThan(from + 2)
  expect(await ask('pixels')).toBe(200)
  for (let count = 0; count < 30; count++) await ask('image')
  expect(await serving.message('roll-back')).toMatchObject({ versionId })
})
