/**
 * Case 73: what is hardly HTTP any more. Each is answered with a refusal or cut off; nothing that was sent behind it is
 * taken for a request of its own, and nobody else waits.
 */
import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { limits } from '../../src-main/contract/limits.ts'
import { exchange, openSocket, request, statusesOf } from '../support/raw-http.ts'
import { localListen, startWholeNode, type WholeNode } from '../support/whole-node.ts'

let outpost: WholeNode
let key: string
const doors = ['control', 'serving'] as const
const urls = { control: '', serving: '' }
/** A path that answers to anyone, and one that takes a body. */
const open = { control: '/health', serving: '/v2/health/live' }
const taking = { control: '/api/keys', serving: '/v2/repository/index' }
/** Connections that send their head byte by byte, opened at the start and looked at in the end. */
const slow: { door: string; socket: Socket; drip: NodeJS.Timeout; closed: Promise<unknown> }[] = []

beforeAll(async () => {
  outpost = await startWholeNode({
    listen: localListen,
  })
  const { controlUrl, servingUrl } = outpost.node.addresses()
  Object.assign(urls, { control: controlUrl, serving: servingUrl })
  key = (await outpost.client.keys.create({ name: 'all', scopes: ['admin', 'infer'] })).secret
  for (const door of doors)
    for (let at = 0; at < 100; at++) {
      const socket = await openSocket(urls[door])
      socket.resume()
      socket.write(`GET ${open[door]} HTTP/1.1\r\nhost: localhost\r\nx-slow: `)
      const drip = setInterval(() => socket.write('a'), 500)
      slow.push({ door, socket, drip, closed: new Promise((resolve) => socket.once('close', resolve)) })
    }
})
afterAll(async () => {
  for (const { socket, drip } of slow) {
    clearInterval(drip)
    socket.destroy()
  }
  await outpost[Symbol.asyncDispose]()
})

const authorized = () => ['host: localhost', `authorization: Bearer ${key}`, 'content-type: application/json']
/** What an attacker wants to be taken for a request of whoever comes next on the connection. */
const hidden = (door: (typeof doors)[number]) => `GET ${open[door]} HTTP/1.1\r\nhost: localhost\r\n\r\n`

