/** Remote engines that know nothing of Outpost, and answer garbage, late, half or too much: each is told as what it is. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import {
  askRemote,
  loadRemote,
  remoteBody,
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

/** Ready, and of its own mind about an inference. */
async function plainServer(infer: (request: IncomingMessage, response: ServerResponse) => void) {
  const server = createServer((request, response) => {
    if (request.url?.endsWith('/infer')) return infer(request, response)
    const known = request.url === '/v2' ? { name: 'plain', version: '1', extensions: [] } : { ready: true }
    return response.setHeader('content-type', 'application/json').end(JSON.stringify(known))
  })
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
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
  const url = await plainServer((request, response) => {
    type = request.headers['content-type']
    json(response, scores())
  })
  await serveRemotely(here, url)
  const { status, body: answer } = await (await here.start()).call(remotePath, remoteBody, key)
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
  await serveRemotely(here, url, { timeoutMs: 500 })
  const serving = await here.start()
  const callers = loadRemote(serving, key, 8)
  const { remotes } = await toldOfRemote(serving, ({ circuit }) => circuit === 'open')
  const from = asked.length
  expect(remotes[0]?.problem).toContain('in time')
  const trials = () => asked.slice(from).filter((text) => !text.includes('[1,2,3,4]'))
  while (trials().length < 3) await new Promise((next) => setTimeout(next, 50))
  expect(asked.slice(from).filter((text) => text.includes('[1,2,3,4]'))).toEqual([])
  expect(JSON.parse(trials()[0] ?? '').inputs).toMatchObject([{ name: 'x', data: [0, 0, 0, 0] }])
  await toldOfRemote(
    serving,
    ({ health, problem }) => health === 'not-ready' && /a run fails/.test(problem ?? ''),
  )
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
  const url = await plainServer((_request, response) => answer(response))
  await serveRemotely(here, url, { timeoutMs })
  const serving = await here.start()
  const { status, body: refusal } = await serving.call(remotePath, remoteBody, key)
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
  await serveRemotely(here, url)
  const serving = await here.start()
  const answers = []
  for (let at = 0; at < 45; at++) answers.push(await askRemote(serving, key))
  expect(answers.filter(({ status }) => status !== 200)).toEqual([])
  every = 1
  for (let at = 0; at < 100; at++) answers.push(await askRemote(serving, key))
  const { remotes } = await toldOfRemote(
    serving,
    ({ requestsTotal, circuit }) => requestsTotal > 45 && circuit !== 'closed',
  )
  const report = remotes[0]
  expect(report?.retriesTotal).toBeLessThanOrEqual(10 + (report?.requestsTotal ?? 0) / 10)
  expect(asked).toBeLessThan(100) // the circuit kept most of them here
})
