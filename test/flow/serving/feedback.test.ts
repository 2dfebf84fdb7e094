/** What callers say of answers: it counts for the version that answered, and takes a bad candidate out. */
import { beforeEach, expect, test } from 'vitest'
import { resizeBuckets } from '../../../src-main/base/buckets.ts'
import { keyHash } from '../../../src-main/base/key-hash.ts'
import { internalKeyOf } from '../../../src-main/contract/internal-key.ts'
import { linearModel } from '../../support/served-models.ts'
import type { ServingProcess } from '../../support/serving-child.ts'
import type { ServingNode } from '../../support/serving-node.ts'
import { temporaryServingNode } from '../../support/temporary-node.ts'

let node: ServingNode
let key: string
const model = 'acme.judged'

beforeEach(async () => {
  node = await temporaryServingNode()
  key = node.createKey().secret
  await node.serve(model, linearModel(4, 3))
})

async function answeredId(serving: ServingProcess): Promise<string> {
  const { status, headers } = await serving.call(`/v1/models/${model}/predict`, { inputs: [1, 2, 3, 4] }, key)
  expect(status).toBe(200)
  return headers.get('x-request-id') ?? ''
}

const judge = async (serving: ServingProcess, body: unknown, by = key) => {
  const { status, headers, body: answer } = await serving.call('/v1/feedback', body, by)
  return { status, code: headers.get('outpost-error'), answer: answer as unknown }
}

test('a candidate whose answers are judged bad is taken out, after as many as the rule wants', async () => {
  const versionId = await node.register({ model, version: '1.1.0', onnx: linearModel(4, 3) })
  node.introduce(model, versionId, 'candidate', resizeBuckets([], [], 10_000, 10_000))
  node.setPolicy(model, { rollback: [{ metric: 'quality', threshold: 0.6, requestsMin: 5 }] })
  const serving = await node.start()
  for (let count = 0; count < 4; count++)
    await judge(serving, { requestId: await answeredId(serving), score: 0.5 })
  const from = serving.reports().length
  await expect.poll(() => serving.reports().length, { timeout: 20_000 }).toBeGreaterThan(from + 2)
  const last = await judge(serving, { requestId: await answeredId(serving), correct: false })
  expect(last).toMatchObject({ status: 200, answer: { endpoint: model, version: '1.1.0', score: 0 } })
  expect(await serving.message('roll-back')).toMatchObject({
    versionId,
    reason: expect.stringMatching(/^1\.1\.0: quality was 0\.400, under 0\.6, of 5/),
  })
  const { deployments } = await serving.message('report', (one) => one.deployments[1]?.feedback?.total === 5)
  expect(deployments.map(({ feedback }) => feedback)).toEqual([null, { total: 5, scoreSum: 2 }])
  const headers = { authorization: `Bearer ${key}` }
  const metrics = await (await fetch(`${serving.url}/metrics`, { headers })).text()
  expect(metrics).toMatch(/^outpost_feedback_total\{.*version="1\.1\.0".*\} 5$/m)
  expect(metrics).toMatch(/^outpost_feedback_score_sum\{.*version="1\.1\.0".*\} 2$/m)
})

test('a request is judged once, by who made it, or by the node itself', async () => {
  const other = 'op_another-key-of-this-test'
  const hash = keyHash(Buffer.from(node.pepper, 'hex'), other)
  const serving = await node.start({ temporaryKeys: [{ hash, name: 'other' }] })
  const requestId = await answeredId(serving)
  const unknown = { status: 404, code: 'REQUEST_NOT_FOUND' }
  expect(await judge(serving, { requestId: crypto.randomUUID(), score: 1 })).toMatchObject(unknown)
  expect(await judge(serving, { requestId, score: 1 }, other)).toMatchObject(unknown)
  expect(await judge(serving, { requestId, correct: true })).toMatchObject({ status: 200 })
  expect(await judge(serving, { requestId, score: 1 })).toMatchObject({
    status: 409,
    code: 'FEEDBACK_EXISTS',
  })
  const next = { requestId: await answeredId(serving), score: 0.25 }
  expect(await judge(serving, next, internalKeyOf('internal-key', 'playground'))).toMatchObject({
    status: 200,
  })
})

test('what is no judgement, or comes without a key to infer, is refused', async () => {
  const serving = await node.start()
  const requestId = await answeredId(serving)
  for (const wrong of [{ requestId }, { requestId, score: 1.1 }, { requestId, score: 1, correct: true }])
    expect(await judge(serving, wrong)).toMatchObject({ status: 400, code: 'BAD_REQUEST' })
  const long = await judge(serving, { requestId: 'x'.repeat(10_000), score: 1 })
  expect(long).toMatchObject({ status: 413, code: 'PAYLOAD_TOO_LARGE' })
  const reader = node.createKey(['read']).secret
  await serving.snapshot()
  expect(await judge(serving, { requestId, score: 1 }, reader)).toMatchObject({ status: 403 })
  const failed = await serving.call(`/v1/models/${model}/predict`, { inputs: ['no number'] }, key)
  const refused = failed.headers.get('x-request-id')
  expect(await judge(serving, { requestId: refused, score: 0 })).toMatchObject({ status: 404 })
})
