/** Clients that do what they should not: stop reading, stop sending, come in thousands. The others are answered. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { firstRowModel, identityModel, linearModel } from '../../support/served-models.ts'
import type { ServingProcess } from '../../support/serving-child.ts'
import { createServingNode, type ServingNode } from '../../support/serving-node.ts'

let node: ServingNode
let serving: ServingProcess
let key: string

beforeAll(async () => {
  node = await createServingNode()
  await node.serve('linear', linearModel(4, 3), { model: 'acme.linear' })
  await node.serve('echo', identityModel('FP32', ['n', 'm']), { model: 'acme.echo' })
  await node.serve('first', firstRowModel(), { model: 'acme.first' })
  key = node.createKey().secret
  serving = await node.start({ answerSecondsMax: 1 })
}, 60_000)
afterAll(() => node.remove())

const answered = async (): Promise<number> => {
  const input = { name: 'x', shape: [1, 4], datatype: 'FP32', data: [1, 2, 3, 4] }
  return (await serving.call('/v2/models/linear/infer', { inputs: [input] }, key)).status
}

async function open(): Promise<Socket> {
  const socket = connect(serving.port, '127.0.0.1')
  socket.on('error', () => undefined) // cut off by the door, which is what is looked for
  await once(socket, 'connect')
  return socket
}

test('a client that does not read its answer is cut off, and what it held is given back', async () => {
  const values = Buffer.from(new Float32Array(8_000_000).buffer)
  const head = JSON.stringify({
    inputs: [
      {
        name: 'x',
        shape: [1, 8_000_000],
        datatype: 'FP32',
        parameters: { binary_data_size: values.byteLength },
      },
    ],
    parameters: { binary_data_output: true },
  })
  const socket = await open()
  socket.pause()
  const closed = once(socket, 'close')
  socket.write(
    [
      'POST /v2/models/echo/infer HTTP/1.1',
      'host: 127.0.0.1',
      `authorization: Bearer ${key}`,
      `inference-header-content-length: ${head.length}`,
      `content-length: ${head.length + values.byteLength}`,
      '\r\n',
    ].join('\r\n'),
  )
  socket.write(head)
  socket.write(values)
  await expect.poll(() => serving.reports().at(-1)?.requestsTotal, { timeout: 30_000 }).toBeGreaterThan(0)
  expect(await answered()).toBe(200)
  setTimeout(() => socket.resume(), 2500) // reads on, too late: the end of the connection is found
  await closed
  expect(socket.bytesRead).toBeLessThan(values.byteLength)
})

test('a tensor without elements that the model cannot take is the fault of the request, and said so', async () => {
  const ask = (shape: number[], data: number[]) =>
    serving.call('/v2/models/first/infer', { inputs: [{ name: 'x', shape, datatype: 'FP32', data }] }, key)
  const { status, headers, body } = await ask([0, 2], [])
  expect([status, headers.get('outpost-error')]).toEqual([400, 'INPUT_INVALID'])
  expect(body).toEqual({ error: expect.stringContaining('without elements') })
  expect((await ask([1, 2], [3, 4])).status).toBe(200)
})

test('two thousand connections that send half a request hold nobody up', async () => {
  const sockets = await Promise.all(Array.from({ length: 2000 }, open))
  for (const socket of sockets) {
    socket.write(
      `POST /v2/models/linear/infer HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer ${key}\r\ncontent-length: 1000\r\n\r\n{`,
    )
  }
  expect(await Promise.all(Array.from({ length: 32 }, answered))).toEqual(new Array(32).fill(200))
  for (const socket of sockets) socket.destroy()
  expect(await answered()).toBe(200)
})

test('a body that ends before its length is no request, and the next one on a new connection is answered', async () => {
  for (let at = 0; at < 50; at++) {
    const socket = (await open()).resume()
    socket.end(
      `POST /v2/models/linear/infer HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer ${key}\r\ncontent-length: 100\r\n\r\n{"inputs"`,
    )
    await once(socket, 'close')
  }
  expect(await answered()).toBe(200)
})
