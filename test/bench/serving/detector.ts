/** A real detector, 0.92 MB a request: what HTTP leaves of the rate that the engine threads reach without a server. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Tensor } from '../../../src-main/base/tensors.ts'
import { inspectOnnx } from '../../../src-main/package/onnx/inspect-onnx.ts'
import { type Figure, median } from '../figures.ts'
import { benchEngine } from './bench-engine.ts'
import { binaryBody, load, request } from './http-load.ts'
import { createLicensedNode } from './licensed-node.ts'

const file = join(import.meta.dirname, '../../../../shared/data/models/ultraface-rfb-320.onnx')
const callers = 4
const windowMs = 2500
const turns = 3
const model = 'acme.detector'

async function serve() {
  const node = await createLicensedNode()
  const graph = await inspectOnnx(file)
  const onnx = readFileSync(file)
  node.deploy(model, model, await node.register({ model, version: '1.0.0', onnx, graph, validated: true }))
  const key = node.createKey().secret
  const serving = await node.start()
  const { deployments } = await serving.message('report', (report) =>
    report.deployments.every(({ state }) => state === 'ready'),
  )
  const [input] = graph.inputs
  const shape = (input?.shape ?? []).map((size) => (size === -1 ? 1 : size))
  const { body, headBytes } = binaryBody(shape, input?.name)
  const headers = { authorization: `Bearer ${key}`, 'inference-header-content-length': headBytes }
  return {
    node,
    port: serving.port,
    sent: request(`/v2/models/${model}/infer`, headers, body),
    tensor: { name: input?.name ?? '', shape },
    hosting: deployments[0]?.hosting,
  }
}

/** Runs a second of as many callers, in this process and its engine thread. */
async function rawRate(
  engine: ReturnType<typeof benchEngine>['engine'],
  { name, shape }: Pick<Tensor, 'name' | 'shape'>,
): Promise<number> {
  const count = shape.reduce((product, size) => product * size, 1)
  const until = performance.now() + windowMs
  let runs = 0
  const caller = async () => {
    while (performance.now() < until) {
      await engine.run(
        'raw',
        [{ name, datatype: 'FP32', shape, data: new Float32Array(count).fill(0.5) }],
        null,
      )
      runs += 1
    }
  }
  await Promise.all(Array.from({ length: callers }, caller))
  return (runs / windowMs) * 1000
}

export async function measureDetector(say: (line: string) => void): Promise<Figure[]> {
  if (!existsSync(file)) {
    say('  the detector is not at hand')
    return []
  }
  const { node, port, sent, tensor, hosting } = await serve()
  const { engine, source } = benchEngine(1)
  try {
    await engine.load('raw', source('raw', readFileSync(file)), {
      executionProvider: 'cpu',
      intraOpThreads: hosting?.intraOpThreads ?? 1,
      spinning: hosting?.spinning ?? false,
    })
    const pairs: { raw: number; http: number }[] = []
    for (let turn = 0; turn < turns; turn++) {
      say(`  turn ${turn + 1} of ${turns}`)
      const raw = await rawRate(engine, tensor)
      const { rate } = await load({ port, request: sent, connections: callers, windowMs })
      pairs.push({ raw, http: rate })
    }
    return [
      {
        name: `face detector, ${callers} clients, bytes: rate over the engine thread's alone`,
        value: median(pairs.map(({ raw, http }) => http / raw)),
        unit: '×',
        target: { atLeast: 0.85 },
        note: `${pairs.map(({ raw, http }) => `${http.toFixed(0)}/s beside ${raw.toFixed(0)}/s`).join(', ')}; ${hosting?.intraOpThreads} threads`,
      },
    ]
  } finally {
    await engine.close()
    await node.remove()
  }
}
