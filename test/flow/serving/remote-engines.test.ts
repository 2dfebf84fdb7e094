/**
 * Another node as a remote engine: it goes away under load and comes back, leads back here, stands in. The callers get
 * clean errors or another version's answer, the circuit opens, and closes when it is well again.
 */
import { beforeEach, expect, test } from 'vitest'
import { newId } from '../../../src-main/base/ids.ts'
import { forwardedHeader } from '../../../src-main/contract/remote.ts'
import { putTarget } from '../../../src-main/store/tables/endpoint-targets.ts'
import { findEndpoint } from '../../../src-main/store/tables/endpoints.ts'
import {
  askRemote,
  loadRemote,
  type RemoteAnswer,
  registerLinear,
  remoteBody,
  remoteModel,
  remotePath,
  serveRemotely,
  toldOfRemote,
} from '../../support/remote-engine.ts'
import type { ServingNode } from '../../support/serving-node.ts'
import { temporaryServingNode } from '../../support/temporary-node.ts'

let here: ServingNode
let key: string
beforeEach(async () => {
  here = await temporaryServingNode()
  key = here.createKey().secret
})

async function remoteNode() {
  const remote = await temporaryServingNode()
  remote.deploy(remoteModel, remoteModel, await registerLinear(remote, '1.0.0'))
  const token = remote.createKey().secret
  const serving = await remote.start()
  return { remote, token, serving }
}

test('the remote goes away under load and comes back: clean errors, an open circuit, answers again', async () => {
  const { remote, token, serving: away } = await remoteNode()
  await serveRemotely(here, away.url, { token })
  const serving = await here.start()
  const callers = loadRemote(serving, key, 8)
  const answered = ({ status }: RemoteAnswer) => status === 200
  await callers.more(50, answered)
  away.kill()
  await toldOfRemote(serving, ({ circuit }) => circuit === 'open')
  await callers.more(50, ({ code }) => code === 'REMOTE_UNAVAILABLE')
  const refused = await serving.call(remotePath, remoteBody, key)
  expect(refused.status).toBe(503)
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  const ready = await fetch(`${serving.url}/v2/models/${remoteModel}/ready`, {
    headers: { authorization: `Bearer ${key}` },
  })
  expect(ready.status).toBe(400)
  await away.exited
  await remote.start({ port: away.port, portFixed: true })
  await callers.more(50, answered)
  await callers.stop()
  const others = callers.answers.filter((answer) => !answered(answer))
  expect(new Set(others.map(({ status, code }) => `${status} ${code}`))).toEqual(
    new Set(['503 REMOTE_UNAVAILABLE']),
  )
  const last = serving.reports().at(-1)?.remotes[0]
  expect(last?.retriesTotal).toBeLessThanOrEqual((last?.requestsTotal ?? 0) / 10 + 1)
}, 120_000)

test('an engine that leads back here is told of its loop at once, and a shadow there is not asked in circles', async () => {
  const serving = await here.start()
  const shadow = await registerLinear(here, '1.1.0')
  await serveRemotely(here, serving.url, { token: key })
  here.introduce(remoteModel, shadow, 'shadow')
  here.db
    .prepare(`update endpoint_targets set execution_provider = 'remote:box' where version_id = ?`)
    .run(shadow)
  await serving.snapshot()
  const { status, body: refusal } = await serving.call(remotePath, remoteBody, key)
  expect(status).toBe(502)
  expect(JSON.stringify(refusal)).toContain('508')
  const { remotes } = await toldOfRemote(serving, ({ failuresTotal }) => failuresTotal > 0)
  expect(remotes[0]?.requestsTotal).toBe(1)

  const local = await registerLinear(here, '1.2.0')
  here.deploy(remoteModel, remoteModel, local)
  await serving.snapshot()
  const asked = async (headers: Record<string, string>) => {
    const answer = await fetch(`${serving.url}${remotePath}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
      body: JSON.stringify(remoteBody),
    })
    return answer.status
  }
  expect(await asked({ [forwardedHeader]: '1' })).toBe(200)
  const before = serving.reports().at(-1)?.remotes[0]?.requestsTotal
  expect(before).toBe(1) // the shadow is left out
  expect(await asked({})).toBe(200)
  await toldOfRemote(serving, ({ requestsTotal }) => requestsTotal === 2) // and asked where the request comes from a client
}, 60_000)

test('where the endpoint has a failover version, nobody notices that the remote went away', async () => {
  const { token, serving: away } = await remoteNode()
  await serveRemotely(here, away.url, { token })
  const local = await registerLinear(here, '1.1.0')
  const endpoint = findEndpoint(here.db, remoteModel)
  putTarget(here.db, {
    id: newId(),
    endpointId: endpoint?.id ?? '',
    versionId: local,
    role: 'candidate',
    buckets: [],
    executionProvider: 'cpu',
    settings: '{}',
    originNode: 'test',
    at: new Date().toISOString(),
  })
  here.setPolicy(remoteModel, { failover: ['1.1.0'] })
  const serving = await here.start()
  const callers = loadRemote(serving, key, 8)
  await callers.more(50, ({ provider }) => provider === 'remote:box')
  away.kill()
  await callers.more(100, ({ provider }) => provider === 'cpu')
  await callers.stop()
  expect(new Set(callers.answers.map(({ status }) => status))).toEqual(new Set([200]))
}, 120_000)

test('a remote engine stands in where this machine cannot load the primary', async () => {
  const { token, serving: away } = await remoteNode()
  await serveRemotely(here, away.url, { token })
  const standIn = await registerLinear(here, '1.1.0')
  const broken = await here.register({ model: remoteModel, version: '1.2.0', onnx: Buffer.from('no model') })
  here.introduce(remoteModel, standIn, 'candidate')
  here.db
    .prepare(`update endpoint_targets set execution_provider = 'remote:box' where version_id = ?`)
    .run(standIn)
  here.deploy(remoteModel, remoteModel, broken)
  here.setPolicy(remoteModel, { failover: ['1.1.0'] })
  const serving = await here.start()
  const { status, body: answer } = await serving.call(remotePath, remoteBody, key)
  expect(status).toBe(200)
  expect(answer).toMatchObject({ version: '1.1.0', executionProvider: 'remote:box' })
})

test('a node starts while its remote engine is away, and answers when it has come', async () => {
  const { remote, token, serving: away } = await remoteNode()
  away.kill()
  await away.exited
  await serveRemotely(here, away.url, { token })
  const serving = await here.start()
  expect(await askRemote(serving, key)).toMatchObject({ status: 503, code: 'REMOTE_UNAVAILABLE' })
  await remote.start({ port: away.port, portFixed: true })
  await toldOfRemote(serving, ({ health, circuit }) => health === 'ready' && circuit === 'closed')
  expect(await askRemote(serving, key)).toMatchObject({ status: 200, provider: 'remote:box' })
}, 60_000)
