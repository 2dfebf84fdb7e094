/** Who may do what, at both doors: every scope at every procedure, expiry by a clock of the test's own, logins that end. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { contract } from '../../../src-main/contract/api/contract.ts'
import { accessOf, grants } from '../../../src-main/contract/api/scopes.ts'
import type { KeyScope } from '../../../src-main/contract/views.ts'
import { loginCookie } from '../../../src-main/flows/access/identify.ts'
import { newVersion, told } from '../../support/handed-over.ts'
import { linearModel } from '../../support/served-models.ts'
import { temporaryNode } from '../../support/temporary-node.ts'
import { localListen, startWholeNode, type WholeNode } from '../../support/whole-node.ts'

let outpost: WholeNode
let aheadMs = 0
beforeAll(async () => {
  outpost = await startWholeNode({
    listen: localListen,
    clock: { now: () => Date.now() + aheadMs, monotonic: () => performance.now() + aheadMs },
  })
  await outpost.client.publishers.rename({ name: 'acme' })
  await newVersion(outpost, 'acme.linear', linearModel(4, 3))
  await outpost.client.deployments.deploy({ model: 'acme.linear', version: '1.0.0' })
})
afterAll(() => outpost[Symbol.asyncDispose]())

const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` })
const infer = (secret: string, headers: Record<string, string> = {}) =>
  outpost.ask(secret, '/v1/models/acme.linear/inference', { inputs: [1, 2, 3, 4] }, headers)

describe('scopes', () => {
  const scopes: KeyScope[] = ['infer', 'read', 'write', 'admin']
  /** Calls whose refusal for want of something else is cheap; a stream of events would never end. */
  const procedures = Object.entries(contract).flatMap(([group, procedures]) =>
    Object.entries(procedures).map(
      ([
        name,
        {
          '~orpc': { route },
        },
      ]) => ({
        needed: accessOf([group, name]),
        name: `${group}.${name}`,
        method: route.method ?? 'POST',
        path: `/api${(route.path ?? '').replaceAll(/\{\w+\}/g, 'x')}`,
      }),
    ),
  )

  test.each(scopes)('a key with "%s" alone gets where its scope leads and nowhere else', async (scope) => {
    const { secret } = await outpost.client.keys.create({ name: scope, scopes: [scope] })
    for (const { name, needed, method, path } of procedures) {
      if (grants([scope], needed)) continue // what it may do is done by the other tests
      const answer = await outpost.fetch(path, { method, headers: bearer(secret) })
      expect([name, await told(answer)]).toEqual([name, '403 FORBIDDEN'])
    }
    const mayRead = grants([scope], 'read')
    expect((await outpost.fetch('/api/models', { headers: bearer(secret) })).status).toBe(mayRead ? 200 : 403)
    expect((await outpost.fetch('/api/packages/acme.linear/1.0.0', { headers: bearer(secret) })).status).toBe(
      mayRead ? 200 : 403,
    )
    expect(
      (await outpost.fetch('/models/register', { method: 'POST', headers: bearer(secret), body: '{}' }))
        .status,
    ).toBe(grants([scope], 'write') ? 400 : 403)
    expect((await infer(secret)).status).toBe(grants([scope], 'infer') ? 200 : 403)
  })
})

describe('keys', () => {
  test('a revocation holds at the serving door before it is answered', async () => {
    const { key, secret } = await outpost.client.keys.create({ name: 'brief', scopes: ['infer'] })
    expect(key.lastUsedAt).toBeNull()
    expect((await infer(secret)).status).toBe(200)
    const lastUsed = async () =>
      (await outpost.client.keys.list({})).rows.find(({ id }) => id === key.id)?.lastUsedAt ?? ''
    await expect.poll(lastUsed).toMatch(/^\d{4}-/)
    await outpost.client.keys.revoke({ id: key.id })
    expect((await infer(secret)).status).toBe(401)
    await outpost.client.system.restartServing()
    expect((await infer(secret)).status).toBe(401)
  })

  test('a rotated key answers beside the new one for the overlap, or not at all', async () => {
    const { keys } = outpost.client
    const old = await keys.create({ name: 'turned', scopes: ['infer'], requestsPerMinute: 500 })
    const next = await keys.rotate({ id: old.key.id, overlapHours: 1 })
    expect(next.key).toMatchObject({ name: 'turned', scopes: ['infer'], requestsPerMinute: 500 })
    expect([(await infer(old.secret)).status, (await infer(next.secret)).status]).toEqual([200, 200])
    const last = await keys.rotate({ id: next.key.id, overlapHours: 0 })
    expect([(await infer(next.secret)).status, (await infer(last.secret)).status]).toEqual([401, 200])
    await expect(keys.rotate({ id: next.key.id })).rejects.toMatchObject({ code: 'KEY_INVALID' })
  })

  test('a revocation that meets a restart of serving waits for it', async () => {
    const { key, secret } = await outpost.client.keys.create({ name: 'unlucky', scopes: ['infer'] })
    const restarted = outpost.client.system.restartServing()
    await outpost.client.keys.revoke({ id: key.id })
    await restarted
    expect((await infer(secret)).status).toBe(401)
  })

  test('it stays unless a time is given, and a time that no calendar has is refused', async () => {
    const { keys } = outpost.client
    const made = (expiresAt?: string | null) => keys.create({ name: 'dated', scopes: ['read'], expiresAt })
    expect((await made()).key.expiresAt).toBeNull()
    expect((await made(null)).key.expiresAt).toBeNull()
    expect((await made('2096-02-29T00:00:00Z')).key.expiresAt).toBe('2096-02-29T00:00:00.000Z')
    for (const wrong of [
      '2027-02-31T00:00:00Z',
      '2027-02-29T00:00:00Z',
      '2027-13-01T00:00:00Z',
      '2027-02-31',
    ])
      await expect(made(wrong), wrong).rejects.toMatchObject({ code: 'BAD_REQUEST' })
  })

  test('it expires at its time however that was written', async () => {
    const soon = new Date(Date.now() + 3_600_000)
    for (const expiresAt of [
      `${soon.toISOString().slice(0, 19)}.5Z`,
      `${soon.toISOString().slice(0, 19)}Z`,
      soon.toISOString(),
    ]) {
      aheadMs = 0
      const { key, secret } = await outpost.client.keys.create({
        name: 'an hour',
        scopes: ['read'],
        expiresAt,
      })
      expect(key.expiresAt).toBe(new Date(expiresAt).toISOString())
      expect((await outpost.fetch('/api/models', { headers: bearer(secret) })).status).toBe(200)
      aheadMs = new Date(expiresAt).getTime() - Date.now() + 1
      expect((await outpost.fetch('/api/models', { headers: bearer(secret) })).status).toBe(401)
    }
    aheadMs = 0
  })
})

