/** The gRPC door beside its protocol: TLS, what it tells in the metadata, limits of requests, connections and calls. */
import { once } from 'node:events'
import { connect as connectHttp2 } from 'node:http2'
import { connect, type Socket } from 'node:net'
import { credentials, status } from '@grpc/grpc-js'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { limits } from '../../../src-main/contract/limits.ts'
import { forwardedHeader } from '../../../src-main/contract/remote.ts'
import { setDeprecation } from '../../../src-main/store/tables/versions.ts'
import { type GrpcClient, type GrpcRequest, grpcClient, streamFrame } from '../../support/grpc-client.ts'
import { serveRemotely } from '../../support/remote-engine.ts'
import { selfSigned } from '../../support/self-signed.ts'
import { identityModel, linearModel } from '../../support/served-models.ts'
import type { ServingNode } from '../../support/serving-node.ts'
import { temporaryServingNode } from '../../support/temporary-node.ts'

const model = 'acme.linear'
const grpc = { port: 0, portFixed: false }
const asked: GrpcRequest = {
  model_name: model,
  inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 4], contents: { fp32_contents: [1, 2, 3, 4] } }],
}
let node: ServingNode
let versionId: string
const clients: GrpcClient[] = []

beforeEach(async () => {
  node = await temporaryServingNode()
  versionId = await node.serve(model, linearModel(4, 3))
})
afterEach(() => {
  for (const client of clients.splice(0)) client.close()
})

function clientOf(...given: Parameters<typeof grpcClient>): GrpcClient {
  const client = grpcClient(...given)
  clients.push(client)
  return client
}

test('over TLS it answers whoever trusts its certificate, and nobody in the clear', async () => {
  const tls = selfSigned()
  const { secret } = node.createKey()
  const { grpcAddress } = await node.start({ grpc, tls })
  const trusted = credentials.createSsl(Buffer.from(tls.cert), null, null, {
    checkServerIdentity: () => undefined, // it is made out to another name
  })
  const trusting = clientOf(grpcAddress, secret, trusted)
  expect((await trusting.infer(asked)).outputs).toHaveLength(1)
  const strict = clientOf(grpcAddress, secret, credentials.createSsl())
  expect((await strict.call('ServerLive', {})).code).toBe(status.UNAVAILABLE)
  expect((await clientOf(grpcAddress, secret).call('ServerLive', {})).code).toBe(status.UNAVAILABLE)
})

test('a deprecated version says so in the metadata, and after its sunset that it is gone', async () => {
  const until = Date.now() + 20 * 86_400_000
  const say = (sunset: number) =>
    setDeprecation(node.db, versionId, {
      deprecatedAt: '2026-01-01T00:00:00.000Z',
      sunsetAt: new Date(sunset).toISOString(),
      replacement: '2.0.0',
    })
  say(until)
  const { secret } = node.createKey()
  const serving = await node.start({ grpc })
  const client = clientOf(serving.grpcAddress, secret)
  const { code, before } = await client.call('ModelInfer', asked)
  expect(code).toBe(status.OK)
  expect(before.deprecation).toBe(`@${Date.parse('2026-01-01T00:00:00.000Z') / 1000}`)
  expect(Date.parse(String(before.sunset))).toBe(Math.floor(until / 1000) * 1000)
  expect(before.link).toContain('successor-version')
  say(Date.now() - 1000)
  await serving.snapshot()
  expect(await client.call('ModelInfer', asked)).toMatchObject({
    code: status.FAILED_PRECONDITION,
    behind: { 'outpost-error': 'VERSION_SUNSET' },
  })
})

test('a key has its requests a minute over both doors together, and is told when to come back', async () => {
  const { secret } = node.createKey(['infer'], null, 2)
  const serving = await node.start({ grpc })
  const client = clientOf(serving.grpcAddress, secret)
  expect((await client.call('ModelInfer', asked)).code).toBe(status.OK)
  const { status: overHttp } = await serving.call(
    `/v2/models/${model}/infer`,
    { inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 4], data: [1, 2, 3, 4] }] },
    secret,
  )
  expect(overHttp).toBe(200)
  const refused = await client.call('ModelInfer', asked)
  expect(refused).toMatchObject({
    code: status.RESOURCE_EXHAUSTED,
    behind: { 'outpost-error': 'TOO_MANY_REQUESTS' },
  })
  expect(Number(refused.behind['retry-after'])).toBeGreaterThan(0)
})

