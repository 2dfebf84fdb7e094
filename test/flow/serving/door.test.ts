/** What reaches the door uninvited: other hosts and sites, no key, bodies that are too large or never end, broken HTTP. */
import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { linearModel, slowModel } from '../../support/served-models.ts'
import type { ServingProcess } from '../../support/serving-child.ts'
import { createServingNode, type ServingNode } from '../../support/serving-node.ts'

let node: ServingNode
let serving: ServingProcess
let key: string

beforeAll(async () => {
  node = await createServingNode()
  key = node.createKey().secret
  await node.serve('acme.linear', linearModel(4, 3))
  await node.serve('slow', slowModel(1000), { model: 'acme.slow' })
  serving = await node.start({ hostsAllowed: ['models.example'] })
}, 60_000)
afterAll(() => node.remove())

const path = '/v1/models/acme.linear/inference'
const good = { inputs: [1, 2, 3, 4] }

/** A request of node:http, which sends the headers that fetch would not. */
async function raw(headers: Record<string, string>, body = JSON.stringify(good), method = 'POST', to = path) {
  const request = httpRequest({
    port: serving.port,
    path: to,
    method,
    headers: { 'content-type': 'application/json', ...headers },
  })
  request.end(body)
  const [response] = await once(request, 'response')
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk)
  return {
    status: response.statusCode,
    code: response.headers['outpost-error'],
    headers: response.headers,
    body: Buffer.concat(chunks).toString(),
  }
}
const bearer = () => ({ authorization: `Bearer ${key}` })

async function socket(text: string): Promise<string> {
  const client = connect(serving.port, '127.0.0.1')
  client.on('error', () => undefined)
  client.write(text)
  let answer = ''
  for await (const chunk of client) answer += chunk
  return answer
}

test('R219: who has no valid key, or one without the scope, gets no answer', async () => {
  expect(await raw({})).toMatchObject({ status: 401, code: 'UNAUTHORIZED' })
  expect(await raw({ authorization: 'Basic eDp5' })).toMatchObject({ status: 401 })
  expect(await raw({ authorization: 'Bearer op_wrong' })).toMatchObject({ status: 401 })
  const reader = node.createKey(['read'])
  const expired = node.createKey(['infer'], new Date(Date.now() - 1000).toISOString())
  await serving.snapshot()
  expect(await raw({ authorization: `Bearer ${reader.secret}` })).toMatchObject({
    status: 403,
    code: 'FORBIDDEN',
  })
  expect(await raw({ authorization: `Bearer ${expired.secret}` })).toMatchObject({ status: 401 })
  expect(JSON.parse((await raw({})).body)).toEqual({
    error: { code: 'UNAUTHORIZED', message: expect.any(String), hint: expect.any(String) },
  })
})

test('a key that may read sees figures and descriptions, and runs nothing', async () => {
  const reader = node.createKey(['read'])
  await serving.snapshot()
  const headers = { authorization: `Bearer ${reader.secret}` }
  const seen = ['/metrics', '/v1/models', '/v2/models/acme.linear', '/v2/models/stats']
  const answers = await Promise.all(seen.map((to) => fetch(`${serving.url}${to}`, { headers })))
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200])
  expect(await raw(headers)).toMatchObject({ status: 403, code: 'FORBIDDEN' })
})

test('what a caller gets wrong is no failure of the version', async () => {
  const before = serving
    .reports()
    .at(-1)
    ?.deployments.find(({ requestsTotal }) => requestsTotal >= 0)
  const wrong = await raw({ authorization: bearer().authorization }, '{"inputs": ["no", "numbers"]}')
  expect(wrong.status).toBe(400)
  const after = await serving.message('report', ({ deployments }) =>
    deployments.some(({ requestsTotal }) => requestsTotal > (before?.requestsTotal ?? 0)),
  )
  expect(after.deployments.map(({ failuresTotal }) => failuresTotal)).toEqual(after.deployments.map(() => 0))
  expect(after.deployments.some(({ refusalsTotal }) => refusalsTotal === 1)).toBe(true)
  const metrics = await fetch(`${serving.url}/metrics`, { headers: bearer() })
  expect(await metrics.text()).toMatch(/^outpost_request_refusals_total\{.*\} 1$/m)
})

