/** Ten minutes at full load: what they leave behind in the memory of the serving process. */
import { type Figure, mebibyte, percentile } from '../figures.ts'
import { binaryBody, request, startLoad } from './http-load.ts'
import { createLicensedNode } from './licensed-node.ts'
import { perceptron, perceptronGraph } from './models.ts'

const layers = [64, 128, 10]
const minutes = 10
const warmUpMinutes = 1
/** Garbage comes and goes: what stays is near the lowest of a minute. */
const floor = 0.1
const model = 'acme.small'

export async function measureSoak(say: (line: string) => void): Promise<Figure[]> {
  const node = await createLicensedNode()
  try {
    const graph = perceptronGraph(layers)
    const onnx = perceptron(layers)
    node.deploy(model, model, await node.register({ model, version: '1.0.0', onnx, graph, validated: true }))
    const key = node.createKey().secret
    const serving = await node.start()
    await serving.message('report', ({ deployments }) => deployments.every(({ state }) => state === 'ready'))
    const { body, headBytes } = binaryBody([1, 64])
    const headers = { authorization: `Bearer ${key}`, 'inference-header-content-length': headBytes }
    const load = startLoad({
      port: serving.port,
      request: request(`/v2/models/${model}/infer`, headers, body),
      connections: 64,
      windowMs: 1000,
      untilStopped: true,
    })
    for (let minute = 0; minute < warmUpMinutes + minutes; minute++) {
      say(`  minute ${minute + 1} of ${warmUpMinutes + minutes}`)
      await new Promise((resolve) => setTimeout(resolve, 60_000))
    }
    load.stop()
    const { answers, failures } = await load.result
    const sizes = serving.reports().map(({ memoryBytes }) => memoryBytes / mebibyte)
    const before = percentile(sizes.slice(warmUpMinutes * 60, (warmUpMinutes + 1) * 60), floor)
    const after = percentile(sizes.slice(-60), floor)
    const byMinute = Array.from({ length: warmUpMinutes + minutes }, (_, minute) =>
      percentile(sizes.slice(minute * 60, (minute + 1) * 60), floor).toFixed(0),
    )
    return [
      {
        name: `growth over ${minutes} minutes at full load`,
        value: (after / before - 1) * 100,
        unit: '%',
        target: { atMost: 5 },
        note: `by minute ${byMinute.join(', ')} MiB; ${failures} of ${answers} requests failed`,
      },
    ]
  } finally {
    await node.remove()
  }
}
