/**
 * The remote engine as it fails: it goes away under load and comes back, answers garbage, late, half or too much. The
 * callers get clean errors or another version's answer, the circuit opens, and closes when it is well again.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { newId } from '../../../src-main/base/ids.ts'
import { seal } from '../../../src-main/base/seal.ts'
import type { RemoteReport } from '../../../src-main/contract/remote.ts'
import { forwardedHeader } from '../../../src-main/contract/remote.ts'
import { remoteTokenPurpose } from '../../../src-main/engine/remote/remote-token.ts'
import { putTarget } from '../../../src-main/store/tables/endpoint-targets.ts'
import { findEndpoint } from '../../../src-main/store/tables/endpoints.ts'
import { insertRemote } from '../../../src-main/store/tables/remote-engines.ts'
import { linearGraph, linearModel } from '../../support/served-models.ts'
import { createServingNode, type ServingNode } from '../../support/serving-node.ts'

const model = 'acme.linear'
const path = `/v1/models/${model}/inference`
const body = { inputs: [1, 2, 3, 4] }
type Serving = Awaited<ReturnType<ServingNode['start']>>
let here: ServingNode
let key: string
const nodes: ServingNode[] = []
const servers: Server[] = []

beforeEach(async () => {
  here = await newNode()
  key = here.createKey().secret
})
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
  for (const node of nodes.splice(0)) await node.remove()
})

async function newNode(): Promise<ServingNode> {
  const node = await createServingNode()
  nodes.push(node)
  return node
}

/** A version of the model that the engine runs. */
async function deployRemote(url: string, token: string | null = null, timeoutMs = 2000): Promise<void> {
  const id = newId()
  insertRemote(here.db, {
    id,
    name: 'box',
    url,
    model,
    modelVersion: null,
    tokenSealed: token === null ? null : seal(Buffer.from(here.pepper, 'hex'), remoteTokenPurpose, id, token),
    timeoutMs,
    createdAt: new Date().toISOString(),
    originNode: 'test',
  })
  here.deploy(model, model, await register(here, '1.0.0'), 'remote:box')
}
const register = (node: ServingNode, version: string) =>
  node.register({ model, version, onnx: linearModel(4, 3), graph: linearGraph(4, 3) })

/** The last word on the engine that fits. */
const told = (serving: Serving, fits: (report: RemoteReport) => boolean) =>
  serving.message('report', ({ remotes }) => remotes[0] !== undefined && fits(remotes[0]))

interface Answered {
  status: number
  code: string | null
  provider: string | null
}
async function ask(serving: Serving): Promise<Answered> {
  const { status, body: answer } = await serving.call(path, body, key)
  const { error, executionProvider } = answer as { error?: { code?: string }; executionProvider?: string }
  const code = (answer as { code?: string }).code ?? error?.code ?? null
  return { status, code, provider: executionProvider ?? null }
}

/** Callers that never stop, until they are told to; what they were answered. */
function load(serving: Serving, callers: number) {
  const answers: Answered[] = []
  let stopped = false
  const done = Promise.all(
    Array.from({ length: callers }, async () => {
      while (!stopped) answers.push(await ask(serving))
    }),
  )
  return {
    answers,
    /** Waits for so many more that fit. */
    more: async (count: number, fits: (answer: Answered) => boolean) => {
      const from = answers.length
      while (answers.slice(from).filter(fits).length < count)
        await new Promise((next) => setTimeout(next, 50))
    },
    stop: async () => {
      stopped = true
      await done
    },
  }
}

async function remoteNode() {
  const remote = await newNode()
  remote.deploy(model, model, await register(remote, '1.0.0'))
  const token = remote.createKey().secret
  const serving = await remote.start()
  return { remote, token, serving }
}

