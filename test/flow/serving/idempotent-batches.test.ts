/** A long batch or a stream under one Idempotency-Key counts each of its requests once, however often it is sent. */
import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { importedForeign } from '../../support/foreign-package.ts'
import { type GrpcClient, type GrpcRequest, grpcClient } from '../../support/grpc-client.ts'
import { nowSeconds, requestsAMonth, type TestIssuer, termsOf } from '../../support/licenses.ts'
import { localServingAndGrpc, startWholeNode, type WholeNode } from '../../support/whole-node.ts'

let outpost: WholeNode
let issuer: TestIssuer
let secret: string
let grpc: GrpcClient
let lid: string
/** All that was counted by the tests before. */
let counted = 0

const price = { kind: 'per-request', creditsPerRequest: 3, prepaid: false } as const

beforeAll(async () => {
  outpost = await startWholeNode({ serving: localServingAndGrpc })
  ;({ issuer } = await importedForeign(outpost))
  const terms = termsOf('DEVELOPER', { quota: requestsAMonth(1000), price })
  const { payload, text } = issuer.license({ terms })
  lid = payload.lid
  await outpost.client.licenses.install({ document: text })
  await outpost.client.deployments.deploy({ model: 'acme.cells', version: '1.0.0' })
  secret = (await outpost.client.keys.create({ name: 'batches', scopes: ['infer'] })).secret
  grpc = grpcClient(outpost.node.addresses().grpcAddress ?? '', secret)
}, 120_000)
afterAll(async () => {
  grpc.close()
  await outpost[Symbol.asyncDispose]()
})

const bodyOf = (value: number) => JSON.stringify({ inputs: Array.from({ length: 10 }, () => value) })
const linesOf = (values: readonly number[]) => values.map((value) => `${bodyOf(value)}\n`).join('')

interface Answered {
  index: number
  status: number
  error?: { code: string }
}

function post(key: string, type = 'application/x-ndjson') {
  const request = httpRequest(`${outpost.node.addresses().servingUrl}/v1/models/acme.cells/predict`, {
    method: 'POST',
    headers: { authorization: `Bearer ${secret}`, 'content-type': type, 'idempotency-key': key },
  })
  request.on('error', () => undefined) // of a connection that is cut
  return request
}

async function sent(key: string, values: readonly number[]): Promise<Answered[]> {
  const request = post(key)
  request.end(linesOf(values))
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  const lines: Answered[] = []
  for await (const line of createInterface({ input: response })) lines.push(JSON.parse(line))
  return lines.toSorted((a, b) => a.index - b.index)
}

/** So many more than before, by the quota, the log and the statement, and the credits of each. */
async function expectCounted(more: number): Promise<void> {
  counted += more
  const now = async () => {
    const { intact, accounts } = await outpost.client.usage.verify({})
    const { lines } = await outpost.client.usage.statement({})
    return { intact, accounts, credits: lines.find((line) => line.lid === lid)?.credits }
  }
  await expect.poll(now, { timeout: 30_000, interval: 200 }).toMatchObject({
    intact: true,
    accounts: [{ lid, inLog: counted, inStatement: counted, counted }],
    credits: counted * price.creditsPerRequest,
  })
}

/** Two hundred of which each tenth is the same as the others of them. */
const batch = Array.from({ length: 200 }, (_, at) => (at % 10 === 0 ? 7 : 100 + at))

test('a batch whose connection is cut half way and that is sent again counts each line once', async () => {
  const request = post('cut')
  request.write(linesOf(batch.slice(0, 120)))
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  const answers = createInterface({ input: response })[Symbol.asyncIterator]()
  for (let line = 0; line < 60; line++) expect((await answers.next()).done).toBe(false)
  request.destroy()

  const again = await sent('cut', batch)
  expect(again.map(({ index, status }) => [index, status])).toEqual(batch.map((_, at) => [at, 200]))
  await expectCounted(200)
  // From a line on, as the last line of a node that stops asks for it.
  expect((await sent('cut', batch.slice(151, 159))).every(({ status }) => status === 200)).toBe(true)
  expect(await sent('cut', batch)).toHaveLength(200)
  await expectCounted(0)
}, 120_000)

