/** The control side's door: who is let in, from where, and how a refusal is told. */
import { request } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { access } from '../../../src-main/contract/api/scopes.ts'
import { problem } from '../../../src-main/contract/problem.ts'
import { createApp } from '../../../src-main/http/app.ts'
import { localListen, startWholeNode, type WholeNode } from '../../support/whole-node.ts'

let outpost: WholeNode

beforeAll(async () => {
  outpost = await startWholeNode({
    serving: null,
    listen: localListen,
  })
})
afterAll(() => outpost[Symbol.asyncDispose]())

const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` })
const codeOf = async (response: Response) => problem.parse(await response.json()).code

describe('addressed to this node', () => {
  test.each([['evil.example'], ['127.0.0.1.evil.example:7070'], ['user@127.0.0.1'], ['127.0.0.1/x'], ['']])(
    'a Host of "%s" is refused (DNS rebinding)',
    async (host) => {
      const response = await outpost.fetch('/api/status', { headers: { host } })
      expect(response.status).toBe(421)
      expect(await codeOf(response)).toBe('HOST_FORBIDDEN')
    },
  )

  test.each([['127.0.0.1:7070'], ['localhost'], ['[::1]:7070'], ['LOCALHOST:1']])(
    'a Host of "%s" is answered',
    async (host) => {
      expect((await outpost.fetch('/health', { headers: { host } })).status).toBe(200)
    },
  )

  test.each([
    [{ origin: 'https://evil.example' }],
    [{ origin: 'null' }],
    [{ origin: 'http://localhost:9999' }],
    [{ 'sec-fetch-site': 'cross-site' }],
    [{ 'sec-fetch-site': 'same-site' }],
  ])('a page of another site is refused: %j', async (headers) => {
    const response = await outpost.fetch('/api/login', { headers })
    expect(response.status).toBe(403)
    expect(await codeOf(response)).toBe('ORIGIN_FORBIDDEN')
  })

  test('the own page is let in, and no other origin is ever named', async () => {
    const response = await outpost.fetch('/api/login', {
      headers: { origin: 'http://localhost', 'sec-fetch-site': 'same-origin' },
    })
    expect(response.status).toBe(200)
    expect(response.headers.get('access-control-allow-origin')).toBeNull()
  })
})

test('each route that stands beside the procedures is in the document of the API', async () => {
  const { paths } = (await (await outpost.fetch('/api/openapi.json')).json()) as { paths: object }
  const { node } = outpost
  const app = createApp({ node: node.context, guard: { hostsAllowed: new Set() }, page: null })
  const raw = app.routes
    .filter(({ method, path }) => method !== 'ALL' && /^\/(api|models)\//.test(path))
    .map(({ path }) => path.replace(/^\/api/, ''))
    .filter((path) => path !== '/docs' && path !== '/openapi.json')
  expect(raw.length).toBeGreaterThan(4)
  const described = Object.keys(paths).map((path) => path.replaceAll(/\{\w+\}(\.json)?/g, '*'))
  expect(described).toEqual(expect.arrayContaining(raw.map((path) => path.replaceAll(/:\w+/g, '*'))))
})

describe('who is asking', () => {
  test('every procedure but the login needs someone', async () => {
    const document = (await (await outpost.fetch('/api/openapi.json')).json()) as {
      paths: Record<string, Record<string, { servers?: unknown }>>
    }
    const open = Object.values(access)
      .flatMap((group) => Object.values(group))
      .filter((needed) => needed === 'open').length
    let answered = 0
    for (const [path, methods] of Object.entries(document.paths)) {
      for (const [method, { servers }] of Object.entries(methods)) {
        const address = `${servers ? '' : '/api'}${path.replaceAll(/\{(\w+)\}/g, '00000000-0000-7000-8000-000000000000')}`
        const response = await outpost.fetch(address, {
          method: method.toUpperCase(),
          ...(method === 'get' ? {} : { body: '{}', headers: { 'content-type': 'application/json' } }),
        })
        if (response.status !== 401 || (await codeOf(response)) !== 'UNAUTHORIZED') answered++
        await response.body?.cancel().catch(() => undefined)
      }
    }
    // claim and enter are open and answer 401 of their own, with another code or 400 for the empty body.
    expect(answered).toBe(open)
  })

  test('a key has the scopes it was given and no other', async () => {
    const { secret } = await outpost.client.keys.create({ name: 'reader', scopes: ['read'] })
    expect((await outpost.fetch('/api/models', { headers: bearer(secret) })).status).toBe(200)
    const refused = await outpost.fetch('/api/keys', { headers: bearer(secret) })
    expect(refused.status).toBe(403)
    expect(refused.headers.get('content-type')).toBe('application/problem+json')
    expect(
      (await outpost.fetch('/api/files?name=x', { method: 'PUT', body: 'x', headers: bearer(secret) }))
        .status,
    ).toBe(403)
  })

  test('a revoked key is refused at once', async () => {
    const { key, secret } = await outpost.client.keys.create({ name: 'short', scopes: ['admin'] })
    expect((await outpost.fetch('/api/keys', { headers: bearer(secret) })).status).toBe(200)
    await outpost.client.keys.revoke({ id: key.id })
    expect((await outpost.fetch('/api/keys', { headers: bearer(secret) })).status).toBe(401)
  })

  test('guessing keys is slowed down', async () => {
    const guess = () => outpost.fetch('/api/models', { headers: bearer('opk_wrong') })
    const answers: number[] = []
    for (let tries = 0; tries < 20; tries++) answers.push((await guess()).status)
    expect(answers[0]).toBe(401)
    expect(answers.at(-1)).toBe(429)
  })
})

describe('the login of the headless UI', () => {
  const cookieOf = (response: Response) => response.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    outpost.fetch(path, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', ...headers },
    })
  const token = () => new URL(outpost.node.addresses().loginLink ?? '').hash.split('token=')[1] ?? ''

  test('the link works once, sets a password, and the password works after', async () => {
    const claimed = await post('/api/login/claim', {
      token: token(),
      password: 'correct horse battery staple',
    })
    expect(claimed.status).toBe(200)
    expect(claimed.headers.getSetCookie()[0]).toMatch(/HttpOnly; SameSite=Strict/)
    const cookie = cookieOf(claimed)
    expect((await outpost.fetch('/api/keys', { headers: { cookie } })).status).toBe(200)

    expect((await post('/api/login/claim', { token: token() })).status).toBe(401)
    expect((await post('/api/login', { password: 'wrong' })).status).toBe(401)
    const entered = await post('/api/login', { password: 'correct horse battery staple' })
    expect(entered.status).toBe(200)

    await post('/api/logout', {}, { cookie })
    expect((await outpost.fetch('/api/keys', { headers: { cookie } })).status).toBe(401)
    expect((await outpost.fetch('/api/keys', { headers: { cookie: cookieOf(entered) } })).status).toBe(200)
  })
})

describe('what a refusal looks like', () => {
  test.each([
    ['POST', '/api/deployments', '{"model":"x"}', 400, 'BAD_REQUEST'],
    ['POST', '/api/deployments', 'not json', 400, 'JSON_INVALID'],
    ['GET', '/api/models/acme.nothing', null, 404, 'MODEL_NOT_FOUND'],
    ['GET', '/api/nothing', null, 404, 'NOT_FOUND'],
    ['POST', '/api/keys', `{"name":"${'x'.repeat(5_000_000)}","scopes":["read"]}`, 413, 'PAYLOAD_TOO_LARGE'],
  ])('%s %s', async (method, path, body, status, code) => {
    const { secret } = await outpost.client.keys.create({ name: 'all', scopes: ['admin'] })
    const response = await outpost.fetch(path, {
      method,
      headers: { ...bearer(secret), 'content-type': 'application/json' },
      ...(body === null ? {} : { body }),
    })
    expect(response.status).toBe(status)
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    expect(await codeOf(response)).toBe(code)
  })

  test('it says how to come in, and when to come again', async () => {
    const out = await outpost.fetch('/api/keys')
    expect(out.headers.get('www-authenticate')).toBe('Bearer')
    const enter = () =>
      outpost.fetch('/api/login', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"password":"wrong"}',
      })
    let last = await enter()
    for (let tries = 0; tries < 11; tries++) last = await enter()
    expect(last.status).toBe(429)
    expect(Number(last.headers.get('retry-after'))).toBeGreaterThan(800)
  })

  test('a method that fetch does not know is refused like every other mistake', async () => {
    const { controlUrl } = outpost.node.addresses()
    const answer = await new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
      const asked = request(`${controlUrl}/api/models`, { method: 'TRACE' }, async (response) =>
        resolve({ status: response.statusCode, body: await text(response) }),
      )
      asked.once('error', reject).end()
    })
    expect([answer.status, JSON.parse(answer.body).code]).toEqual([405, 'METHOD_NOT_ALLOWED'])
  })

  test('the reading page of the API has no script and a policy', async () => {
    const page = await outpost.fetch('/api/docs')
    expect(await page.text()).not.toContain('<script')
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'")
  })
})
