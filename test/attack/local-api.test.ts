/**
 * Cases 68 and 69: what a page of another site may do with the listeners of a node. Both doors, the one of the UI and
 * the one of inference, are real ones on real sockets.
 */

import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { connect } from 'node:http2'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { exchange, request, statusesOf } from '../support/raw-http.ts'
import { localListen, localServingAndGrpc, startWholeNode, type WholeNode } from '../support/whole-node.ts'

let outpost: WholeNode
let control: string
let serving: string
let key: string
let cookie: string

beforeAll(async () => {
  outpost = await startWholeNode({
    listen: localListen,
    serving: localServingAndGrpc,
  })
  const { controlUrl, servingUrl, loginLink } = outpost.node.addresses()
  control = controlUrl ?? ''
  serving = servingUrl ?? ''
  key = (await outpost.client.keys.create({ name: 'all', scopes: ['admin', 'infer'] })).secret
  const claimed = await send(`${control}/api/login/claim`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token: loginLink?.split('token=')[1] }),
  })
  cookie = claimed.headers['set-cookie']?.[0]?.split(';')[0] ?? ''
  expect(cookie).toMatch(/^outpost_login_[0-9a-f]{12}=./)
})
afterAll(() => outpost[Symbol.asyncDispose]())

interface Sent {
  method?: string
  headers?: Record<string, string>
  body?: string
}
/** With the headers that a test wants, Host among them. */
async function send(url: string, { method = 'GET', headers = {}, body }: Sent = {}) {
  const asked = httpRequest(url, { method, headers }).end(body)
  const [answer] = (await once(asked, 'response')) as [IncomingMessage]
  return { status: answer.statusCode ?? 0, headers: answer.headers, body: await text(answer) }
}
const bearer = () => ({ authorization: `Bearer ${key}` })
const json = { 'content-type': 'application/json' }

const controlPaths = [
  '/',
  '/health',
  '/api/status',
  '/api/keys',
  '/models/register',
  '/assets/x.js',
  '/nothing',
]
const servingPaths = [
  '/v2/health/live',
  '/v2',
  '/v1/models',
  '/v2/models/x/infer',
  '/metrics',
  '/nothing',
  '/',
]

test('68: a request that names another host is refused before anything else is looked at', async () => {
  const hosts = [
    'evil.example',
    'evil.example:7070',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    'localhost.',
    '0.0.0.0',
    '[::]',
    '192.168.1.10',
    '169.254.169.254',
    'outpost.local',
    'null',
    '*',
  ]
  // What is no name of a host at all may also be refused as no request.
  const none = [
    'localhost@evil.example',
    'evil.example#localhost',
    'evil.example/localhost',
    '[::1',
    ':80',
    'localhost:port',
    'localhost, evil.example',
  ]
  const answered: string[] = []
  for (const [base, paths] of [
    [control, controlPaths],
    [serving, servingPaths],
  ] as const)
    for (const host of [...hosts, ...none])
      for (const path of paths)
        for (const method of ['GET', 'POST', 'OPTIONS']) {
          const { status, body } = await send(base + path, {
            method,
            headers: { host, ...bearer(), ...json },
          })
          if (status !== 421 && !(status === 400 && none.includes(host)))
            answered.push(`${method} ${path} for ${host}: ${status} ${body.slice(0, 100)}`)
        }
  expect(answered).toEqual([])
  // The names of this machine, with whatever port a tunnel has, are answered.
  for (const host of ['localhost', '127.0.0.1:1', '[::1]:7070', 'LOCALHOST']) {
    expect((await send(`${control}/health`, { headers: { host } })).status).toBe(200)
    expect((await send(`${serving}/v2/health/live`, { headers: { host } })).status).toBe(200)
  }
})