test('another host name is refused (DNS rebinding), an allowed one is not', async () => {
  for (const host of [
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.nip.io',
    'evil.example:80',
    'a b',
  ]) {
    expect(await raw({ ...bearer(), host }), host).toMatchObject({ status: 421, code: 'HOST_FORBIDDEN' })
  }
  for (const host of [`localhost:${serving.port}`, '127.0.0.1', '[::1]:80', 'Models.Example']) {
    expect((await raw({ ...bearer(), host })).status, host).toBe(200)
  }
})

test('a page of another site cannot call, and no answer allows it to read', async () => {
  for (const origin of ['https://evil.example', 'null', 'http://localhost.evil.example']) {
    expect(await raw({ origin }), origin).toMatchObject({ status: 403, code: 'ORIGIN_FORBIDDEN' })
  }
  expect(await raw({ 'sec-fetch-site': 'cross-site' })).toMatchObject({ status: 403 })
  expect((await raw({ origin: 'https://evil.example' }, '', 'GET', '/v2/health/live')).status).toBe(403)
  const preflight = await raw(
    { origin: 'https://evil.example', 'access-control-request-method': 'POST' },
    '',
    'OPTIONS',
  )
  expect(preflight.status).toBe(403)
  const allowed = await raw({ ...bearer(), origin: 'https://tool.example' })
  expect(allowed.status).toBe(200)
  expect(
    Object.keys({ ...preflight.headers, ...allowed.headers }).filter((name) =>
      name.startsWith('access-control'),
    ),
  ).toEqual([])
})

test('bodies of another type, encoding or extension are refused', async () => {
  expect(await raw({ ...bearer(), 'content-type': 'text/plain' })).toMatchObject({ status: 415 })
  expect(await raw({ ...bearer(), 'content-encoding': 'br' })).toMatchObject({ status: 415 })
  expect(await raw({ ...bearer(), 'content-encoding': 'gzip' })).toMatchObject({ status: 400 })
  expect(await raw({ ...bearer(), 'content-type': 'image/png' })).toMatchObject({ status: 415 })
  expect(await raw({ ...bearer(), 'content-type': 'application/json; charset=utf-8' })).toMatchObject({
    status: 200,
  })
})

test('a body of 100 MB is refused by its announced length, without being read', async () => {
  const answer = await raw({ ...bearer(), 'content-length': String(100 * 1024 ** 2) }, '')
  expect(answer).toMatchObject({ status: 413, code: 'PAYLOAD_TOO_LARGE' })
  const head = `POST ${path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${key}\r\n`
  expect(await socket(`${head}content-length: 104857600\r\nexpect: 100-continue\r\n\r\n`)).toMatch(
    /^HTTP\/1\.1 413/,
  )
})

test('a body without a length is cut off at the limit, and memory does not follow it', async () => {
  const before = serving.reports().at(-1)?.memoryBytes ?? 0
  const request = httpRequest({
    port: serving.port,
    path,
    method: 'POST',
    headers: { ...bearer(), 'content-type': 'application/json' },
  })
  request.on('error', () => undefined)
  const answered = once(request, 'response')
  const chunk = Buffer.alloc(1024 ** 2, 0x20)
  let sent = 0
  const pump = () => {
    while (sent < 100 && !request.destroyed) {
      sent += 1
      if (!request.write(chunk)) return void request.once('drain', pump)
    }
    request.end()
  }
  pump()
  const [response] = await answered
  expect(response.statusCode).toBe(413)
  response.resume()
  const { memoryBytes } = await serving.message(
    'report',
    (one) => one.requestsTotal > 0 && one.memoryBytes > 0,
  )
  expect(memoryBytes - before).toBeLessThan(200 * 1024 ** 2)
})