test('the remote goes away under load and comes back: clean errors, an open circuit, answers again', async () => {
  const { remote, token, serving: away } = await remoteNode()
  await deployRemote(away.url, token)
  const serving = await here.start()
  const callers = load(serving, 8)
  const answered = ({ status }: Answered) => status === 200
  await callers.more(50, answered)
  away.kill()
  await told(serving, ({ circuit }) => circuit === 'open')
  await callers.more(50, ({ code }) => code === 'REMOTE_UNAVAILABLE')
  const refused = await serving.call(path, body, key)
  expect(refused.status).toBe(503)
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  const ready = await fetch(`${serving.url}/v2/models/${model}/ready`, {
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
  const shadow = await register(here, '1.1.0')
  await deployRemote(serving.url, key)
  here.introduce(model, shadow, 'shadow')
  here.db
    .prepare(`update endpoint_targets set execution_provider = 'remote:box' where version_id = ?`)
    .run(shadow)
  await serving.snapshot()
  const { status, body: refusal } = await serving.call(path, body, key)
  expect(status).toBe(502)
  expect(JSON.stringify(refusal)).toContain('508')
  const { remotes } = await told(serving, ({ failuresTotal }) => failuresTotal > 0)
  expect(remotes[0]?.requestsTotal).toBe(1)

  const local = await register(here, '1.2.0')
  here.deploy(model, model, local)
  await serving.snapshot()
  const asked = async (headers: Record<string, string>) => {
    const answer = await fetch(`${serving.url}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    })
    return answer.status
  }
  expect(await asked({ [forwardedHeader]: '1' })).toBe(200)
  const before = serving.reports().at(-1)?.remotes[0]?.requestsTotal
  expect(before).toBe(1) // the shadow is left out
  expect(await asked({})).toBe(200)
  await told(serving, ({ requestsTotal }) => requestsTotal === 2) // and asked where the request comes from a client
}, 60_000)

test('where the endpoint has a failover version, nobody notices that the remote went away', async () => {
  const { token, serving: away } = await remoteNode()
  await deployRemote(away.url, token)
  const local = await register(here, '1.1.0')
  const endpoint = findEndpoint(here.db, model)
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
  here.setPolicy(model, { failover: ['1.1.0'] })
  const serving = await here.start()
  const callers = load(serving, 8)
  await callers.more(50, ({ provider }) => provider === 'remote:box')
  away.kill()
  await callers.more(100, ({ provider }) => provider === 'cpu')
  await callers.stop()
  expect(new Set(callers.answers.map(({ status }) => status))).toEqual(new Set([200]))
}, 120_000)

test('a remote engine stands in where this machine cannot load the primary', async () => {
  const { token, serving: away } = await remoteNode()
  await deployRemote(away.url, token)
  const standIn = await register(here, '1.1.0')
  const broken = await here.register({ model, version: '1.2.0', onnx: Buffer.from('no model') })
  here.introduce(model, standIn, 'candidate')
  here.db
    .prepare(`update endpoint_targets set execution_provider = 'remote:box' where version_id = ?`)
    .run(standIn)
  here.deploy(model, model, broken)
  here.setPolicy(model, { failover: ['1.1.0'] })
  const serving = await here.start()
  const { status, body: answer } = await serving.call(path, body, key)
  expect(status).toBe(200)
  expect(answer).toMatchObject({ version: '1.1.0', executionProvider: 'remote:box' })
})

test('a node starts while its remote engine is away, and answers when it has come', async () => {
  const { remote, token, serving: away } = await remoteNode()
  away.kill()
  await away.exited
  await deployRemote(away.url, token)
  const serving = await here.start()
  expect(await ask(serving)).toMatchObject({ status: 503, code: 'REMOTE_UNAVAILABLE' })
  await remote.start({ port: away.port, portFixed: true })
  await told(serving, ({ health, circuit }) => health === 'ready' && circuit === 'closed')
  expect(await ask(serving)).toMatchObject({ status: 200, provider: 'remote:box' })
}, 60_000)

/** Ready, and of its own mind about an inference. */
async function plainServer(infer: (request: IncomingMessage, response: ServerResponse) => void) {
  const server = createServer((request, response) => {
    if (request.url?.endsWith('/infer')) return infer(request, response)
    const known = request.url === '/v2' ? { name: 'plain', version: '1', extensions: [] } : { ready: true }
    return response.setHeader('content-type', 'application/json').end(JSON.stringify(known))
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
const json = (response: ServerResponse, value: unknown, status = 200) =>
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
const scores = (more: object = {}) => ({
  outputs: [{ name: 'scores', datatype: 'FP32', shape: [1, 3], data: [1, 2, 3], ...more }],
})

test('a server that takes JSON alone is asked in JSON', async () => {
  let type: string | undefined
  await deployRemote(
    await plainServer((request, response) => {
      type = request.headers['content-type']
      json(response, scores())
    }),
  )
  const { status, body: answer } = await (await here.start()).call(path, body, key)
  expect(status).toBe(200)
  expect(JSON.stringify(answer)).toContain('[1,2,3]')
  expect(type).toBe('application/json')
})

test('one that says it is ready and hangs gets no request until a run of its own is answered', async () => {
  let hangs = true
  const asked: string[] = []
  const url = await plainServer(async (request, response) => {
    let text = ''
    for await (const chunk of request) text += chunk
    asked.push(text)
    if (!hangs) json(response, scores())
  })
  await deployRemote(url, null, 500)
  const serving = await here.start()
  const callers = load(serving, 8)
  const { remotes } = await told(serving, ({ circuit }) => circuit === 'open')
  const from = asked.length
  expect(remotes[0]?.problem).toContain('in time')
  const trials = () => asked.slice(from).filter((text) => !text.includes('[1,2,3,4]'))
  while (trials().length < 3) await new Promise((next) => setTimeout(next, 50))
  expect(asked.slice(from).filter((text) => text.includes('[1,2,3,4]'))).toEqual([])
  expect(JSON.parse(trials()[0] ?? '').inputs).toMatchObject([{ name: 'x', data: [0, 0, 0, 0] }])
  await told(serving, ({ health, problem }) => health === 'not-ready' && /a run fails/.test(problem ?? ''))
  hangs = false
  await callers.more(50, ({ status }) => status === 200)
  await callers.stop()
}, 60_000)

test.each<[string, (response: ServerResponse) => unknown, string, RegExp]>([
  ['no JSON', (response) => response.end('<html>'), 'REMOTE_FAILED', /unusable/],
  [
    'another shape',
    (response) => json(response, scores({ shape: [3, 1] })),
    'REMOTE_FAILED',
    /shape \[3,1\]/,
  ],
  ['another type', (response) => json(response, scores({ datatype: 'INT8' })), 'REMOTE_FAILED', /INT8/],
  ['too little data', (response) => json(response, scores({ data: [1] })), 'REMOTE_FAILED', /cannot be read/],
  ['no output', (response) => json(response, { outputs: [] }), 'REMOTE_FAILED', /no output/],
  [
    'a redirect',
    (response) => response.writeHead(307, { location: 'http://127.0.0.1:1/' }).end(),
    'REMOTE_FAILED',
    /redirect/,
  ],
  [
    'a refusal',
    (response) => json(response, { error: 'no such thing' }, 400),
    'REMOTE_FAILED',
    /no such thing/,
  ],
  ['no key', (response) => json(response, { error: 'who are you' }, 401), 'REMOTE_FAILED', /lets no request/],
  [
    'too much',
    (response) => response.writeHead(200, { 'content-length': String(2 ** 31) }).flushHeaders(),
    'REMOTE_FAILED',
    /more than/,
  ],
  [
    'half a body',
    (response) => {
      response.writeHead(200, { 'content-length': '100' }).write('{"outputs":')
      setTimeout(() => response.destroy(), 50)
    },
    'REMOTE_UNAVAILABLE',
    /could not answer/,
  ],
  ['nothing, ever', () => undefined, 'REMOTE_UNAVAILABLE', /in time/],
  ['overload', (response) => response.writeHead(503).end(), 'REMOTE_UNAVAILABLE', /503/],
])('%s is told as what it is', async (name, answer, code, words) => {
  const timeoutMs = name === 'nothing, ever' ? 500 : 20_000
  await deployRemote(await plainServer((_request, response) => answer(response)), null, timeoutMs)
  const serving = await here.start()
  const { status, body: refusal } = await serving.call(path, body, key)
  expect(JSON.stringify(refusal)).toMatch(words)
  expect({ status, text: JSON.stringify(refusal) }).toEqual({
    status: code === 'REMOTE_FAILED' ? 502 : 503,
    text: expect.stringContaining(code),
  })
})

test('a tenth of the requests may be sent again, and no more', async () => {
  let asked = 0
  let every = 10
  const url = await plainServer((_request, response) => {
    asked += 1
    if (asked % every === 0) response.writeHead(503).end()
    else json(response, scores())
  })
  await deployRemote(url)
  const serving = await here.start()
  const answers = []
  for (let at = 0; at < 45; at++) answers.push(await ask(serving))
  expect(answers.filter(({ status }) => status !== 200)).toEqual([])
  every = 1
  for (let at = 0; at < 100; at++) answers.push(await ask(serving))
  const { remotes } = await told(
    serving,
    ({ requestsTotal, circuit }) => requestsTotal > 45 && circuit !== 'closed',
  )
  const report = remotes[0]
  expect(report?.retriesTotal).toBeLessThanOrEqual(10 + (report?.requestsTotal ?? 0) / 10)
  expect(asked).toBeLessThan(100) // the circuit kept most of them here
})
