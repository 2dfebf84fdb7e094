/** The UI's listener on real sockets: TLS, names it answers for, uploads that are cut, and how it ends. */
import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import type { NodeConfig } from '../../../src-main/node.ts'
import { newVersion } from '../../support/handed-over.ts'
import { selfSigned } from '../../support/self-signed.ts'
import { linearModel } from '../../support/served-models.ts'
import { temporaryNode } from '../../support/temporary-node.ts'
import { localListen, localServing, type WholeNode } from '../../support/whole-node.ts'

const start = (
  listen: Partial<NonNullable<NodeConfig['listen']>> = {},
  config: Partial<NodeConfig> = {},
): Promise<WholeNode> => temporaryNode({ serving: null, listen: { ...localListen, ...listen }, ...config })

/** A request as it stands, with the Host header that a test wants. */
async function send(
  url: string,
  options: RequestOptions & { ca?: string } = {},
  body = '',
): Promise<{ answer: IncomingMessage; body: string }> {
  const connect = url.startsWith('https:') ? httpsRequest : httpRequest
  const request = connect(url, { checkServerIdentity: () => undefined, ...options } as RequestOptions)
  request.end(body)
  const [answer] = (await once(request, 'response')) as [IncomingMessage]
  return { answer, body: await text(answer) }
}

const urlOf = (node: WholeNode): string => node.node.addresses().controlUrl ?? ''
const linkToken = (node: WholeNode): string =>
  (node.node.addresses().loginLink ?? '').split('token=')[1] ?? ''
const claim = (node: WholeNode, options: RequestOptions & { ca?: string } = {}) =>
  send(
    `${urlOf(node)}/api/login/claim`,
    { method: 'POST', ...options, headers: { 'content-type': 'application/json', ...options.headers } },
    JSON.stringify({ token: linkToken(node) }),
  )

describe('over TLS with a certificate of its own', () => {
  const tls = selfSigned()

  test('it answers, its cookie is for TLS alone, and the playground reaches serving', async () => {
    const node = await start({ tls }, { serving: { ...localServing, tls } })
    expect(urlOf(node)).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/)
    expect((await send(`${urlOf(node)}/health`, { ca: tls.cert })).answer.statusCode).toBe(200)
    await expect(send(`${urlOf(node)}/health`)).rejects.toThrow(/self-signed/)
    const { answer } = await claim(node, { ca: tls.cert })
    expect(answer.headers['set-cookie']?.[0]).toMatch(
      /^outpost_login_[0-9a-f]{12}=\S+; Path=\/; HttpOnly; SameSite=Strict; Expires=.*; Secure$/,
    )

    await node.client.publishers.rename({ name: 'acme' })
    await newVersion(node, 'acme.linear', linearModel(4, 3))
    const answered = await node.client.playground.infer({
      model: 'acme.linear',
      version: '1.0.0',
      inputs: [1, 2, 3, 4],
    })
    expect(answered.rule).toBe('try')
  })
})

