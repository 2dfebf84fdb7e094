/**
 * Cases 71 and 72: keys that are guessed. Wrong ones are slowed down by address and by the key that is guessed at, all
 * doors say the same of all of them, and nothing that is compared is the key itself.
 */
import crypto, { createHash, createHmac, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { syncBuiltinESMExports } from 'node:module'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { keyHash, sameText } from '../../src-main/base/key-hash.ts'
import { grpcClient } from '../support/grpc-client.ts'
import { localListen, localServingAndGrpc, startWholeNode, type WholeNode } from '../support/whole-node.ts'

let outpost: WholeNode
let control: string
let serving: string
let grpc: string

beforeAll(async () => {
  outpost = await startWholeNode({
    listen: { ...localListen, behindProxy: true },
    serving: localServingAndGrpc,
  })
  const { controlUrl, servingUrl, grpcAddress } = outpost.node.addresses()
  control = controlUrl ?? ''
  serving = servingUrl ?? ''
  grpc = grpcAddress ?? ''
})
afterAll(() => outpost[Symbol.asyncDispose]())

/** From an address of this machine; a proxy would say who it came from. */
async function ask(url: string, secret: string, from: { localAddress?: string; forwarded?: string } = {}) {
  const headers = {
    authorization: `Bearer ${secret}`,
    ...(from.forwarded && { 'x-forwarded-for': from.forwarded }),
  }
  const asked = httpRequest(url, {
    headers,
    ...(from.localAddress && { localAddress: from.localAddress }),
  }).end()
  const [answer] = (await once(asked, 'response')) as [IncomingMessage]
  return { status: answer.statusCode, headers: answer.headers, body: await text(answer) }
}
const guess = (prefix = randomBytes(6).toString('base64url')) =>
  `opk_${prefix}${randomBytes(40).toString('base64url')}`.slice(0, 47)
const times = async <Value>(count: number, act: () => Promise<Value>): Promise<Value[]> => {
  const found: Value[] = []
  for (let at = 0; at < count; at++) found.push(await act())
  return found
}
const slowed = [...Array<number>(10).fill(401), 429, 429]

test('71: whoever guesses waits after ten tries, and whoever has a key does not', async () => {
  const { secret } = await outpost.client.keys.create({ name: 'good', scopes: ['read', 'infer'] })
  const attacker = { forwarded: '203.0.113.1' }
  const tried = await times(12, () => ask(`${control}/api/models`, guess(), attacker))
  expect(tried.map(({ status }) => status)).toEqual(slowed)
  expect(Number(tried.at(-1)?.headers['retry-after'])).toBeGreaterThan(800)
  // The same address with a good key, and another address with a bad one.
  expect((await ask(`${control}/api/models`, secret, attacker)).status).toBe(200)
  expect((await ask(`${control}/api/models`, guess(), { forwarded: '203.0.113.2' })).status).toBe(401)

  const elsewhere = { localAddress: '127.0.0.21' }
  const asked = await times(12, () => ask(`${serving}/v1/models`, guess(), elsewhere))
  expect(asked.map(({ status }) => status)).toEqual(slowed)
  expect(Number(asked.at(-1)?.headers['retry-after'])).toBeGreaterThan(800)
  expect((await ask(`${serving}/v1/models`, secret, elsewhere)).status).toBe(200)
  expect((await ask(`${serving}/v1/models`, guess(), { localAddress: '127.0.0.22' })).status).toBe(401)
})

test('71: an IPv6 network of one host is one address, however many of its addresses are used', async () => {
  let at = 0
  const tried = await times(12, () =>
    ask(`${control}/api/models`, guess(), { forwarded: `2001:db8:1:2::${(++at).toString(16)}` }),
  )
  expect(tried.map(({ status }) => status)).toEqual(slowed)
})

test('71: many addresses that guess at one key get no more tries than one', async () => {
  const { key, secret } = await outpost.client.keys.create({ name: 'aimed at', scopes: ['read', 'infer'] })
  let at = 0
  const tried = await times(12, () =>
    ask(`${control}/api/models`, guess(key.prefix.slice(4)), { forwarded: `198.51.100.${++at}` }),
  )
  expect(tried.map(({ status }) => status)).toEqual(slowed)
  expect((await ask(`${control}/api/models`, guess(), { forwarded: '198.51.100.99' })).status).toBe(401)
  expect((await ask(`${control}/api/models`, secret, { forwarded: '198.51.100.99' })).status).toBe(200)
  at = 0
  const asked = await times(12, () =>
    ask(`${serving}/v1/models`, guess(key.prefix.slice(4)), { localAddress: `127.0.1.${++at}` }),
  )
  expect(asked.map(({ status }) => status)).toEqual(slowed)
})

test('71: over gRPC it is the same count as over HTTP', async () => {
  const codeOf = async (secret: string) => {
    const client = grpcClient(grpc, secret)
    const { code } = await client.call('RepositoryIndex', {})
    client.close()
    return code
  }
  const statuses = await times(12, () => codeOf(guess()))
  // UNAUTHENTICATED, then RESOURCE_EXHAUSTED.
  expect(statuses).toEqual([...Array<number>(10).fill(16), 8, 8])
  expect((await ask(`${serving}/v1/models`, guess())).status).toBe(429)
  const { secret } = await outpost.client.keys.create({ name: 'over gRPC', scopes: ['infer'] })
  expect(await codeOf(secret)).toBe(0)
})

test('71: a wrong password, a used link and a made-up login are slowed down too', async () => {
  const post = async (path: string, body: object, forwarded: string) => {
    const headers = { 'content-type': 'application/json', 'x-forwarded-for': forwarded }
    const asked = httpRequest(control + path, { method: 'POST', headers }).end(JSON.stringify(body))
    const [answer] = (await once(asked, 'response')) as [IncomingMessage]
    answer.resume()
    return answer.statusCode
  }
  expect(await times(12, () => post('/api/login', { password: 'wrong password' }, '192.0.2.1'))).toEqual(
    slowed,
  )
  expect(await times(12, () => post('/api/login/claim', { token: guess() }, '192.0.2.2'))).toEqual(slowed)
})

test('71: unknown, revoked, expired and cut keys are told apart by nobody', async () => {
  const soon = new Date(Date.now() + 1500).toISOString()
  const expiring = await outpost.client.keys.create({
    name: 'brief',
    scopes: ['read', 'infer'],
    expiresAt: soon,
  })
  const revoked = await outpost.client.keys.create({ name: 'revoked', scopes: ['read', 'infer'] })
  const kept = await outpost.client.keys.create({ name: 'kept', scopes: ['read', 'infer'] })
  await outpost.client.keys.revoke({ id: revoked.key.id })
  await expect.poll(() => new Date().toISOString() > soon).toBe(true)
  const wrong = {
    unknown: guess(),
    revoked: revoked.secret,
    expired: expiring.secret,
    'cut by one': kept.secret.slice(0, -1),
    'longer by one': `${kept.secret}A`,
    'in other case': kept.secret.toUpperCase(),
    'its hash': keyHash(outpost.node.context.secrets.pepper, kept.secret),
    'its prefix': kept.key.prefix,
  }
  let at = 50
  for (const [url, from] of [
    [`${control}/api/models`, () => ({ forwarded: `192.0.2.${++at}` })],
    [`${serving}/v1/models`, () => ({ localAddress: `127.0.2.${++at}` })],
  ] as const) {
    const answers = new Set<string>()
    for (const secret of Object.values(wrong)) {
      const { status, headers, body } = await ask(url, secret, from())
      const { date: _date, 'x-request-id': _id, ...rest } = headers
      answers.add(JSON.stringify([status, rest, body]).replaceAll(/[0-9a-f-]{36}|[0-9A-Z]{26}/g, 'ID'))
    }
    expect([...answers]).toHaveLength(1)
    expect([...answers][0]).toMatch(/^\[401,/)
  }
})

test('71: a key, a link and a login have 256 random bits each', async () => {
  const secrets = await times(64, async () => {
    const { secret } = await outpost.client.keys.create({ name: 'many', scopes: ['read'] })
    return secret
  })
  const bytes = secrets.map((secret) => Buffer.from(secret.slice('opk_'.length), 'base64url'))
  expect(bytes.map(({ length }) => length)).toEqual(bytes.map(() => 32))
  // Each bit of the 256 is sometimes 0 and sometimes 1: 64 draws of a bit are all alike once in 2^63.
  for (let bit = 0; bit < 256; bit++) {
    const ones = bytes.filter((one) => ((one[bit >> 3] ?? 0) >> (bit & 7)) & 1).length
    expect(ones).toBeGreaterThan(0)
    expect(ones).toBeLessThan(64)
  }
  const { url } = await outpost.client.login.link()
  expect(url.split('token=')[1]?.length).toBeGreaterThanOrEqual(43)
  expect(outpost.node.context.secrets.ownerToken).toHaveLength(43)
  expect(outpost.node.context.secrets.internalKey).toHaveLength(43)
})

test('72: what is kept and compared of a key is a digest of 32 bytes under a pepper, whatever was sent', async () => {
  const { key, secret } = await outpost.client.keys.create({ name: 'kept', scopes: ['read'] })
  const stored = outpost.node.context.db
    .prepare<[string], { hash: string }>('select hash from api_keys where id = ?')
    .get(key.id)
  const { pepper } = outpost.node.context.secrets
  expect(stored?.hash).toBe(createHmac('sha256', pepper).update(secret).digest('hex'))
  expect(stored?.hash).not.toBe(createHash('sha256').update(secret).digest('hex'))

  // Every comparison of texts that are secret goes through one that takes the same time for all of them.
  const compared: [number, number][] = []
  const original = crypto.timingSafeEqual
  crypto.timingSafeEqual = (a, b) => {
    compared.push([a.byteLength, b.byteLength])
    return original(a, b)
  }
  syncBuiltinESMExports()
  try {
    const { ownerToken } = outpost.node.context.secrets
    for (const other of ['', 'x', ownerToken.slice(0, -1), `${ownerToken}x`, 'x'.repeat(100_000), ownerToken])
      expect(sameText(other, ownerToken)).toBe(other === ownerToken)
    expect(compared).toHaveLength(6)
    compared.length = 0
    for (const other of [secret, guess(), 'x', 'x'.repeat(400)])
      await outpost.fetch('/api/models', { headers: { authorization: `Bearer ${other}` } })
    expect(compared.length).toBeGreaterThanOrEqual(4)
    expect(compared.filter(([a, b]) => a !== 32 || b !== 32)).toEqual([])
  } finally {
    crypto.timingSafeEqual = original
    syncBuiltinESMExports()
  }
})
