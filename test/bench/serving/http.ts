/**
 * Serving over HTTP with everything on that a licensee's call passes: key, license, routing, the count of its quota,
 * queue, usage record, receipt. Beside it, in turns, an echo of the same bytes and a plain server; ratios alone are worth
 * reading on a shared machine.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Figure, median } from '../figures.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { benchEngine } from './bench-engine.ts'
import { binaryBody, load, request } from './http-load.ts'
import { createLicensedNode } from './licensed-node.ts'
import type { LoadResult } from './load-client.ts'
import { perceptron, perceptronGraph, rowOf } from './models.ts'

const windowMs = 700
/** Each pair is measured in turns so often, and the middle one counts. */
const turns = 3

const script = (name: string) => join(import.meta.dirname, `${name}.ts`)
const quiet = { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] } as const

async function startBeside(kind: 'echo' | 'plain', argument: string) {
  const child = fork(script('plain-server'), [kind, argument], { ...quiet, stdio: [...quiet.stdio] })
  const [{ port }] = (await once(child, 'message')) as [{ port: number }]
  return { port, end: () => child.kill() }
}

const jsonBody = (width: number): Buffer =>
  Buffer.from(
    JSON.stringify({
      inputs: [{ name: 'x', shape: [1, width], datatype: 'FP32', data: new Array<number>(width).fill(0.5) }],
    }),
  )

const models = { small: [64, 128, 10], large: [256, 1024, 1024, 10] }

async function startNode() {
  const node = await createLicensedNode()
  for (const [name, layers] of Object.entries(models)) {
    const model = `acme.${name}`
    const graph = perceptronGraph(layers)
    const onnx = perceptron(layers)
    // As after a validation: its threads are chosen by measuring, as those of every version that is imported.
    node.deploy(name, model, await node.register({ model, version: '1.0.0', onnx, graph, validated: true }))
  }
  const key = node.createKey().secret
  const serving = await node.start()
  await serving.message('report', ({ deployments }) => deployments.every(({ state }) => state === 'ready'))
  const authorization = `Bearer ${key}`
  return {
    port: serving.port,
    binary: (name: keyof typeof models) => {
      const { body, headBytes } = binaryBody([1, models[name][0] ?? 0])
      const headers = { authorization, 'inference-header-content-length': headBytes }
      return request(`/v2/models/${name}/infer`, headers, body)
    },
    json: (name: keyof typeof models) =>
      request(
        `/v2/models/${name}/infer`,
        { authorization, 'content-type': 'application/json' },
        jsonBody(models[name][0] ?? 0),
      ),
    end: node.remove,
  }
}

/** Microseconds of one run in this process's own engine thread, without anything before or after it. */
async function rawRunUs(layers: readonly number[]): Promise<number> {
  const { engine, source } = benchEngine(1)
  const loaded = await engine.load('raw', source('raw', perceptron(layers)), { executionProvider: 'cpu' })
  const times: number[] = []
  for (let at = 0; at < 3000; at++)
    times.push((await engine.run('raw', rowOf(layers[0] ?? 0), null)).computeMs * 1000)
  await engine.close()
  return loaded ? median(times.slice(500)) : Number.NaN
}

interface Way {
  port: number
  request: string
}

/** The middle of the ratios of neighbours, so that a busy moment strikes both. */
async function beside(ours: Way, theirs: Way, connections: number) {
  const pairs: { ours: LoadResult; theirs: LoadResult }[] = []
  for (let turn = 0; turn < turns; turn++) {
    const first = await load({ ...theirs, connections, windowMs })
    pairs.push({ theirs: first, ours: await load({ ...ours, connections, windowMs }) })
  }
  const byRatio = pairs.toSorted((a, b) => a.ours.rate / a.theirs.rate - b.ours.rate / b.theirs.rate)
  return byRatio[Math.floor(turns / 2)] as (typeof pairs)[number]
}

export async function measureHttp(say: (line: string) => void): Promise<Figure[]> {
  const folder = temporaryFolder()
  const largePath = join(folder, 'large.onnx')
  writeFileSync(largePath, perceptron(models.large))
  const node = await startNode()
  const echo = await startBeside('echo', '')
  const plain = await startBeside('plain', largePath)
  const figures: Figure[] = []
  const echoWay = { port: echo.port, request: node.binary('small') }
  const plainWay = {
    port: plain.port,
    request: request('/infer', { 'content-type': 'application/json' }, jsonBody(models.large[0] ?? 0)),
  }
  const ratio = (name: string, pair: { ours: LoadResult; theirs: LoadResult }, atLeast: number): Figure => ({
    name,
    value: pair.ours.rate / pair.theirs.rate,
    unit: '×',
    target: { atLeast },
    note: `${Math.round(pair.ours.rate)}/s, p99 ${(pair.ours.p99Us / 1000).toFixed(2)} ms; beside ${Math.round(pair.theirs.rate)}/s, ${(pair.theirs.p99Us / 1000).toFixed(2)} ms`,
  })
  try {
    say('  one client')
    const raw = await rawRunUs(models.small)
    const one = await beside({ port: node.port, request: node.binary('small') }, echoWay, 1)
    figures.push({
      name: 'MLP 64-128-10, one client, bytes: p50 above an echo and a raw run',
      value: one.ours.p50Us - one.theirs.p50Us - raw,
      unit: 'µs',
      target: { atMost: 60 },
      note: `${Math.round(one.ours.p50Us)} µs; echo ${Math.round(one.theirs.p50Us)}, run ${Math.round(raw)}`,
    })
    say('  64 clients beside an echo')
    const small = await beside({ port: node.port, request: node.binary('small') }, echoWay, 64)
    figures.push(ratio('MLP 64-128-10, 64 clients, bytes: rate over an echo', small, 0.7))
    for (const [clients, atLeast] of [
      [64, 6],
      [16, 3],
      [1, 1],
    ] as const) {
      say(`  ${clients} clients beside a plain server`)
      const pair = await beside({ port: node.port, request: node.binary('large') }, plainWay, clients)
      figures.push(
        ratio(`MLP 256-1024-1024-10, ${clients} clients, bytes: rate over a plain server`, pair, atLeast),
      )
    }
    say('  64 clients, JSON')
    const json = await beside({ port: node.port, request: node.json('large') }, plainWay, 64)
    figures.push(ratio('MLP 256-1024-1024-10, 64 clients, JSON: rate over a plain server', json, 3))
  } finally {
    echo.end()
    plain.end()
    await node.end()
  }
  return figures
}