test('headers that are too large, too slow, or no HTTP end with an answer', async () => {
  expect(await socket(`GET / HTTP/1.1\r\nhost: localhost\r\nx: ${'a'.repeat(40_000)}\r\n\r\n`)).toMatch(
    /^HTTP\/1\.1 431/,
  )
  expect(await socket('nonsense\r\n\r\n')).toMatch(/^HTTP\/1\.1 400/)
  expect(await socket('GET /v2/health/live HTTP/1.1\r\n\r\n')).toMatch(/^HTTP\/1\.1 400/)
  expect(
    await socket(
      'POST /v2 HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    ),
  ).toMatch(/^HTTP\/1\.1 400/)
  expect(await socket('GET /v2/health/live HTTP/1.1\r\nhost: localhost\r\nx: ')).toMatch(/^HTTP\/1\.1 408/)
}, 30_000)

test('a request whose client went away is dropped while it waits', async () => {
  const slow = (signal?: AbortSignal) =>
    fetch(`${serving.url}/v1/models/acme.slow/inference`, {
      method: 'POST',
      headers: { ...bearer(), 'content-type': 'application/json' },
      body: JSON.stringify({ inputs: [[1 / 512]] }),
      ...(signal ? { signal } : {}),
    })
  const first = slow()
  await serving.message('report', () => true)
  const gone = new AbortController()
  const dropped = Array.from({ length: 5 }, () => slow(gone.signal).catch(() => 'gone'))
  await serving.message('report', (one) => one.queueLength >= 4)
  gone.abort()
  expect(await Promise.all(dropped)).toEqual(Array(5).fill('gone'))
  const answers = await Promise.all([first, slow()])
  expect(answers.map(({ status }) => status)).toEqual([200, 200])
  const ran = (await answers[1].json()) as { timing: { queueMs: number; computeMs: number } }
  expect(ran.timing.queueMs).toBeLessThan(3 * ran.timing.computeMs)
}, 60_000)

test('a large body is parsed off the door thread, and its answer is the same as that of a small one', async () => {
  const rows = Array.from({ length: 1000 }, (_, at) => [at, at / 3, -at, 1])
  const answer = await serving.call(
    path,
    { inputs: { x: rows.map((row) => row.map((value) => value + 0.123456789012)) } },
    key,
  )
  const single = await serving.call(
    path,
    { inputs: { x: [[999.123456789012, 333.123456789012, -998.876543210988, 1.123456789012]] } },
    key,
  )
  expect(JSON.stringify(rows).length * 3).toBeGreaterThan(64 * 1024)
  const scores = (body: unknown) =>
    (body as { outputs: Array<{ scores: { data: number[] } }> }).outputs[0]?.scores.data
  expect(scores(answer.body)?.slice(-3)).toEqual(scores(single.body))
})

test('the list of models and the metrics', async () => {
  const get = async (to: string) => (await fetch(`${serving.url}${to}`, { headers: bearer() })).text()
  expect(JSON.parse(await get('/v1/models'))).toMatchObject({
    models: [
      { id: 'acme.linear', version: '1.0.0', endpoint: 'acme.linear', state: 'ready' },
      { id: 'acme.slow' },
    ],
  })
  const metrics = await get('/metrics')
  const labels = 'endpoint="acme.linear",model="acme.linear",version="1.0.0",role="primary"'
  const sample = (name: string, more = '') => {
    const line = metrics.split('\n').find((one) => one.startsWith(`${name}{${more || labels}}`))
    return Number(line?.split(' ').at(-1))
  }
  const total = sample('outpost_requests_total')
  expect(total).toBeGreaterThan(0)
  expect(sample('outpost_request_duration_seconds_count')).toBe(total)
  const answered = sample('nv_inference_request_success', 'model="acme.linear",version="1.0.0"')
  expect(sample('outpost_batch_size_bucket', `${labels},le="+Inf"`)).toBe(answered)
  expect(sample('nv_inference_exec_count', 'model="acme.linear",version="1.0.0"')).toBeLessThanOrEqual(
    answered,
  )
  expect(metrics).toMatch(/^outpost_event_loop_delay_p99_seconds \d/m)
  for (const line of metrics.trim().split('\n'))
    expect(line).toMatch(/^(# (HELP|TYPE) \w+ .+|\w+(\{.*\})? \S+)$/)
})

test('a key that sends more than it may is told so, and when to come back', async () => {
  const limited = node.createKey(['infer'], null, 2)
  await serving.snapshot()
  const ask = () => serving.call(path, good, limited.secret)
  const first = await ask()
  expect([first.status, first.headers.get('ratelimit-policy')]).toEqual([200, '"key";q=2;w=60'])
  expect((await ask()).headers.get('ratelimit')).toMatch(/^"key";r=0;t=\d+$/)
  const third = await ask()
  expect([third.status, third.headers.get('outpost-error')]).toEqual([429, 'TOO_MANY_REQUESTS'])
  expect(Number(third.headers.get('retry-after'))).toBeGreaterThan(0)
  expect((await serving.call(path, good, key)).status).toBe(200)
  const ofTheSameName = node.createKey(['infer'], null, 2)
  await serving.snapshot()
  expect((await serving.call(path, good, ofTheSameName.secret)).status).toBe(200)
})