test('an address has its requests a minute, also for what answers to anyone', async () => {
  const { grpcAddress } = await node.start({ grpc, addressRequestsPerMinute: 2 })
  const anyone = clientOf(grpcAddress, null)
  expect((await anyone.call('ServerLive', {})).code).toBe(status.OK)
  expect((await anyone.call('ServerReady', {})).code).toBe(status.OK)
  expect(await anyone.call('ServerMetadata', {})).toMatchObject({
    code: status.RESOURCE_EXHAUSTED,
    behind: { 'outpost-error': 'TOO_MANY_REQUESTS', 'retry-after': expect.stringMatching(/^\d+$/) },
  })
})

test('a request that a remote engine sent is not handed on to another one', async () => {
  await serveRemotely(node, 'http://127.0.0.1:9', { version: '2.0.0' })
  const { secret } = node.createKey()
  const { grpcAddress } = await node.start({ grpc })
  const forwarded = { [forwardedHeader]: '1' }
  expect(await clientOf(grpcAddress, secret).call('ModelInfer', asked, forwarded)).toMatchObject({
    code: status.FAILED_PRECONDITION,
    behind: { 'outpost-error': 'REMOTE_LOOP' },
  })
})

test('so many connections are taken and the next is closed, until one of them goes', async () => {
  const { grpcAddress } = await node.start({ grpc })
  const port = Number(grpcAddress.split(':').at(-1))
  const held: Socket[] = []
  const gone = new Set<Socket>()
  try {
    for (let count = 0; count < limits.grpcConnectionsMax; count++) {
      const socket = connect(port, '127.0.0.1')
      socket.on('error', () => undefined).on('close', () => gone.add(socket))
      held.push(socket)
      await once(socket, 'connect')
    }
    const over = connect(port, '127.0.0.1')
    over.on('error', () => undefined)
    await once(over, 'close')
    expect(gone.size).toBe(0)
    const client = clientOf(grpcAddress, null)
    for (const socket of held.splice(0, 8)) socket.destroy()
    for (;;) if ((await client.call('ServerLive', {})).code === status.OK) break
  } finally {
    for (const socket of held) socket.destroy()
  }
})

/** Larger than what a connection takes in before its client reads. */
const large: GrpcRequest = {
  model_name: 'echo',
  inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 25_000] }],
  raw_input_contents: [Buffer.alloc(100_000)],
}
async function startEcho(answerSecondsMax: number) {
  await node.serve('echo', identityModel('FP32', ['n', 'm']), { model: 'acme.echo' })
  const { secret } = node.createKey()
  return { secret, serving: await node.start({ grpc, answerSecondsMax }) }
}

test('a stream whose client takes no answers is cut off', async () => {
  const { serving, secret } = await startEcho(1)
  const session = connectHttp2(`http://${serving.grpcAddress}`)
  session.on('error', () => undefined)
  const stream = session.request({
    ':method': 'POST',
    ':path': '/inference.GRPCInferenceService/ModelStreamInfer',
    'content-type': 'application/grpc',
    te: 'trailers',
    authorization: `Bearer ${secret}`,
  })
  stream.on('error', () => undefined)
  for (let at = 0; at < 4; at += 1) stream.write(streamFrame(large))
  expect((await once(stream, 'response'))[0][':status']).toBe(200)
  await once(session, 'close') // nothing of the answers is read
  expect(await clientOf(serving.grpcAddress, null).call('ServerLive', {})).toMatchObject({ code: 0 })
})

test('a stream that is often waited for leaves nothing behind each time', async () => {
  const { serving, secret } = await startEcho(60)
  const stream = clientOf(serving.grpcAddress, secret).stream()
  let answers = 0
  stream.on('data', () => {
    answers += 1
    stream.pause()
    setImmediate(() => stream.resume())
  })
  for (let at = 0; at < 1500; at += 1) stream.write(large)
  stream.end()
  await once(stream, 'end')
  expect([answers, serving.lines]).toEqual([1500, []])
})
