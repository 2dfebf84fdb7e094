/** What a license refuses can be found again: calls in the log and as notices, deployments and exports among the refusals. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { importedForeign } from '../../support/foreign-package.ts'
import { grpcClient } from '../../support/grpc-client.ts'
import { refusalOf } from '../../support/handed-over.ts'
import { nowSeconds, requestsAMonth, type TestIssuer, termsOf } from '../../support/licenses.ts'
import { sharedFolder } from '../../support/temporary-folder.ts'
import { localServingAndGrpc, startWholeNode, type WholeNode } from '../../support/whole-node.ts'

const model = 'acme.cells'
const dataDirectory = sharedFolder()
let outpost: WholeNode
let issuer: TestIssuer
let key: string

beforeAll(async () => {
  outpost = await startWholeNode({ dataDirectory, serving: localServingAndGrpc })
  ;({ issuer } = await importedForeign(outpost))
  key = (await outpost.client.keys.create({ name: 'teller', scopes: ['infer'] })).secret
}, 60_000)
afterAll(() => outpost[Symbol.asyncDispose]())

async function ask(path = `/v1/models/${model}/inference`): Promise<string> {
  const answer = await outpost.ask(key, path, { inputs: Array.from({ length: 10 }, () => 1) })
  return answer.headers.get('outpost-error') ?? String(answer.status)
}
const failed = async () =>
  (await outpost.client.requests.list({ outcome: 'failed', model, offset: 0, limit: 50 })).rows
const refusals = () => outpost.client.licenses.refusals()
const waiting = { timeout: 15_000, interval: 200 }

async function askGrpc(name: string): Promise<unknown> {
  const client = grpcClient(outpost.node.addresses().grpcAddress ?? '', key)
  try {
    const { behind } = await client.call('ModelInfer', { model_name: name, inputs: [] })
    return behind['outpost-error']
  } finally {
    client.close()
  }
}
const askEach = async () => [
  await ask(),
  await ask(`/v1/models/${model}@1.0.0/predict`),
  await ask(`/v2/models/${model}/infer`),
  await ask(`/v2/models/${model}/versions/1.0.0/infer`),
  await askGrpc(model),
]

test('what no license lets be deployed is refused for that by each protocol, not as a thing to deploy', async () => {
  expect(await askEach()).toEqual(Array.from({ length: 5 }, () => 'LIC_NONE'))
  await expect
    .poll(async () => (await refusals())[0], waiting)
    .toMatchObject({ code: 'LIC_NONE', of: 'call', model, version: expect.stringMatching(/^1\.0\.0/) })
  expect(await ask('/v1/models/acme.nothing/predict')).toBe('MODEL_NOT_FOUND')
  expect(await ask(`/v1/models/${model}@7.0.0/predict`)).toBe('VERSION_NOT_FOUND')
})

test('a deployment and an export that a license refuses stand among the last refusals', async () => {
  expect(await refusalOf(outpost.client.deployments.deploy({ model, version: '1.0.0' }))).toBe('LIC_NONE')
  expect((await refusals())[0]).toMatchObject({
    code: 'LIC_NONE',
    of: 'serve',
    model,
    version: expect.stringMatching(/^1\.0\.0/),
    requestId: null,
    lid: null,
  })
  const { payload, text } = issuer.license({ terms: termsOf('DEVELOPER', { quota: requestsAMonth(1) }) })
  await outpost.client.licenses.install({ document: text })
  const undeployed = ['NOT_DEPLOYED', 'NOT_DEPLOYED', 'ENDPOINT_NOT_FOUND', 'ENDPOINT_NOT_FOUND']
  await expect.poll(askEach, waiting).toEqual([...undeployed, 'ENDPOINT_NOT_FOUND'])
  const exported = await outpost.node.fetch(new Request(`http://localhost/api/packages/${model}/1.0.0`), {
    owner: true,
  })
  expect(exported.status).toBe(403)
  expect((await refusals())[0]).toMatchObject({
    code: 'LIC_REDISTRIBUTION_DENIED',
    of: 'export',
    lid: payload.lid,
  })
})

test('refused calls are in the log of failed requests, among the refusals, and told as a notice', async () => {
  await outpost.client.deployments.deploy({ model, version: '1.0.0' })
  expect([await ask(), await ask()]).toEqual(['200', 'QUOTA_EXCEEDED'])
  await expect.poll(async () => (await failed()).map(({ code }) => code), waiting).toEqual(['QUOTA_EXCEEDED'])
  const [call] = await failed()
  const [license] = await outpost.client.licenses.list({ model })
  const lid = license?.lid ?? ''
  const month = call?.at.slice(0, 7) ?? ''
  expect(call).toMatchObject({ license: lid, period: month, units: 0, credits: 0 })
  // The statement bills what was answered, and its calls are found with the refused ones.
  const callsOf = async () =>
    (await outpost.client.requests.list({ license: lid, period: month, offset: 0, limit: 10 })).rows
  expect((await callsOf()).map(({ code }) => code)).toEqual(['QUOTA_EXCEEDED', null])
  const { lines } = await outpost.client.usage.statement({ month })
  expect(lines).toMatchObject([{ lid, requests: 1, items: 1, units: 1, credits: 50 }]) // of the month
  expect(await outpost.client.usage.verify({})).toMatchObject({
    intact: true,
    accounts: [{ lid, inLog: 1, inStatement: 1 }],
  })
  await expect
    .poll(async () => (await refusals())[0], waiting)
    .toMatchObject({ code: 'QUOTA_EXCEEDED', of: 'call', requestId: call?.id })
  await expect
    .poll(async () => (await outpost.client.licenses.notices()).map(({ message }) => message).join(), waiting)
    .toContain('Calls to acme.cells are refused')
})

test('each mark of a quota is told with the count that reached it, not with the next look', async () => {
  const [one] = await outpost.client.licenses.list({ model })
  await outpost.client.licenses.remove({ lid: one?.lid ?? '' })
  const { payload, text } = issuer.license({ terms: termsOf('DEVELOPER', { quota: requestsAMonth(5) }) })
  await outpost.client.licenses.install({ document: text })
  const told = async () =>
    (await outpost.client.licenses.notices())
      .filter(({ lid, kind }) => lid === payload.lid && kind.startsWith('quota-'))
      .map(({ kind }) => Number(kind.split('-').at(-1)))
  const soon = { timeout: 8000, interval: 100 }
  expect([await ask(), await ask(), await ask(), await ask()]).toEqual(['200', '200', '200', '200'])
  await expect.poll(told, soon).toEqual([80])
  expect(await ask()).toBe('200')
  await expect.poll(told, soon).toEqual([100, 80])

  const states = async () =>
    (await outpost.client.licenses.list({ model })).map(({ state, usage }) => [state, usage?.limit])
  expect(await states()).toEqual([['used-up', 5]])
  const fifty = termsOf('DEVELOPER', { quota: requestsAMonth(50) })
  await outpost.client.licenses.install({
    document: issuer.license({ lid: payload.lid, seq: 2, terms: fifty }).text,
  })
  // Both documents count on one account: beside the limit of the former the count would be wrong.
  expect(await states()).toEqual([
    ['active', 50],
    ['superseded', undefined],
  ])
})

test('an expired license refuses in the log, too', async () => {
  const [row] = await outpost.client.licenses.list({ model })
  const old = { iat: nowSeconds() - 9_000_000, nbf: nowSeconds() - 9_000_000, exp: nowSeconds() - 8_000_000 }
  await outpost.client.licenses.remove({ lid: row?.lid ?? '' })
  // A refused call makes no month one in which the subscription is due.
  const terms = termsOf('PROFESSIONAL', { price: { kind: 'subscription', creditsPerMonth: 50 } })
  const { payload, text } = issuer.license({ ...old, terms })
  const { lid } = payload
  await outpost.client.licenses.install({ document: text })
  expect(await ask()).toBe('LIC_EXPIRED')
  await expect
    .poll(async () => (await failed()).map(({ code }) => code), waiting)
    .toEqual(['LIC_EXPIRED', 'QUOTA_EXCEEDED'])
  // Also where that license has answered nothing.
  const { rows } = await outpost.client.requests.list({ license: lid, offset: 0, limit: 10 })
  expect(rows).toMatchObject([{ code: 'LIC_EXPIRED', license: lid, units: 0, credits: 0 }])
  const { lines } = await outpost.client.usage.statement({})
  expect(lines.filter((line) => line.lid === lid)).toEqual([])
  const { intact, accounts } = await outpost.client.usage.verify({})
  expect([intact, accounts.filter((account) => account.lid === lid)]).toEqual([true, []])
})

test('the last refusals are there after a restart', async () => {
  await expect.poll(async () => (await refusals()).map(({ code }) => code), waiting).toContain('LIC_EXPIRED')
  const before = await refusals()
  await outpost.stop()
  outpost = await startWholeNode({ dataDirectory })
  expect(await refusals()).toEqual(before)
})
