/** Changes under load: an endpoint's routes a hundred times, its models loaded anew twenty times; no request may fail. */
import type { Figure } from '../figures.ts'
import { binaryBody, request, startLoad } from './http-load.ts'
import { createLicensedNode } from './licensed-node.ts'
import { perceptron, perceptronGraph } from './models.ts'

const layers = [64, 128, 10]
const changes = 100
const reloads = 20
const requestsMin = 100_000
const model = 'acme.small'
const endpoint = 'small'

async function startNode() {
  const node = await createLicensedNode()
  const register = (version: string) =>
    node.register({
      model,
      version,
      onnx: perceptron(layers),
      graph: perceptronGraph(layers),
      validated: true,
    })
  node.deploy(endpoint, model, await register('1.0.0'))
  const candidate = await register('1.1.0')
  node.introduce(endpoint, candidate, 'candidate', [])
  const key = node.createKey().secret
  const serving = await node.start()
  await serving.message('report', ({ deployments }) => deployments.every(({ state }) => state === 'ready'))
  const { body, headBytes } = binaryBody([1, 64])
  const headers = { authorization: `Bearer ${key}`, 'inference-header-content-length': headBytes }
  return { node, candidate, serving, request: request(`/v2/models/${endpoint}/infer`, headers, body) }
}

export async function measureChanges(say: (line: string) => void): Promise<Figure[]> {
  const { node, candidate, serving, request: sent } = await startNode()
  try {
    const task = { port: serving.port, request: sent, connections: 32, windowMs: 500, untilStopped: true }
    const load = startLoad(task)
    const before = serving.reports().at(-1)?.requestsTotal ?? 0
    for (let change = 0; change < changes; change++) {
      if (change % 20 === 0) say(`  change ${change} of ${changes}`)
      const share = ((change * 37) % 100) * 100
      node.introduce(endpoint, candidate, 'candidate', share === 0 ? [] : [[0, share]])
      if (change % (changes / reloads) === 0)
        node.setHosting(endpoint, { maxBatchSize: 32 + ((change / (changes / reloads)) % 2) })
      await serving.snapshot()
    }
    await serving.message('report', ({ requestsTotal }) => requestsTotal - before >= requestsMin)
    load.stop()
    const { answers, failures } = await load.result
    return [
      {
        name: `requests that failed while ${changes} changes of routes and ${reloads} reloads went on`,
        value: failures,
        unit: `of ${answers}`,
        target: { atMost: 0 },
      },
    ]
  } finally {
    await node.remove()
  }
}