test('equal lines of one batch count each, and under another key again', async () => {
  await sent('equal', [1, 1, 1, 2])
  await expectCounted(4)
  await sent('equal', [1, 1, 1, 2])
  await expectCounted(0)
  await sent('equal', [2, 1, 3, 1, 1, 1]) // one equal line more, and one that is new
  await expectCounted(2)
  await sent('other', [1, 1])
  await expectCounted(2)
}, 60_000)

test('a line that fails is given back and counted when it is sent again well', async () => {
  const bad = (await sent('failing', [1, Number.NaN, 2])).map(({ status }) => status)
  expect(bad).toEqual([200, 400, 200])
  await expectCounted(2)
  await sent('failing', [1, 3, 2])
  await expectCounted(1)
}, 60_000)

test('a key is of lines or of a request, and its form is looked at as with a request', async () => {
  expect((await sent('both', [5])).map(({ status }) => status)).toEqual([200])
  const request = post('both', 'application/json')
  request.end(bodyOf(6))
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  response.resume()
  expect(response.statusCode).toBe(200)
  await expectCounted(2)
  const refused = await sent('k'.repeat(257), [5, 6])
  expect(refused).toMatchObject([
    { status: 400, error: { code: 'BAD_REQUEST' } },
    { status: 400, error: { code: 'BAD_REQUEST' } },
  ])
  await expectCounted(0)
}, 60_000)

test('the messages of a stream over gRPC count as lines do', async () => {
  const streamed = (values: readonly number[]) =>
    new Promise<string[]>((resolve, reject) => {
      const stream = grpc.stream({ 'idempotency-key': 'stream' })
      const errors: string[] = []
      stream.on('data', ({ error_message }) => errors.push(error_message))
      stream.on('error', reject)
      stream.on('end', () => resolve(errors))
      for (const value of values) stream.write(messageOf(value))
      stream.end()
    })
  expect(await streamed([1, 2, 2])).toEqual(['', '', ''])
  await expectCounted(3)
  expect(await streamed([1, 2, 2, 3])).toEqual(['', '', '', ''])
  await expectCounted(1)
}, 60_000)

test('what was counted on one license is counted on no other that is asked first by then', async () => {
  const first = async (seq: number, max: number, of?: string) => {
    const terms = termsOf('DEVELOPER', { quota: requestsAMonth(max), price })
    const longer = { seq, terms, exp: nowSeconds() + 200_000, ...(of && { lid: of }) }
    const { payload, text } = issuer.license(longer)
    await outpost.client.licenses.install({ document: text })
    return payload.lid
  }
  const own = await first(1, 1)
  const countedOn = async () => {
    const { accounts } = await outpost.client.usage.verify({})
    return Object.fromEntries(accounts.map((account) => [account.lid, account.inLog]))
  }
  await sent('before', [11])
  await sent('beside', [12])
  const expected = { [lid]: counted + 1, [own]: 1 }
  await expect.poll(countedOn, { timeout: 30_000, interval: 200 }).toEqual(expected)
  await first(2, 5, own)
  await expect
    .poll(async () => (await outpost.client.licenses.list({})).find((row) => row.lid === own)?.usage?.limit)
    .toBe(5)
  await sent('beside', [12])
  await sent('before', [11])
  await sent('after', [13])
  await expect.poll(countedOn, { timeout: 30_000, interval: 200 }).toEqual({ ...expected, [own]: 2 })
}, 60_000)

const messageOf = (value: number): GrpcRequest => ({
  model_name: 'acme.cells',
  inputs: [
    {
      name: 'measurements',
      datatype: 'FP32',
      shape: [1, 10],
      contents: { fp32_contents: Array.from({ length: 10 }, () => value) },
    },
  ],
})
