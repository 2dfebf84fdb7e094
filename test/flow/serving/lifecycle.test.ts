/** Deployments over time: a promotion drops no request, a failed one keeps the old version, stopping lets go, all comes back. */
import { beforeEach, expect, test } from 'vitest'
import { internalKeyOf } from '../../../src-main/contract/internal-key.ts'
import { externalModel, linearModel } from '../../support/served-models.ts'
import type { ServingNode } from '../../support/serving-node.ts'
import { temporaryServingNode } from '../../support/temporary-node.ts'

let node: ServingNode
let key: string
beforeEach(async () => {
  node = await temporaryServingNode()
  key = node.createKey().secret
})

const model = 'acme.linear'
const path = `/v1/models/${model}/inference`
const body = { inputs: [1, 2, 3, 4] }
const register = (version: string, onnx: Uint8Array = linearModel(4, 3, Number(version[0]))) =>
  node.register({ model, version, onnx })

test('R40 to R44: reference, alias, range and none choose among the deployed versions', async () => {
  node.deploy('one', model, await register('1.0.0'))
  node.deploy('two', model, await register('2.0.0'))
  node.deploy('edge', model, await register('2.1.0-rc.1'))
  await register('3.0.0')
  const serving = await node.start()
  const ask = async (reference: string, action = 'predict') => {
    const { status, body: answer } = await serving.call(
      `/v1/models/${model}${reference}/${action}`,
      body,
      key,
    )
    const { version, rule, error } = answer as { version?: string; rule?: string; error?: { code: string } }
    return status === 200 ? `${version} by ${rule}` : `${status} ${error?.code}`
  }
  expect(await ask('@1.0.0')).toBe('1.0.0 by exact')
  expect(await ask('@2.1.0-rc.1')).toBe('2.1.0-rc.1 by exact')
  expect(await ask('@2.x')).toBe('2.0.0 by range 2.x')
  expect(await ask('@latest')).toBe('2.0.0 by alias latest')
  expect(await ask('@stable')).toBe('2.0.0 by alias stable')
  expect(await ask('', 'inference')).toMatch(/ by endpoint default$/)
  expect(await ask('@3.0.0')).toBe('409 NOT_DEPLOYED')
  expect(await ask('@3.x')).toBe('409 NOT_DEPLOYED')
  expect(await ask('@4.0.0')).toBe('404 VERSION_NOT_FOUND')
  expect(await ask('@v1.0.0')).toBe('400 NAME_INVALID')
  expect(await ask('@%20')).toBe('400 NAME_INVALID')
})

test('a promotion under load drops no request, and each answer names the version that gave it', async () => {
  const first = await register('1.0.0')
  node.deploy(model, model, first)
  const serving = await node.start()
  const seen = new Map<string, Set<string>>()
  let going = true
  const client = async () => {
    while (going) {
      const { status, body: answer } = await serving.call(path, body, key)
      expect(status).toBe(200)
      const { version, outputs } = answer as { version: string; outputs: unknown }
      seen.set(version, (seen.get(version) ?? new Set()).add(JSON.stringify(outputs)))
    }
  }
  const clients = Array.from({ length: 8 }, client)
  for (const version of ['2.0.0', '3.0.0', '4.0.0']) {
    const next = await register(version)
    node.introduce(model, next, 'pending')
    await serving.snapshot()
    node.promote(model, model, next)
    await serving.snapshot()
    const { body: answer } = await serving.call(path, body, key)
    expect(answer).toMatchObject({ version })
  }
  going = false
  await Promise.all(clients)
  expect([...seen.keys()].sort()).toEqual(['1.0.0', '2.0.0', '3.0.0', '4.0.0'])
  for (const outputs of seen.values()) expect(outputs.size).toBe(1)
})

test('a version that cannot be loaded leaves the one before in place and says why', async () => {
  node.deploy(model, model, await register('1.0.0'))
  const serving = await node.start()
  node.introduce(model, await register('2.0.0', Buffer.from('no model')), 'pending')
  await serving.snapshot()
  expect((await serving.call(path, body, key)).body).toMatchObject({ version: '1.0.0' })
  expect((await serving.call(`/v1/models/${model}@2.0.0/predict`, body, key)).status).toBe(500)
  const { deployments } = await serving.message('report', (one) => one.deployments[1]?.state === 'failed')
  expect(deployments[1]?.failure?.code).toBe('DEPLOYMENT_FAILED')
})

test('a stopped endpoint answers no more, and a revoked key is refused once the snapshot is applied', async () => {
  const other = node.createKey()
  node.deploy(model, model, await register('1.0.0'))
  const serving = await node.start()
  expect((await serving.call(path, body, other.secret)).status).toBe(200)
  other.revoke()
  await serving.snapshot()
  expect((await serving.call(path, body, other.secret)).status).toBe(401)
  node.stop(model)
  await serving.snapshot()
  expect((await serving.call(path, body, key)).headers.get('outpost-error')).toBe('ENDPOINT_STOPPED')
})

test('deployments come back after a restart, a changed blob is not loaded, and draining leaves the port free', async () => {
  const { model: onnx, weights } = externalModel()
  const externalData = { 'weights.bin': weights }
  await node.serve('external', onnx, { model: 'acme.external', externalData })
  const first = await node.start()
  const answer = await first.call('/v1/models/acme.external/inference', body, key)
  expect(answer.status).toBe(200)
  expect(await first.drain()).toBe(0)
  const second = await node.start({ port: first.port, portFixed: true })
  expect(second.port).toBe(first.port)
  expect(await second.call('/v1/models/acme.external/inference', body, key)).toMatchObject({
    status: 200,
    body: { outputs: (answer.body as { outputs: unknown }).outputs },
  })
})

test('a version without an endpoint can be tried with the internal key alone', async () => {
  const versionId = await register('1.0.0')
  const serving = await node.start()
  serving.post({ type: 'try', request: 1, versionId })
  expect(await serving.message('tried')).toMatchObject({ request: 1, failure: null })
  const headers = { 'outpost-try': versionId }
  expect(await serving.call(path, body, internalKeyOf('internal-key', 'playground'), headers)).toMatchObject({
    status: 200,
    body: { rule: 'try' },
  })
  expect((await serving.call(path, body, key, headers)).status).toBe(403)
})

test('a taken port is an error where it is fixed, and another is taken where it is not', async () => {
  const first = await node.start()
  // Each has a data folder of its own: one process at a time counts on one.
  const [second, third] = [await temporaryServingNode(), await temporaryServingNode()]
  await expect(second.start({ port: first.port, portFixed: true })).rejects.toMatchObject({
    failure: { code: 'PORT_TAKEN' },
  })
  expect((await third.start({ port: first.port })).port).not.toBe(first.port)
})
