/**
 * What a license costs a served request: the same model twice in one serving process, once the node's own work and once
 * under a license that counts and asks for its attribution, asked in turns; the processor time of the process for each
 * answer, as Linux counts it. Of a model that takes next to nothing, and of one whose run is most of a request.
 */
import { readFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { type Figure, median, type Part } from '../figures.ts'
import { load, request } from '../serving/http-load.ts'
import { createLicensedNode } from '../serving/licensed-node.ts'
import { perceptron, perceptronGraph } from '../serving/models.ts'

const pairs = 20
/** Until the compiler has seen both paths: its threads count too, and it works once in a process's life. */
const warmRounds = 6
const connections = 16
const windowMs = 120
/** The index of calls follows twice a second: what it does for one side must not count for the other. */
const restMs = 1100
/** USER_HZ (time(7)): the unit of /proc/PID/stat on every Linux of today. */
const ticksPerSecond = 100

export const measureServed: Part = async (say) => [
  await measure(say, [64, 128, 10]),
  await measure(say, [256, 1024, 1024, 10]),
]

async function measure(say: (line: string) => void, layers: readonly number[]): Promise<Figure> {
  const name = `MLP ${layers.join('-')}`
  const node = await createLicensedNode('DEVELOPER')
  try {
    const files = {
      version: '1.0.0',
      onnx: perceptron(layers),
      graph: perceptronGraph(layers),
      validated: true,
    }
    node.deploy('own', 'test.own', await node.registerOwn({ model: 'test.own', ...files }))
    node.deploy('licensed', 'acme.licensed', await node.register({ model: 'acme.licensed', ...files }))
    const key = node.createKey().secret
    const serving = await node.start()
    await serving.message('report', ({ deployments }) => deployments.every(({ state }) => state === 'ready'))
    const data = new Array<number>(layers[0] ?? 0).fill(0.5)
    const body = Buffer.from(
      JSON.stringify({ inputs: [{ name: 'x', shape: [1, data.length], datatype: 'FP32', data }] }),
    )
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
    const costOf = async (endpoint: string): Promise<number> => {
      const before = cpuSeconds(serving.pid)
      const sent = request(`/v2/models/${endpoint}/infer`, headers, body)
      const { answers } = await load({ port: serving.port, request: sent, connections, windowMs })
      await setTimeout(restMs)
      return ((cpuSeconds(serving.pid) - before) * 1e6) / answers
    }
    for (let round = 0; round < warmRounds; round++)
      for (const endpoint of ['own', 'licensed']) await costOf(endpoint)
    const costs: Array<{ own: number; licensed: number }> = []
    for (let pair = 0; pair < pairs; pair++) {
      if (pair % 5 === 0) say(`  ${name}, pair ${pair + 1} of ${pairs}`)
      const first = pair % 2 === 0 ? await costOf('own') : Number.NaN
      const licensed = await costOf('licensed')
      costs.push({ own: pair % 2 === 0 ? first : await costOf('own'), licensed })
    }
    return {
      name: `Processor time of a served request of ${name}, with a license over without`,
      value: median(costs.map(({ own, licensed }) => licensed / own)),
      unit: '×',
      target: { atMost: 1.02 },
      note: `${pairs} interleaved pairs, median; ${median(costs.map(({ licensed }) => licensed)).toFixed(1)} and ${median(costs.map(({ own }) => own)).toFixed(1)} µs`,
    }
  } finally {
    await node.remove()
  }
}

/** Of user and system together (proc(5), fields 14 and 15). */
function cpuSeconds(pid: number | undefined): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
}