describe('where it listens and what it is called', () => {
  test('an address that others reach needs TLS, or a proxy that is named as such', async () => {
    await expect(start({ host: '0.0.0.0' })).rejects.toMatchObject({ code: 'BIND_INSECURE' })
    await expect(start({ host: '::' })).rejects.toMatchObject({ code: 'BIND_INSECURE' })
    await expect(start({}, { serving: { ...localServing, host: '0.0.0.0' } })).rejects.toMatchObject({
      code: 'BIND_INSECURE',
    })
    const node = await start({ host: '0.0.0.0', behindProxy: true }, { hostsAllowed: ['models.example'] })
    expect(node.node.addresses().loginLink).toMatch(/^https:\/\/models\.example\/#\/claim\?token=/)
    expect((await node.client.login.link()).url).toMatch(/^https:\/\/models\.example\/#\/claim\?token=/)
    const ask = async (host: string) =>
      (await send(`${urlOf(node)}/health`, { headers: { host } })).answer.statusCode
    expect(urlOf(node)).toMatch(/^http:\/\/127\.0\.0\.1:/)
    expect([
      await ask('models.example'),
      await ask('MODELS.example:443'),
      await ask('evil.example'),
      await ask('0.0.0.0'),
    ]).toEqual([200, 200, 421, 421])
  })

  test('it answers for the address that it was told to listen on', async () => {
    const node = await start({ host: '127.0.0.2' })
    expect((await send(`${urlOf(node)}/health`)).answer.statusCode).toBe(200)
  })

  test('behind a proxy the cookie is for TLS, and the caller is the last that the proxy names', async () => {
    const node = await start({ behindProxy: true })
    const guess = async (forwarded: string) =>
      (
        await send(
          `${urlOf(node)}/api/login`,
          { method: 'POST', headers: { 'content-type': 'application/json', 'x-forwarded-for': forwarded } },
          '{"password":"wrong"}',
        )
      ).answer.statusCode
    const statuses: Array<number | undefined> = []
    for (let tries = 0; tries < 11; tries++) statuses.push(await guess(`10.0.0.${tries}, 203.0.113.7`))
    expect(statuses.at(-1)).toBe(429)
    expect(await guess('203.0.113.7, 203.0.113.8')).toBe(401)
    expect((await claim(node)).answer.headers['set-cookie']?.[0]).toMatch(/Secure$/)
  })

  test('without a proxy nobody can say who they are', async () => {
    const node = await start()
    const guess = async (at: number) =>
      (
        await send(
          `${urlOf(node)}/api/login`,
          {
            method: 'POST',
            headers: { 'content-type': 'application/json', 'x-forwarded-for': `10.0.0.${at}` },
          },
          '{"password":"wrong"}',
        )
      ).answer.statusCode
    const statuses = await Promise.all(Array.from({ length: 30 }, (_, at) => guess(at)))
    // All at once: they are counted before any of them is found wrong.
    expect(statuses.filter((status) => status === 401)).toHaveLength(10)
    expect(statuses.filter((status) => status === 429)).toHaveLength(20)
    expect((await claim(node)).answer.headers['set-cookie']?.[0]).not.toMatch(/Secure/)
  })
})

describe('uploads', () => {
  const uploads = (node: WholeNode) => readdir(join(node.dataDirectory, 'uploads'))

  test('one that is cut off leaves nothing; many at once are kept apart; a name is a name', async () => {
    const node = await start()
    const { secret } = await node.client.keys.create({ name: 'up', scopes: ['write'] })
    const headers = { authorization: `Bearer ${secret}` }
    const cut = httpRequest(`${urlOf(node)}/api/files?name=x`, {
      method: 'PUT',
      headers: { ...headers, 'content-length': '100000000' },
    })
    cut.on('error', () => undefined)
    cut.write(Buffer.alloc(3_000_000))
    await expect.poll(() => uploads(node)).toHaveLength(1)
    cut.destroy()
    await expect.poll(() => uploads(node), { timeout: 5000 }).toEqual([])

    const names = [
      '../../etc/passwd',
      'C:\\temp\\model.onnx',
      '/',
      '..',
      'é'.repeat(1000),
      'a\r\nb\u0000',
      '',
    ]
    const answers = await Promise.all(
      names.map((name) =>
        send(
          `${urlOf(node)}/api/files?name=${encodeURIComponent(name)}`,
          { method: 'PUT', headers },
          name || 'x',
        ),
      ),
    )
    const handed = answers.map(
      ({ body }) => JSON.parse(body) as { handle: string; name: string; bytes: number },
    )
    expect(handed.map(({ name }) => name)).toEqual([
      'passwd',
      'model.onnx',
      'file',
      '..',
      'é'.repeat(255),
      'ab',
      'file',
    ])
    expect(new Set(handed.map(({ handle }) => handle)).size).toBe(names.length)
    for (const { handle } of handed.slice(3, 5)) {
      await expect(node.client.drafts.create({ handles: [handle] })).rejects.toMatchObject({
        code: 'PACKAGE_PATH',
      })
    }
    expect(await uploads(node)).toHaveLength(names.length - 2)
  })
})

test('a stop lets a request that is under way end, and ends streams', async () => {
  const node = await start()
  const { secret } = await node.client.keys.create({ name: 'last', scopes: ['write'] })
  const headers = { authorization: `Bearer ${secret}` }
  const stream = httpRequest(`${urlOf(node)}/api/events`, { headers }).end()
  const [events] = (await once(stream, 'response')) as [IncomingMessage]
  const streamed = text(events)
  const upload = httpRequest(`${urlOf(node)}/api/files?name=x`, {
    method: 'PUT',
    headers: { ...headers, 'content-length': '6' },
  })
  upload.write('abc')
  await expect.poll(() => readdir(join(node.dataDirectory, 'uploads'))).toHaveLength(1)
  const stopped = node.stop()
  await streamed
  upload.end('def')
  const [answer] = (await once(upload, 'response')) as [IncomingMessage]
  expect([answer.statusCode, JSON.parse(await text(answer))]).toMatchObject([201, { bytes: 6 }])
  await stopped
})
