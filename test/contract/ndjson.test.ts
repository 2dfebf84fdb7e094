/** Long batches by /v1 as lines of JSON: each answered as soon as it is done, each on its own. */
import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { linearGraph, linearModel, slowModel } from '../support/served-models.ts'
import type { ServingProcess } from '../support/serving-child.ts'
import { createServingNode, type ServingNode } from '../support/serving-node.ts'

let node: ServingNode
let serving: ServingProcess
let key: string

beforeAll(async () => {
  node = await createServingNode()
  const deploy = async (model: string, onnx: Buffer, more = {}) =>
    node.deploy(model, model, await node.register({ model, version: '1.0.0', onnx, ...more }))
  await deploy('acme.linear', linearModel(4, 3), { graph: linearGraph(4, 3) })
  await deploy('acme.slow', slowModel(100))
  key = node.createKey().secret
  serving = await node.start()
}, 60_000)
afterAll(() => node.remove())

interface Line {
  index: number
  status: number
  id?: string
  outputs?: unknown
  error?: { code: string }
}

function post(path: string) {
  const request = httpRequest(`${serving.url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/x-ndjson' },
  })
  request.on('error', () => undefined) // of a client that goes away
  return request
}
const row = (first: number) => JSON.stringify({ inputs: [first, 2, 3, 4] })

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
