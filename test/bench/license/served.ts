/**
 * What a license costs a served request: the same model twice on one node, once the node's own work and once under a
 * license, asked in turns; the processor time of the serving process for each request, as Linux counts it.
 */
import { readFileSync } from 'node:fs'
import { cp, readFile as read, writeFile } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { join } from 'node:path'
import { pack } from '../../../src-main/package/archive/pack.ts'
import { readSource } from '../../../src-main/package/archive/read-source.ts'
import { foreignPackage } from '../../support/foreign-package.ts'
import { testIssuer } from '../../support/licenses.ts'
import { startWholeNode, type WholeNode } from '../../support/whole-node.ts'
import { median, type Part } from '../figures.ts'

const pairs = 20
/** Until the compiler has seen both paths: its threads count too, and it works once in a process's life. */
const warmRounds = 6
const each = 3000
const clients = 16
/** The index of calls follows twice a second: what it does for one side must not count for the other. */
const restMs = 1200
/** USER_HZ (time(7)): the unit of /proc/PID/stat on every Linux of today. */
const ticksPerSecond = 100

export const measureServed: Part = async (say) => {
  const outpost = await startWholeNode()
  try {
    const { own, licensed, key } = await bothServed(outpost)
    const pid = servingPid()
    const cpuOf = async (endpoint: string): Promise<number> => {
      const before = cpuSeconds(pid)
      await askAll(outpost, endpoint, key)
      await new Promise((resolve) => setTimeout(resolve, restMs))
      return ((cpuSeconds(pid) - before) * 1e6) / each
    }
    for (let round = 0; round < warmRounds; round++)
      for (const endpoint of [own, licensed]) await cpuOf(endpoint)
    const ratios: number[] = []
    const costs: number[] = []
    for (let pair = 0; pair < pairs; pair++) {
      const first = pair % 2 === 0 ? [own, licensed] : [licensed, own]
      const cost = new Map<string, number>()
      for (const endpoint of first) cost.set(endpoint, await cpuOf(endpoint))
      ratios.push((cost.get(licensed) ?? 0) / (cost.get(own) ?? 1))
      costs.push(cost.get(own) ?? 0)
    }
    say(`without a license ${median(costs).toFixed(0)} µs of processor a request`)
    return [
      {
        name: 'Processor time of a served request, with a license over without',
        value: median(ratios),
        unit: '×',
        target: { atMost: 1.02 },
        note: `${pairs} interleaved pairs of ${each} requests, median; without ${median(costs).toFixed(0)} µs`,
      },
    ]
  } finally {
    await outpost[Symbol.asyncDispose]()
  }
}

async function bothServed(outpost: WholeNode): Promise<{ own: string; licensed: string; key: string }> {
  const { client } = outpost
  const foreign = await foreignPackage('acme')
  const { name } = await client.publishers.own()
  const source = join(foreign.folder, 'own')
  await cp(foreign.source, source, { recursive: true })
  const file = join(source, 'outpost.json')
  const descriptor = JSON.parse(await read(file, 'utf8')) as Record<string, unknown>
  await writeFile(file, JSON.stringify({ ...descriptor, id: `${name}.cells` }))
  const path = join(foreign.folder, 'own.outpost')
  const signer = { publisher: name, privateKey: outpost.node.context.secrets.publisherKey() }
  await pack(await readSource(source), { output: path, signer })
  for (const one of [foreign.path, path]) {
    const { packageId, publisher } = await client.packages.inspect({
      handle: (await outpost.node.adopt(one)).handle,
    })
    const trust = publisher.fingerprint ?? ''
    const { jobId } = await client.packages.import({ packageId, ...(one === foreign.path && { trust }) })
    const { failure } = await outpost.ended(jobId)
    if (failure) throw new Error(`${failure.code}: ${failure.message}`)
  }
  await client.licenses.install({
    document: testIssuer('acme', foreign.privateKey).license({ exp: null }).text,
    acceptConflict: true,
  })
  for (const model of ['acme.cells', `${name}.cells`])
    await client.deployments.deploy({ model, version: '1.0.0' })
  const { secret } = await client.keys.create({ name: 'bench', scopes: ['infer'] })
  return { own: `${name}.cells`, licensed: 'acme.cells', key: secret }
}

const body = JSON.stringify({
  inputs: [
    { name: 'measurements', datatype: 'FP32', shape: [1, 10], data: Array.from({ length: 10 }, () => 1) },
  ],
})

async function askAll(outpost: WholeNode, endpoint: string, key: string): Promise<void> {
  const url = new URL(`${outpost.node.addresses().servingUrl}/v2/models/${endpoint}/infer`)
  const agent = new Agent({ keepAlive: true, maxSockets: clients })
  let left = each
  const one = () =>
    new Promise<void>((resolve, reject) => {
      const asked = request(
        url,
        {
          agent,
          method: 'POST',
          headers: {
            authorization: `Bearer ${key}`,
            'content-type': 'application/json',
            'content-length': body.length,
          },
        },
        (answer) => {
          answer.resume()
          answer.on('end', () =>
            answer.statusCode === 200 ? resolve() : reject(new Error(`answered ${answer.statusCode}`)),
          )
        },
      )
      asked.on('error', reject)
      asked.end(body)
    })
  const client = async () => {
    while (left-- > 0) await one()
  }
  await Promise.all(Array.from({ length: clients }, client))
  agent.destroy()
}

/** The only child of this process that serves. */
function servingPid(): number {
  const children = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8').trim().split(' ')
  const serving = children.find((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('serving'))
  if (serving === undefined) throw new Error('no child serves')
  return Number(serving)
}

/** Of user and system together (proc(5), fields 14 and 15). */
function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
}