describe.each(doors)('the door of %s', (door) => {
  const refusedOnce = (answered: string): boolean => {
    const statuses = statusesOf(answered)
    return statuses.length === 1 && (statuses[0] ?? 0) >= 400 && (statuses[0] ?? 0) < 500
  }

  test('73: a request that two readers would end at two places is refused, and what follows it with it', async () => {
    const post = (...headers: string[]) =>
      [`POST ${taking[door]} HTTP/1.1`, ...authorized(), ...headers, '', ''].join('\r\n')
    const inside = hidden(door)
    const found: Record<string, string> = {
      'a length and chunks': `${post('content-length: 4', 'transfer-encoding: chunked')}0\r\n\r\n${inside}`,
      'chunks and a length': `${post('transfer-encoding: chunked', 'content-length: 4')}0\r\n\r\n${inside}`,
      'two lengths': post('content-length: 0', `content-length: ${inside.length}`) + inside,
      'two equal lengths': `${post('content-length: 2', 'content-length: 2')}{}${inside}`,
      'a list of lengths': post(`content-length: 0, ${inside.length}`) + inside,
      'a length with a sign': post('content-length: +0') + inside,
      'a length below nothing': post('content-length: -1') + inside,
      'a length in hexadecimal': post('content-length: 0x0') + inside,
      'a length that wraps around': post('content-length: 18446744073709551616') + inside,
      'chunks by another name': `${post('transfer-encoding: xchunked')}0\r\n\r\n${inside}`,
      'chunks that are not the last': `${post('transfer-encoding: chunked, identity')}0\r\n\r\n${inside}`,
      'chunks behind a tab': `${post('transfer-encoding:\u000bchunked')}0\r\n\r\n${inside}`,
      'a name with a space': `${post('transfer-encoding : chunked')}0\r\n\r\n${inside}`,
      'a folded header': `${post('x: y\r\n transfer-encoding: chunked')}0\r\n\r\n${inside}`,
      'a line feed alone': `GET ${open[door]} HTTP/1.1\nhost: localhost\n\n${inside}`,
      'a carriage return alone': `GET ${open[door]} HTTP/1.1\rhost: localhost\r\r${inside}`,
      'a size of a chunk that is none': `${post('transfer-encoding: chunked')}zz\r\n${inside}`,
      'a size of a chunk that wraps around': `${post('transfer-encoding: chunked')}ffffffffffffffff1\r\n${inside}`,
      'a chunk longer than it says': `${post('transfer-encoding: chunked')}1\r\n{}\r\n0\r\n\r\n${inside}`,
      'a NUL in a name': `GET ${open[door]} HTTP/1.1\r\nhost: localhost\r\nx\0: y\r\n\r\n${inside}`,
      'no version': `GET ${open[door]}\r\nhost: localhost\r\n\r\n${inside}`,
      'a version that is none': `GET ${open[door]} HTTP/9.9\r\nhost: localhost\r\n\r\n${inside}`,
      'no HTTP': `\u0016\u0003\u0001\u0002\u0000\u0001\u0000${inside}`,
      'the preface of HTTP/2': `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n${inside}`,
    }
    const answers: Record<string, string> = {}
    for (const [what, bytes] of Object.entries(found)) answers[what] = await exchange(urls[door], bytes)
    const taken = Object.entries(answers).filter(([, answered]) => !refusedOnce(answered))
    expect(taken.map(([what, answered]) => [what, statusesOf(answered)])).toEqual([])
  })

  test('73: a body of 100 MB is refused by its length, or cut where the limit is', async () => {
    const announced = await exchange(
      urls[door],
      request(`POST ${taking[door]} HTTP/1.1`, [...authorized(), 'content-length: 104857600']),
    )
    expect(statusesOf(announced)).toEqual([413])

    const asked = httpRequest(urls[door] + taking[door], {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    })
    asked.on('error', () => undefined)
    const answered = once(asked, 'response') as Promise<[IncomingMessage]>
    const chunk = Buffer.alloc(1 << 20, ' ')
    let sent = 0
    const pump = (): void => {
      while (sent < 100 && !asked.destroyed) {
        sent += 1
        if (!asked.write(chunk)) return void asked.once('drain', pump)
      }
      asked.end()
    }
    pump()
    const [answer] = await answered
    answer.resume()
    expect(answer.statusCode).toBe(413)
    asked.destroy()
  })

  test('73: ten thousand headers, a header of a megabyte and an address of one are refused', async () => {
    const head = `GET ${open[door]} HTTP/1.1\r\nhost: localhost\r\n`
    const many = Array.from({ length: 10_000 }, (_, at) => `x${at}: y\r\n`).join('')
    // The answer may be lost where the connection is cut while the rest is still being sent.
    for (const bytes of [
      `${head}${many}\r\n`,
      `${head}x: ${'y'.repeat(1 << 20)}\r\n\r\n`,
      `GET ${open[door]}?${'y'.repeat(1 << 20)} HTTP/1.1\r\nhost: localhost\r\n\r\n`,
    ])
      expect([[431], []]).toContainEqual(statusesOf(await exchange(urls[door], bytes)))
    // As many as there is room for are all looked at: none is dropped unseen, such as the last one here.
    for (const count of [100, 1990, 2000, 2100, 2500]) {
      const most = 'x:y\r\n'.repeat(count)
      const foreign = 'origin: https://evil.example\r\nconnection: close\r\n\r\n'
      expect([403, 431]).toContain(statusesOf(await exchange(urls[door], head + most + foreign))[0])
    }
  })

  test('73: a request in HTTP/1.0 without a host is refused', async () => {
    const answered = await exchange(urls[door], `GET ${open[door]} HTTP/1.0\r\n\r\n`)
    expect(refusedOnce(answered)).toBe(true)
  })

  test('73: paths that lead out, hide a NUL or decode twice lead nowhere', async () => {
    const paths = [
      '/%00',
      '/health%00.js',
      '/api/models/%00',
      '/../../../../etc/passwd',
      '/..%2f..%2f..%2fetc%2fpasswd',
      '/%2e%2e/%2e%2e/etc/passwd',
      '/..%5c..%5cetc%5cpasswd',
      '/..;/etc/passwd',
      '/assets/..%2f..%2fnode.db',
      '/assets/%252e%252e%252fnode.db',
      '//etc/passwd',
      '/api/packages/..%2f..%2fkeys/pepper',
      '/api/packages/acme.x/..%2f..%2fnode.db',
      '/v2/models/..%2f..%2fetc/versions/1',
      '/v2/models/%00/ready',
      '/v1/models/%2e%2e%2fetc/predict',
      '/%E0%A4%A',
      '/%c0%ae%c0%ae/etc/passwd',
      '/\\..\\..\\etc\\passwd',
      '*',
    ]
    const found: Record<string, number[]> = {}
    for (const path of paths) {
      const answered = await exchange(urls[door], request(`GET ${path} HTTP/1.1`, authorized()))
      expect(answered).not.toMatch(/root:|SQLite format|daemon/)
      const statuses = statusesOf(answered)
      if (statuses.length !== 1 || (statuses[0] ?? 0) < 400 || (statuses[0] ?? 0) >= 500)
        found[path] = statuses
    }
    expect(found).toEqual({})
  })

  test('73: whoever sends a head byte by byte is let go, and holds up nobody meanwhile', async () => {
    const own = slow.filter((one) => one.door === door)
    expect((await fetch(urls[door] + open[door])).status).toBe(200)
    await Promise.all(own.map(({ closed }) => closed))
    expect((await fetch(urls[door] + open[door])).status).toBe(200)
  })
})

test('73: a body that unpacks to more than the limit is refused, whatever little was sent', async () => {
  const bomb = gzipSync(Buffer.alloc(2 * limits.inferBodyBytesMax, ' '))
  expect(bomb.byteLength).toBeLessThan(limits.inferBodyBytesMax / 100)
  const ask = (body: Uint8Array, encoding: string) =>
    fetch(urls.serving + taking.serving, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${key}`,
        'content-type': 'application/json',
        'content-encoding': encoding,
      },
      body: body as BodyInit,
    })
  expect((await ask(bomb, 'gzip')).status).toBe(413)
  expect((await ask(gzipSync(bomb), 'gzip')).status).toBe(400) // what is inside is no JSON, and is not unpacked again
  expect((await ask(bomb, 'gzip, gzip')).status).toBe(415)
  expect((await ask(bomb, 'br')).status).toBe(415)
  expect((await ask(bomb.subarray(0, 1000), 'gzip')).status).toBe(400)
  expect((await fetch(urls.serving + open.serving)).status).toBe(200)
})
