/** Two whole nodes: one runs the model for the other, which keeps the key, the receipt and the record of each call. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newId } from '../../../src-main/base/ids.ts'
import { limits } from '../../../src-main/contract/limits.ts'
import { deleteRemote, insertRemote } from '../../../src-main/store/tables/remote-engines.ts'
import { startWholeNode, type WholeNode } from '../../support/whole-node.ts'

const model = 'samples.debian-sections'
const text = 'a compiler for a small language'
let remote: WholeNode
let here: WholeNode
let url: string
let token: string
let key: string

beforeAll(async () => {
  ;[remote, here] = await Promise.all([startWholeNode(), startWholeNode()])
  for (const node of [remote, here]) {
    const { jobId } = await node.client.system.installSamples()
    expect((await node.ended(jobId)).failure).toBeNull()
  }
  token = await newKey(remote)
  key = await newKey(here)
  url = await servingUrl(remote)
}, 120_000)
afterAll(async () => {
  await here[Symbol.asyncDispose]()
  await remote[Symbol.asyncDispose]()
})

const newKey = async ({ client }: WholeNode) =>
  (await client.keys.create({ name: 'test', scopes: ['infer'] })).secret
const servingUrl = async ({ client }: WholeNode) => {
  const { serving } = await client.system.status()
  if (serving.url === null) throw new Error('serving does not run')
  return serving.url
}
async function ask(path = `/v1/models/${model}/inference`, inputs: unknown = [text, 'a chess game']) {
  const response = await here.ask(key, path, { inputs })
  return { status: response.status, headers: response.headers, body: (await response.json()) as never }
}

test('an engine is added, tested and listed; its token is sealed and shown nowhere', async () => {
  const row = await here.client.engines.add({ name: 'other', url: `${url}/`, model, token })
  expect(row).toMatchObject({ url, hasToken: true, endpoints: [] })
  const tested = await here.client.engines.test({ name: 'other' })
  expect(tested).toMatchObject({ failure: null, binary: true, server: { name: 'outpost' } })
  const rows = JSON.stringify(await here.client.engines.list())
  const { db } = here.node.context
  const stored = JSON.stringify(db.prepare('select * from remote_engines').all())
  const audited = JSON.stringify(db.prepare('select * from audit_entries').all())
  for (const shown of [rows, stored, audited, JSON.stringify(row)]) expect(shown).not.toContain(token)
  expect(audited).toContain('engine.add')
  await expect(here.client.engines.add({ name: 'other', url, model })).rejects.toMatchObject({
    code: 'REMOTE_EXISTS',
  })
})

test('a version that it runs answers as before, and receipt and metrics name the engine', async () => {
  const before = await ask()
  const row = await here.client.deployments.deploy({
    model,
    version: 'stable',
    executionProvider: 'remote:other',
  })
  expect(row).toMatchObject({ state: 'ready', executionProvider: { used: 'remote:other' } })
  const answer = await ask()
  expect(answer.status).toBe(200)
  const outputs = ({ body }: typeof answer) => (body as { outputs: unknown }).outputs
  expect(JSON.stringify(outputs(answer))).toBe(JSON.stringify(outputs(before)))
  expect(answer.body).toMatchObject({ executionProvider: 'remote:other' })
  expect(answer.headers.get('outpost-receipt')).toContain('remote:other')
  const metrics = await fetch(`${await servingUrl(here)}/metrics`, {
    headers: { authorization: `Bearer ${key}` },
  })
  const figures = await metrics.text()
  expect(figures).toContain('execution_provider="remote:other"')
  expect(figures).toMatch(/^outpost_remote_circuit_open\{engine="other"\} 0$/m)
  expect(await here.client.engines.list()).toMatchObject([{ endpoints: [model] }])
  await expect(here.client.engines.remove({ name: 'other' })).rejects.toMatchObject({ code: 'REMOTE_IN_USE' })
})

test('an engine is changed while a version runs on it, and refused where the version would not fit', async () => {
  const wrong = { name: 'other', model: 'samples.digits' }
  await expect(here.client.engines.change(wrong)).rejects.toMatchObject({ code: 'REMOTE_MISMATCH' })
  await expect(here.client.engines.change({ name: 'other', token: null })).rejects.toMatchObject({
    code: 'REMOTE_FAILED',
  })
  await expect(
    here.client.engines.change({ name: 'other', url: 'http://models.acme.example' }),
  ).rejects.toMatchObject({ code: 'REMOTE_ADDRESS' })
  expect(await here.client.engines.list()).toMatchObject([{ url, model, hasToken: true, timeoutMs: 30_000 }])
  const { port } = new URL(url)
  const renewed = await newKey(remote)
  const row = await here.client.engines.change({
    name: 'other',
    url: `http://localhost:${port}`,
    timeoutMs: 20_000,
    token: renewed,
  })
  expect(row).toMatchObject({ url: `http://localhost:${port}`, model, hasToken: true, timeoutMs: 20_000 })
  expect((await ask()).body).toMatchObject({ executionProvider: 'remote:other' })
  const audit = JSON.stringify(here.node.context.db.prepare('select * from audit_entries').all())
  expect(audit).toContain('engine.change')
  expect(audit).not.toContain(renewed)
})

test('a remote model with other tensors is refused, and so is a server that is not there', async () => {
  await here.client.engines.add({ name: 'digits', url, model: 'samples.digits', token })
  const deploy = (name: string) =>
    here.client.deployments.deploy({
      model,
      version: 'stable',
      endpoint: 'elsewhere',
      executionProvider: `remote:${name}`,
    })
  await expect(deploy('digits')).rejects.toMatchObject({ code: 'REMOTE_MISMATCH' })
  await here.client.engines.add({ name: 'keyless', url, model })
  await expect(deploy('keyless')).rejects.toMatchObject({ code: 'REMOTE_FAILED' })
  const silent = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => silent.once('listening', resolve))
  const { port } = silent.address() as AddressInfo
  await new Promise((resolve) => silent.close(resolve))
  await here.client.engines.add({ name: 'gone', url: `http://127.0.0.1:${port}`, model })
  await expect(deploy('gone')).rejects.toMatchObject({ code: 'REMOTE_UNAVAILABLE' })
  await expect(deploy('nobody')).rejects.toMatchObject({ code: 'REMOTE_NOT_FOUND' })
  expect((await here.client.deployments.list()).map(({ endpoint }) => endpoint)).not.toContain('elsewhere')
})

test.each([
  ['http://models.acme.example', 'not encrypted'],
  ['http://169.254.169.254/latest', 'secrets'],
  ['https://[fe80::1]', 'secrets'],
  ['http://[fd00:ec2::254]/latest', 'secrets'],
  ['https://user:secret@models.acme.example', 'more than a server'],
  ['file:///etc/passwd', 'no http'],
])('the address %s is refused', async (address, words) => {
  await expect(here.client.engines.add({ name: 'bad', url: address, model })).rejects.toMatchObject({
    code: 'REMOTE_ADDRESS',
    message: expect.stringContaining(words),
  })
})

test.each(['127.0.0.1', 'localhost', '127.8.8.8', '0.0.0.0', '[::ffff:127.0.0.1]'])(
  'a node is no engine of its own, called %s',
  async (host) => {
    const { port } = new URL(await servingUrl(here))
    const own = { name: 'me', url: `http://${host}:${port}`, model, allowHttp: true }
    await expect(here.client.engines.add(own)).rejects.toMatchObject({ code: 'REMOTE_ADDRESS' })
  },
)

test('no node has more engines than it can look at', async () => {
  const { db, nodeId } = here.node.context
  const names = Array.from({ length: limits.remoteEnginesMax }, (_, at) => `many-${at}`)
  for (const name of names)
    insertRemote(db, {
      id: newId(),
      name,
      url: 'http://127.0.0.1:9',
      model,
      modelVersion: null,
      tokenSealed: null,
      timeoutMs: 1000,
      createdAt: new Date().toISOString(),
      originNode: nodeId,
    })
  try {
    await expect(here.client.engines.add({ name: 'one-more', url, model })).rejects.toMatchObject({
      code: 'BAD_REQUEST',
      message: expect.stringContaining(String(limits.remoteEnginesMax)),
    })
  } finally {
    for (const name of names) deleteRemote(db, name)
  }
})

test('back on this machine, the engine can be removed', async () => {
  await here.client.deployments.deploy({ model, version: 'stable', executionProvider: 'cpu' })
  expect((await ask()).body).toMatchObject({ executionProvider: 'cpu' })
  for (const { name } of await here.client.engines.list()) await here.client.engines.remove({ name })
  expect(await here.client.engines.list()).toEqual([])
})