describe('logins', () => {
  const password = 'correct horse battery staple'
  const post = (path: string, body: unknown, cookie?: string, method = 'POST') =>
    outpost.fetch(path, {
      method,
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', ...(cookie ? { cookie } : {}) },
    })
  const cookieOf = (answer: Response): string => answer.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  const enter = async (word = password) => cookieOf(await post('/api/login', { password: word }))
  const keys = async (cookie: string, headers: Record<string, string> = {}) =>
    (await outpost.fetch('/api/keys', { headers: { cookie, ...headers } })).status

  test('the cookie is good at the UI alone, for its own pages, and for a working day', async () => {
    await outpost.client.login.setPassword({ next: password })
    const cookie = await enter()
    expect(await keys(cookie)).toBe(200)
    expect((await infer('', { cookie, authorization: 'none' })).status).toBe(401)
    expect(await keys(cookie, { origin: 'https://evil.example' })).toBe(403)
    expect(await keys(cookie, { origin: 'http://localhost:8080' })).toBe(403)
    expect(await keys(cookie, { 'sec-fetch-site': 'same-site' })).toBe(403)
    expect(await keys(`${cookie}x`)).toBe(401)
    aheadMs = 12 * 3_600_000 + 1000
    expect(await keys(cookie)).toBe(401)
    aheadMs = 0
  })

  test('the login at another node of the same host leaves this one as it is', async () => {
    const other = await temporaryNode({ serving: null })
    expect(loginCookie(other.node.context)).not.toBe(loginCookie(outpost.node.context))
    const cookie = await enter()
    const foreign = `${loginCookie(other.node.context)}=${cookie.split('=')[1]}`
    expect(await keys(foreign)).toBe(401)
    expect(await keys(`${foreign}; ${cookie}`)).toBe(200)
  })
  test('a link is good for an hour and for one use, and for that one however many others guess', async () => {
    const tokenOf = async () => (await outpost.client.login.link()).url.split('token=')[1]
    const old = await tokenOf()
    aheadMs = 3_601_000
    expect(await told(post('/api/login/claim', { token: old }))).toBe('401 LOGIN_LINK_INVALID')
    aheadMs = 0
    const token = await tokenOf()
    expect(await told(post('/api/login/check', { token }))).toBe('200')
    expect(await told(post('/api/login/claim', { token, password: 'short' }))).toBe('400 PASSWORD_WEAK')
    const guesses: string[] = []
    for (let at = 0; at < 12; at++) {
      const door = at % 2 === 0 ? '/api/login/claim' : '/api/login/check'
      guesses.push(await told(post(door, { token: `guess-${at}`, password })))
    }
    expect(guesses.at(-1), 'the two count together').toBe('429 TOO_MANY_REQUESTS')
    expect(await told(post('/api/login/check', { token })), 'a good link never waits').toBe('200')
    const claims = await Promise.all([1, 2].map(() => told(post('/api/login/claim', { token }))))
    expect(claims.toSorted()).toEqual(['200', '429 TOO_MANY_REQUESTS'])
    aheadMs = 16 * 60_000
  })

  test('a changed password ends every other login and wants the old one, which is not to be guessed either', async () => {
    const [kept, other] = [await enter(), await enter()]
    expect(
      await told(
        post('/api/login/password', { current: 'wrong', next: 'another horse battery' }, kept, 'PUT'),
      ),
    ).toBe('401 LOGIN_FAILED')
    expect(
      await told(
        post('/api/login/password', { current: password, next: 'another horse battery' }, kept, 'PUT'),
      ),
    ).toBe('200')
    expect([await keys(kept), await keys(other)]).toEqual([200, 401])
    const guesses = await Promise.all(
      Array.from({ length: 14 }, () =>
        told(post('/api/login/password', { current: 'wrong', next: 'x'.repeat(20) }, kept, 'PUT')),
      ),
    )
    expect(guesses.filter((answer) => answer === '401 LOGIN_FAILED')).toHaveLength(10)
    expect(guesses.filter((answer) => answer === '429 TOO_MANY_REQUESTS')).toHaveLength(4)
    expect(await told(post('/api/login', { password: 'another horse battery' }))).toBe(
      '429 TOO_MANY_REQUESTS',
    )
    aheadMs += 16 * 60_000
    expect(await told(post('/api/login', { password: 'another horse battery' }))).toBe('200')
  })
})
