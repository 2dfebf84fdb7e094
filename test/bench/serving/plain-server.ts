/**
 * What the node is measured beside, each in a process of its own: an echo on node:http, and the server that a user
 * would write with fastify, JSON in and out, one run of the model a request.
 */
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import fastify from 'fastify'
import { InferenceSession, Tensor } from 'onnxruntime-node'

/** Answers with the bytes that came. */
function startEcho(): void {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks)
      response.writeHead(200, {
        'content-type': 'application/octet-stream',
        'content-length': body.byteLength,
      })
      response.end(body)
    })
  })
  server.keepAliveTimeout = 60_000
  server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }))
}

async function startPlain(modelPath: string): Promise<void> {
  const session = await InferenceSession.create(readFileSync(modelPath))
  const app = fastify({ bodyLimit: 64 * 1024 * 1024, keepAliveTimeout: 60_000 })
  app.post('/infer', async (request) => {
    const { inputs } = request.body as { inputs: [{ shape: number[]; data: number[] }] }
    const [{ shape, data }] = inputs
    const { y } = await session.run({ x: new Tensor('float32', Float32Array.from(data), shape) })
    return { outputs: [{ name: 'y', shape: y?.dims, data: Array.from(y?.data as Float32Array) }] }
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  process.send?.({ port: (app.server.address() as AddressInfo).port })
}

const [kind, argument = ''] = process.argv.slice(2)
if (kind === 'echo') startEcho()
else await startPlain(argument)