test('68: a request without a host, with two, or with one in its first line is none either', async () => {
  const found: Record<string, number[][]> = {}
  for (const [base, path] of [
    [control, '/health'],
    [serving, '/v2/health/live'],
  ] as const) {
    const ask = async (what: string, first: string, headers: string[]) => {
      found[what] = [...(found[what] ?? []), statusesOf(await exchange(base, request(first, headers)))]
    }
    await ask('none', `GET ${path} HTTP/1.1`, [])
    await ask('none, in HTTP/1.0', `GET ${path} HTTP/1.0`, [])
    await ask('an empty one', `GET ${path} HTTP/1.1`, ['host:'])
    await ask('two, the first one ours', `GET ${path} HTTP/1.1`, ['host: localhost', 'host: evil.example'])
    await ask('two, the last one ours', `GET ${path} HTTP/1.1`, ['host: evil.example', 'host: localhost'])
    await ask('another in the first line', `GET http://evil.example${path} HTTP/1.1`, ['host: localhost'])
    await ask('a tunnel', 'CONNECT evil.example:443 HTTP/1.1', ['host: localhost'])
  }
  expect(found).toEqual({
    none: [[400], [400]],
    'none, in HTTP/1.0': [[400], [421]],
    'an empty one': [[400], [421]],
    'two, the first one ours': [[400], [421]],
    'two, the last one ours': [[400], [421]],
    // To the door of inference such a line is no path of its own.
    'another in the first line': [[421], [404]],
    // Without a handler for it, Node.js closes the connection and says nothing.
    'a tunnel': [[], []],
  })
})

