/** Traces of a whole node, received by a collector on node:http that reads OTLP's JSON (opentelemetry-proto, trace.proto). */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { temporaryNode } from '../../support/temporary-node.ts'

const value = z.object({ stringValue: z.string().optional(), intValue: z.coerce.number().optional() })
const attributes = z.array(z.object({ key: z.string(), value }))
const spanSchema = z.object({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().optional(),
  name: z.string(),
  kind: z.int(),
  startTimeUnixNano: z.coerce.bigint(),
  endTimeUnixNano: z.coerce.bigint(),
  attributes,
  status: z.object({ code: z.int().optional() }),
})
const exported = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes }),
      scopeSpans: z.array(z.object({ spans: z.array(spanSchema) })),
    }),
  ),
})

async function startCollector() {
  const bodies: string[] = []
  const paths = new Set<string>()
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      bodies.push(Buffer.concat(chunks).toString())
      paths.add(request.url ?? '')
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bodies,
    paths,
    spans: () =>
      bodies
        .flatMap((body) => exported.parse(JSON.parse(body)).resourceSpans)
        .flatMap(({ scopeSpans }) => scopeSpans)
        .flatMap(({ spans }) => spans),
    close: () => {
      server.closeAllConnections()
      return new Promise<void>((resolve) => void server.close(() => resolve()))
    },
  }
}

const read = (span: z.infer<typeof spanSchema>): Record<string, string | number | undefined> =>
  Object.fromEntries(
    span.attributes.map(({ key, value: { stringValue, intValue } }) => [key, stringValue ?? intValue]),
  )

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
const parentId = '00f067aa0ba902b7'

test('a request is a span of the client trace, with its queue, run and record, and without what was asked', async () => {
  const collector = await startCollector()
  onTestFinished(collector.close)
  const whole = await temporaryNode({ otelEndpoint: collector.url })
  await whole.ended((await whole.client.system.installSamples()).jobId)
  const { secret } = await whole.client.keys.create({ name: 'tracer', scopes: ['infer'] })
  const url = `${whole.node.addresses().servingUrl}/v1/models/samples.debian-sections/predict`
  const send = (authorization: string) =>
    fetch(url, {
      method: 'POST',
      headers: {
        authorization,
        'content-type': 'application/json',
        traceparent: `00-${traceId}-${parentId}-01`,
      },
      body: JSON.stringify({ inputs: ['a very secret chess game'] }),
    })
  const answer = await send(`Bearer ${secret}`)
  expect(answer.status).toBe(200)
  expect((await send('Bearer wrong')).status).toBe(401)
  const lines = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/x-ndjson' },
    body: '{"inputs": "a game"}\n{"inputs": 1}\n',
  })
  await lines.text()
  await whole.stop() // sends what waits
  while (collector.spans().filter(({ name }) => name === 'line').length < 2) await pause(100)

  const spans = collector.spans().filter((span) => span.traceId === traceId)
  const root = spans.find((span) => span.kind === 2 && read(span)['http.response.status_code'] === 200)
  expect(root).toMatchObject({ name: 'POST /v1/models/{id}/predict', parentSpanId: parentId })
  if (!root) throw new Error('there is no span of the request')
  expect(read(root)).toMatchObject({
    'http.request.method': 'POST',
    'http.route': '/v1/models/{id}/predict',
    'url.path': '/v1/models/samples.debian-sections/predict',
    'url.scheme': 'http',
    'outpost.model.id': 'samples.debian-sections',
    'outpost.model.version': answer.headers.get('outpost-version'),
    'outpost.model.digest': answer.headers.get('outpost-digest'),
    'outpost.endpoint': 'samples.debian-sections',
    'outpost.rule': 'endpoint default',
    'outpost.batch.size': 1,
    'outpost.request.id': answer.headers.get('x-request-id'),
  })
  const inside = spans.filter((span) => span.parentSpanId === root.spanId)
  expect(inside.map(({ name }) => name).sort()).toEqual(['compute', 'queue', 'usage record'])
  for (const span of inside) {
    expect(span.startTimeUnixNano).toBeGreaterThanOrEqual(root.startTimeUnixNano)
    expect(span.endTimeUnixNano).toBeLessThanOrEqual(root.endTimeUnixNano)
  }
  expect(spans.some((span) => read(span)['http.response.status_code'] === 401)).toBe(true)
  const each = collector.spans().filter(({ name }) => name === 'line')
  expect(each.map((span) => read(span)['http.response.status_code']).sort()).toEqual([200, 400])
  const answered = each.find((span) => read(span)['http.response.status_code'] === 200)
  const within = collector.spans().filter(({ parentSpanId }) => parentSpanId === answered?.spanId)
  expect(within.map(({ name }) => name).sort()).toEqual(['compute', 'queue', 'usage record'])
  expect([...collector.paths]).toEqual(['/v1/traces'])
  expect(collector.bodies.join()).not.toContain('chess')
  expect(collector.bodies.join()).not.toContain(secret)
})
