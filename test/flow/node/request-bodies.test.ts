/** Bodies as they come over a socket: told by their length, in chunks, or not there at all. */
import { request } from 'node:http'
import { json } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { limits } from '../../../src-main/contract/limits.ts'
import { openSocket, statusesOf } from '../../support/raw-http.ts'
import { localListen, startWholeNode, type WholeNode } from '../../support/whole-node.ts'

let outpost: WholeNode
let url: string
let headers: Record<string, string>

beforeAll(async () => {
  outpost = await startWholeNode({
    serving: null,
    listen: localListen,
  })
  url = outpost.node.addresses().controlUrl ?? ''
  headers = {
    authorization: `Bearer ${outpost.node.context.secrets.ownerToken}`,
    'content-type': 'application/json',
  }
})
afterAll(() => outpost[Symbol.asyncDispose]())

/** In chunks, without a length. */
function inChunks(
  path: string,
  chunks: string[],
  headersSent = headers,
): Promise<{ status: number | undefined; body: unknown }> {
  return new Promise((resolve, reject) => {
    const sending = request(`${url}${path}`, { method: 'POST', headers: headersSent }, (response) => {
      json(response).then((body) => resolve({ status: response.statusCode, body }), reject)
    })
    sending.on('error', reject)
    for (const chunk of chunks) sending.write(chunk)
    sending.end()
  })
}

test('a DELETE without a body and without a length does what it says', async () => {
  const response = await fetch(`${url}/api/samples`, { method: 'DELETE', headers })
  expect(await response.json()).toEqual({ removed: 0 })
  expect(response.status).toBe(200)
})

test('a body in chunks is read like one whose length is told', async () => {
  const { status, body } = await inChunks('/api/keys', ['{"name":"in chu', 'nks","scopes":["infer"]}'])
  expect(status).toBe(200)
  expect(body).toMatchObject({ key: { name: 'in chunks' } })
})

test('a body over the limit is refused, whether its length is told or not', async () => {
  const body = JSON.stringify({ name: 'x'.repeat(limits.apiBodyBytesMax) })
  const told = await fetch(`${url}/api/keys`, { method: 'POST', headers, body })
  expect([told.status, await told.json()]).toEqual([
    413,
    expect.objectContaining({ code: 'PAYLOAD_TOO_LARGE' }),
  ])
  const untold = await inChunks('/api/keys', [body])
  expect(untold).toEqual({ status: 413, body: expect.objectContaining({ code: 'PAYLOAD_TOO_LARGE' }) })
})

test('a stranger is refused before a body has come that is larger than any login', async () => {
  const heard: number[] = []
  const socket = await openSocket(url)
  socket.on('data', (chunk: Buffer) => heard.push(...statusesOf(chunk.toString('latin1'))))
  const head = [
    'host: 127.0.0.1',
    'content-type: application/json',
    `content-length: ${limits.apiBodyBytesMax}`,
  ]
  socket.write([`POST /api/keys HTTP/1.1`, ...head, '', ''].join('\r\n')) // and nothing behind it
  await expect.poll(() => heard).toEqual([401])
  socket.destroy()
  const body = JSON.stringify({ password: 'x'.repeat(limits.strangerBodyBytesMax) })
  expect((await inChunks('/api/login', [body], { 'content-type': 'application/json' })).status).toBe(401)
})

test('the playground takes what serving would take, of whoever may ask it', async () => {
  const body = JSON.stringify({ model: 'acme.none', inputs: 'x'.repeat(limits.apiBodyBytesMax) })
  const ask = async (asking: Record<string, string>) => {
    const response = await fetch(`${url}/api/playground/infer`, { method: 'POST', headers: asking, body })
    return ((await response.json()) as { code: string }).code
  }
  expect(await ask(headers)).toBe('MODEL_NOT_FOUND')
  expect(await ask({ 'content-type': 'application/json' })).toBe('UNAUTHORIZED')
})
