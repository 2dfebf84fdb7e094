/** Long batches by /v1 as lines of JSON: each answered as soon as it is done, each on its own. */
import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RequestRow } from '../../src-main/contract/views.ts'
import { readBlocks } from '../../src-main/metering/read-segment.ts'
import { linearGraph, linearModel, slowModel } from '../support/served-models.ts'
import type { ServingProcess } from '../support/serving-child.ts'
import { createServingNode, type ServingNode } from '../support/serving-node.ts'

let node: ServingNode
let serving: ServingProcess
let key: string
/** Of tests that end it or need its own settings. */
const others: ServingNode[] = []

async function nodeOfModels(): Promise<ServingNode> {
  const made = await createServingNode()
  await made.serve('acme.linear', linearModel(4, 3), { graph: linearGraph(4, 3) })
  await made.serve('acme.slow', slowModel(100))
  return made
}

async function another(settings: Parameters<ServingNode['start']>[0] = {}) {
  const made = await nodeOfModels()
  others.push(made)
  const { secret } = made.createKey()
  return { made, secret, other: await made.start(settings) }
}

beforeAll(async () => {
  node = await nodeOfModels()
  key = node.createKey().secret
  serving = await node.start()
}, 60_000)
afterAll(async () => {
  for (const made of [node, ...others]) await made.remove()
})

interface Line {
  index: number
  status: number
  id?: string
  outputs?: unknown
  error?: { code: string }
}