/** What a page of another site sends along, which no script can leave out or change. */
const foreign: Record<string, Record<string, string>> = {
  'of another site': { origin: 'https://evil.example' },
  'of a sandboxed frame, or a file': { origin: 'null' },
  'of another port of this machine': { origin: 'http://127.0.0.1:9999' },
  'of another name of this machine': { origin: 'http://localhost:9999' },
  'of an extension': { origin: 'chrome-extension://abcdefgh' },
  'across sites, without an origin': { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' },
  'of another port, without an origin': { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'no-cors' },
  'a form that is sent across sites': { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' },
}

test('69: a page of another site changes nothing and reads nothing, with the cookie of a login as little as without', async () => {
  const open = { name: 'forged', scopes: ['admin'] }
  const simple = ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']
  for (const [what, headers] of Object.entries(foreign)) {
    for (const type of [...simple, 'application/json'])
      for (const [path, base] of [
        ['/api/keys', control],
        ['/api/login', control],
        ['/models/register', control],
        ['/v2/models/x/infer', serving],
        ['/v2/repository/index', serving],
      ] as const) {
        const sent = {
          method: 'POST',
          headers: { ...headers, cookie, 'content-type': type },
          body: JSON.stringify(open),
        }
        const { status, body } = await send(base + path, sent)
        expect([what, type, path, status]).toEqual([what, type, path, 403])
        expect(body).toContain('may not call this node')
      }
    if (headers['sec-fetch-mode'] === 'navigate') continue
    for (const [url, more] of [
      [`${control}/api/keys`, { cookie }],
      [`${control}/api/status`, { cookie, ...bearer() }],
      [`${serving}/v2/health/live`, {}],
    ] as const) {
      const { status } = await send(url, { headers: { ...headers, ...more } as Record<string, string> })
      expect([what, url, status]).toEqual([what, url, 403])
    }
  }
  expect((await outpost.client.keys.list({})).rows.map(({ name }) => name)).toEqual(['all'])
})

test('69: bodies that a page may send without asking are taken from nobody', async () => {
  for (const type of [
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    '',
  ])
    for (const who of [{ cookie }, bearer()]) {
      const headers = { ...who, 'content-type': type }
      const body = '{"name":"forged","scopes":["admin"]}'
      expect((await send(`${control}/api/keys`, { method: 'POST', headers, body })).status).toBe(415)
    }
  const headers = { ...bearer(), 'content-type': 'text/plain' }
  const asked = await send(`${serving}/v2/models/x/infer`, { method: 'POST', headers, body: '{"inputs":[]}' })
  expect([404, 415]).toContain(asked.status)
  expect((await outpost.client.keys.list({})).total).toBe(1)
})

test('69: no answer lets another origin read it, and a preflight is granted to nobody', async () => {
  const asks = {
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'authorization,content-type',
    'access-control-request-private-network': 'true',
    'access-control-request-local-network': 'true',
  }
  for (const base of [control, serving])
    for (const path of [...controlPaths, ...servingPaths])
      for (const headers of [{}, ...Object.values(foreign), { origin: base }]) {
        const preflight = await send(base + path, { method: 'OPTIONS', headers: { ...headers, ...asks } })
        expect(preflight.status).toBeGreaterThanOrEqual(400)
        const asked = await send(base + path, { headers: { ...headers } })
        for (const answer of [preflight, asked])
          expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control-'))).toEqual([])
      }
})

test('69: a socket that a page opens is not upgraded', async () => {
  const upgrade = (path: string, headers: string[]) =>
    request(`GET ${path} HTTP/1.1`, [
      'host: localhost',
      'upgrade: websocket',
      'sec-websocket-version: 13',
      'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==',
      ...headers,
    ])
  for (const [base, path] of [
    [control, '/api/events'],
    [serving, '/v2/health/live'],
  ] as const) {
    const of = async (...headers: string[]) => statusesOf(await exchange(base, upgrade(path, headers)))
    expect(await of('origin: https://evil.example', `cookie: ${cookie}`)).toEqual([403])
    expect(await of('origin: null', `cookie: ${cookie}`)).toEqual([403])
    expect(await of()).not.toContain(101)
  }
})

test('69: a cookie is no key: it opens the API of the UI alone, and only as its own page', async () => {
  expect((await send(`${control}/api/keys`, { headers: { cookie } })).status).toBe(200)
  expect((await send(`${serving}/v1/models`, { headers: { cookie } })).status).toBe(401)
  const secret = cookie.split('=')[1] ?? ''
  const wrong = [
    { authorization: `Bearer ${secret}` },
    { authorization: `Basic ${btoa(`x:${key}`)}` },
    { 'x-api-key': key },
  ]
  for (const headers of wrong) expect((await send(`${control}/api/keys`, { headers })).status).toBe(401)
  for (const name of ['key', 'token', 'access_token', 'authorization'])
    expect((await send(`${control}/api/keys?${name}=${key}`)).status).toBe(401)
  const { url } = await outpost.client.login.link()
  const claimed = await send(`${control}/api/login/claim`, {
    method: 'POST',
    headers: json,
    body: JSON.stringify({ token: url.split('token=')[1] }),
  })
  expect(claimed.headers['set-cookie']?.[0]).toMatch(/; HttpOnly; SameSite=Strict; /)
})

test('69: the door for gRPC understands nothing that a page can send', async () => {
  const address = `http://${outpost.node.addresses().grpcAddress}`
  const spoken = await exchange(address, request('GET /v2/health/live HTTP/1.1', ['host: localhost']))
  expect(statusesOf(spoken).filter((status) => status < 400)).toEqual([])
  const session = connect(address)
  const path = '/inference.GRPCInferenceService/ServerLive'
  const answered: string[] = []
  for (const method of ['GET', 'OPTIONS', 'POST'])
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/json']) {
      const asked = session.request({
        ':method': method,
        ':path': path,
        'content-type': type,
        origin: 'https://evil.example',
      })
      asked.end()
      const [headers] = (await once(asked, 'response')) as [Record<string, string | number>]
      asked.resume()
      const isOpen = Object.keys(headers).some((name) => name.startsWith('access-control-'))
      if (isOpen || Number(headers[':status']) < 400)
        answered.push(`${method} ${type}: ${headers[':status']}`)
    }
  session.close()
  expect(answered).toEqual([])
})
