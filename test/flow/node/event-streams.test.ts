/** Streams of events on real sockets: who hears what happens, until when, and what a slow listener costs. */
import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import type { NodeConfig } from '../../../src-main/node.ts'
import { temporaryNode } from '../../support/temporary-node.ts'
import { localListen, type WholeNode } from '../../support/whole-node.ts'

const start = (config: Partial<NodeConfig> = {}): Promise<WholeNode> =>
  temporaryNode({ serving: null, listen: localListen, ...config })
const urlOf = (node: WholeNode): string => node.node.addresses().controlUrl ?? ''

setFlagsFromString('--expose-gc')
const collect: () => void = runInNewContext('gc')

/** All that came until the node ended the stream. */
async function follow(node: WholeNode, path: string, headers: Record<string, string>) {
  const request = httpRequest(`${urlOf(node)}${path}`, { headers }).end()
  const [answer] = (await once(request, 'response')) as [IncomingMessage]
  expect(answer.statusCode).toBe(200)
  const streamed = text(answer)
  await expect.poll(() => node.node.context.events.listeners()).toBeGreaterThan(0)
  return { streamed, close: () => request.destroy() }
}
async function logIn(node: WholeNode): Promise<string> {
  const { url } = await node.client.login.link()
  const answer = await fetch(`${urlOf(node)}/api/login/claim`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token: url.split('token=')[1] }),
  })
  return answer.headers.getSetCookie()[0]?.split(';')[0] ?? ''
}

test('a revoked key hears nothing more, and another one goes on', async () => {
  const node = await start()
  const gone = await node.client.keys.create({ name: 'gone', scopes: ['read'] })
  const kept = await node.client.keys.create({ name: 'kept', scopes: ['read'] })
  const ending = await follow(node, '/api/events', { authorization: `Bearer ${gone.secret}` })
  const staying = await follow(node, '/api/events', { authorization: `Bearer ${kept.secret}` })
  await node.client.keys.revoke({ id: gone.key.id })
  node.node.context.announce('models', 'acme.secret')
  expect(await ending.streamed).not.toMatch(/acme\.secret|"topic":"keys"/)
  await node.stop()
  expect(await staying.streamed).toContain('acme.secret')
})

test('a key that expires ends its stream', async () => {
  const node = await start()
  const expiresAt = new Date(Date.now() + 2_000).toISOString()
  const { secret } = await node.client.keys.create({ name: 'brief', scopes: ['read'], expiresAt })
  const { streamed } = await follow(node, '/api/events', { authorization: `Bearer ${secret}` })
  expect(await streamed).not.toContain('"topic"')
  expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(expiresAt))
})

test('the stream of a job ends with its key, and the job goes on', async () => {
  const node = await start()
  const { key, secret } = await node.client.keys.create({ name: 'watcher', scopes: ['read'] })
  const { jobId } = await node.client.system.installSamples()
  const path = `/api/jobs/${jobId}/watch`
  const { streamed } = await follow(node, path, { authorization: `Bearer ${secret}` })
  await node.client.keys.revoke({ id: key.id })
  expect(await streamed).not.toContain('"state":"done"')
  expect((await node.ended(jobId)).state).toBe('done')
})

test('a login that is left ends its own streams and no other', async () => {
  const node = await start()
  const [left, other] = [await logIn(node), await logIn(node)]
  const ending = await follow(node, '/api/events', { cookie: left })
  const staying = await follow(node, '/api/events', { cookie: other })
  await fetch(`${urlOf(node)}/api/logout`, { method: 'POST', headers: { cookie: left } })
  expect(await ending.streamed).not.toContain('"topic"')
  // A new password ends every other login.
  await node.client.login.setPassword({ next: 'correct horse battery staple' })
  expect(await staying.streamed).not.toContain('acme.secret')
})

test('a login whose time is over hears nothing of what happens then', async () => {
  let ahead = 0
  const clock = { now: () => Date.now() + ahead, monotonic: () => performance.now() }
  const node = await start({ clock })
  const { streamed } = await follow(node, '/api/events', { cookie: await logIn(node) })
  ahead = 400 * 86_400_000
  node.node.context.announce('models', 'acme.secret')
  expect(await streamed).not.toContain('acme.secret')
})

/** The stream of a key that may read. */
async function listenTo(node: WholeNode) {
  const { secret } = await node.client.keys.create({ name: 'watch', scopes: ['read'] })
  const request = httpRequest(`${urlOf(node)}/api/events`, {
    headers: { authorization: `Bearer ${secret}` },
  }).end()
  const [answer] = (await once(request, 'response')) as [IncomingMessage]
  return { request, answer }
}

test('changes arrive as server-sent events and the listener goes with its client', async () => {
  const node = await start()
  const { request, answer } = await listenTo(node)
  expect(answer.headers['content-type']).toMatch(/^text\/event-stream/)
  let seen = ''
  answer.setEncoding('utf8').on('data', (chunk: string) => (seen += chunk))
  answer.on('error', () => undefined)
  await expect.poll(() => node.node.context.events.listeners()).toBeGreaterThan(0)
  node.node.context.announce('models', 'acme.x')
  await expect.poll(() => seen).toMatch(/data: .*"topic":"models","id":"acme\.x"/)
  request.destroy()
  await expect.poll(() => node.node.context.events.listeners(), { timeout: 10_000 }).toBe(0)
})

test('a client that does not read holds the sender up by nothing but a bounded list', async () => {
  const node = await start()
  const { request, answer } = await listenTo(node)
  answer.pause()
  answer.on('error', () => undefined)
  await expect.poll(() => node.node.context.events.listeners()).toBeGreaterThan(0)
  collect()
  const before = process.memoryUsage().heapUsed
  for (let at = 0; at < 300_000; at++) {
    node.node.context.announce('models', `acme.${at}`)
    if (at % 10_000 === 0) await new Promise(setImmediate)
  }
  collect()
  // Ten times what the buffers may hold, and a tenth of what was sent.
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(60_000_000)
  request.destroy()
})