function post(path: string, to = serving, secret = key) {
  const request = httpRequest(`${to.url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/x-ndjson' },
  })
  request.on('error', () => undefined) // of a client that goes away
  return request
}
const row = (first: number) => JSON.stringify({ inputs: [first, 2, 3, 4] })

async function recordsOf({ paths }: ServingNode): Promise<RequestRow[]> {
  const records: RequestRow[] = []
  for (const name of await readdir(paths.usage)) {
    if (!name.endsWith('.usage')) continue
    for await (const { lines } of readBlocks(join(paths.usage, name)))
      records.push(...lines.map((line) => JSON.parse(line)))
  }
  return records
}

async function read(response: IncomingMessage): Promise<Line[]> {
  const lines: Line[] = []
  for await (const line of createInterface({ input: response })) lines.push(JSON.parse(line))
  return lines
}

test('each line is answered once, by its number; a bad one is its own fault', async () => {
  const request = post('/v1/models/acme.linear@1.0.0/predict')
  const bodies = Array.from({ length: 500 }, (_, at) => (at === 250 ? '{"inputs": ["no"]}' : row(at)))
  request.end(`${bodies.join('\n')}\n\n`)
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  expect([response.statusCode, response.headers['content-type']]).toEqual([200, 'application/x-ndjson'])
  const lines = await read(response)
  expect(lines.map(({ index }) => index).sort((a, b) => a - b)).toEqual(bodies.map((_, at) => at))
  const bad = lines.filter(({ status }) => status !== 200)
  expect(bad).toMatchObject([{ index: 250, status: 400, error: { code: 'INPUT_INVALID' } }])
  expect(new Set(lines.flatMap(({ id }) => id ?? [])).size).toBe(499)
  const alone = await serving.call('/v1/models/acme.linear/inference', { inputs: [7, 2, 3, 4] }, key)
  const seventh = lines.find(({ index }) => index === 7)
  expect(seventh?.outputs).toEqual((alone.body as Line).outputs)
})

test('a line is answered while the next one is not yet sent', async () => {
  const request = post('/v1/models/acme.linear/inference')
  request.write(`${row(1)}\n`)
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  const answers = createInterface({ input: response })[Symbol.asyncIterator]()
  expect(JSON.parse((await answers.next()).value ?? '')).toMatchObject({ index: 0, status: 200 })
  request.write(`${row(2)}\n${row(3).slice(0, 5)}`)
  expect(JSON.parse((await answers.next()).value ?? '')).toMatchObject({ index: 1, status: 200 })
  request.end(row(3).slice(5))
  expect(JSON.parse((await answers.next()).value ?? '')).toMatchObject({ index: 2, status: 200 })
  expect((await answers.next()).done).toBe(true)
})

test('what is refused as a whole is refused before the first line', async () => {
  const request = post('/v1/models/acme.nobody/predict')
  request.end(row(1))
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  expect(response.statusCode).toBe(404)
  expect(await read(response)).toMatchObject([{ error: { code: 'MODEL_NOT_FOUND' } }])
})

test('a client that goes away drops what waits, and others are answered', async () => {
  const request = post('/v1/models/acme.slow/inference')
  request.write(Array.from({ length: 60 }, () => '{"inputs": [1]}\n').join(''))
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  await once(response, 'data')
  request.destroy()
  await serving.message('report', ({ queueLength }) => queueLength === 0)
  const answer = await serving.call('/v1/models/acme.linear/inference', { inputs: [1, 2, 3, 4] }, key)
  expect(answer.status).toBe(200)
})

/** Its answers one by one. */
async function answersOf(request: ReturnType<typeof post>) {
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  const lines = createInterface({ input: response })[Symbol.asyncIterator]()
  return async (): Promise<Line | null> => {
    const { value, done } = await lines.next()
    return done ? null : JSON.parse(value)
  }
}

test('a line over the limit is answered as one, before its end has come, and the rest of the batch goes on', async () => {
  const request = post('/v1/models/acme.linear/predict')
  request.write(`${row(1)}\n{"inputs": [`)
  const next = await answersOf(request)
  expect(await next()).toMatchObject({ index: 0, status: 200 })
  const megabyte = Buffer.alloc(1024 * 1024, '1')
  for (let sent = 0; sent <= 64; sent++) if (!request.write(megabyte)) await once(request, 'drain')
  expect(await next()).toMatchObject({ index: 1, status: 413, error: { code: 'PAYLOAD_TOO_LARGE' } })
  request.end(`]}\n${row(2)}\n`)
  expect(await next()).toMatchObject({ index: 2, status: 200 })
  expect(await next()).toBeNull()
})

test('where serving stops in the middle, what was begun is answered and the last line says where to go on', async () => {
  const { other, secret } = await another()
  const request = post('/v1/models/acme.linear/predict', other, secret)
  request.write(`${row(1)}\n${row(2)}\n`)
  const next = await answersOf(request)
  const both = [await next(), await next()]
  expect(both.map((line) => line?.status)).toEqual([200, 200])
  const ended = other.drain()
  expect(await next()).toMatchObject({ index: 2, status: 503, error: { code: 'SERVING_UNAVAILABLE' } })
  expect(await next()).toBeNull()
  expect(await ended).toBe(0)
})

test('a batch may be sent for longer than a request may, while its lines flow; where they stop, it is ended', async () => {
  const { other, secret } = await another({ requestSecondsMax: 1 })
  const request = post('/v1/models/acme.linear/predict', other, secret)
  request.write(`${row(0)}\n`)
  const next = await answersOf(request)
  const started = performance.now()
  let sent = 1
  for (; performance.now() - started < 3500; sent++) {
    expect(await next()).toMatchObject({ index: sent - 1, status: 200 })
    await new Promise((resolve) => setTimeout(resolve, 100))
    request.write(`${row(sent)}\n`)
  }
  expect(await next()).toMatchObject({ index: sent - 1, status: 200 })
  expect(await next()).toMatchObject({ index: sent, status: 400, error: { code: 'BAD_REQUEST' } })
  expect(await next()).toBeNull()
})

test('each line counts as a request of its key, and one that is refused is only its own', async () => {
  const { secret } = node.createKey(['infer'], null, 3)
  await serving.snapshot()
  const request = post('/v1/models/acme.linear/predict', serving, secret)
  request.end(Array.from({ length: 5 }, (_, at) => `${row(at)}\n`).join(''))
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  const lines = await read(response)
  expect(lines.map(({ status }) => status).sort()).toEqual([200, 200, 200, 429, 429])
})

test('a key that is revoked ends with the line in which that is known', async () => {
  const { secret, revoke } = node.createKey()
  await serving.snapshot()
  const request = post('/v1/models/acme.linear/predict', serving, secret)
  request.write(`${row(1)}\n`)
  const next = await answersOf(request)
  expect(await next()).toMatchObject({ index: 0, status: 200 })
  revoke()
  await serving.snapshot()
  request.end(`${row(2)}\n`)
  expect(await next()).toMatchObject({ index: 1, status: 401 })
})

test('each line that a version answered or refused leaves one record, under its own id', async () => {
  const { made, other, secret } = await another()
  const request = post('/v1/models/acme.linear/predict', other, secret)
  request.end(`${row(1)}\n${JSON.stringify({ inputs: ['no'] })}\n${row(3)}\n`)
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  const ids = (await read(response)).flatMap(({ id }) => id ?? [])
  expect(await other.drain()).toBe(0)
  const records = await recordsOf(made)
  expect(ids).toHaveLength(2)
  for (const id of ids)
    expect(records.filter((record) => record.id === id)).toMatchObject([{ status: 200, items: 1 }])
  expect(records.map(({ code }) => code).sort()).toEqual(['INPUT_INVALID', null, null])
})
