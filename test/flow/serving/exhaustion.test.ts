/** What runs out: room for usage records, address space, connections. What can go on does, and nothing is lost. */
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { beforeEach, expect, test } from 'vitest'
import { verifyUsage } from '../../../src-main/metering/verify-usage.ts'
import { greedyModel, linearModel } from '../../support/served-models.ts'
import { type ServingNode, usageKey } from '../../support/serving-node.ts'
import { canMountSmallDisk } from '../../support/small-disk.ts'
import { temporaryServingNode } from '../../support/temporary-node.ts'

const path = '/v1/models/acme.linear/inference'
const body = { inputs: [1, 2, 3, 4] }
let node: ServingNode
let key: string

beforeEach(async () => {
  node = await temporaryServingNode()
  key = node.createKey().secret
  await node.serve('acme.linear', linearModel(4, 3))
})

test.skipIf(!canMountSmallDisk)(
  'a disk without room for the usage record: refused, not answered for nothing; with room it goes on',
  async () => {
    const mount = (...args: string[]) => execFileSync('mount', args)
    mount('-t', 'tmpfs', '-o', 'size=64k', 'none', node.paths.usage)
    try {
      const serving = await node.start()
      let answered = 0
      const ask = async () => {
        const { status, headers } = await serving.call(path, body, key)
        if (status === 200) answered += 1
        return { status, code: headers.get('outpost-error'), again: headers.get('retry-after') }
      }
      let last = await ask()
      for (let left = 5000; left > 0 && last.status === 200; left -= 1) last = await ask()
      expect(last).toMatchObject({ status: 503, code: 'METER_UNAVAILABLE', again: expect.any(String) })
      expect((await ask()).status).toBe(503)
      mount('-o', 'remount,size=4m', node.paths.usage)
      expect((await ask()).status).toBe(200)
      await serving.drain()
      const verified = await verifyUsage(node.paths.usage, Buffer.from(usageKey, 'hex'))
      expect(verified).toMatchObject({ intact: true, problem: null, records: answered })
    } finally {
      execFileSync('umount', ['-l', node.paths.usage])
    }
  },
)

const addressSpace = (pid: number): number =>
  Number(/^VmSize:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024

test.skipIf(process.platform !== 'linux')(
  'a model that wants more memory than there may be fails alone, again and again',
  async () => {
    await node.serve('acme.greedy', greedyModel())
    const serving = await node.start()
    const { pid = 0 } = serving
    expect((await serving.call(path, body, key)).status).toBe(200)
    const limit = addressSpace(pid) + 4 * 2 ** 30
    execFileSync('prlimit', ['--pid', String(pid), `--as=${limit}:${limit}`])
    const greedy = (side: number) =>
      serving.call(
        '/v2/models/acme.greedy/infer',
        { inputs: [{ name: 'x', datatype: 'INT64', shape: [2], data: [side, side] }] },
        key,
      )
    expect((await greedy(10)).status).toBe(200)
    for (let times = 0; times < 5; times += 1) {
      const [refused, other] = await Promise.all([greedy(100_000), serving.call(path, body, key)])
      expect([refused.status, refused.headers.get('outpost-error')]).toEqual([500, 'ENGINE_FAILED'])
      expect(other.status).toBe(200)
    }
    expect((await greedy(10)).status).toBe(200)
  },
)

const connectionsWanted = 10_000
const filesMax = Number(
  execFileSync('sh', ['-c', 'ulimit -Hn']).toString().trim().replace('unlimited', 'Infinity'),
)

test.skipIf(filesMax < connectionsWanted + 2000)(
  'ten thousand connections at once: each is answered, so are others, and all are given back',
  async () => {
    const serving = await node.start()
    const open = async (): Promise<Socket> => {
      const socket = connect(serving.port, '127.0.0.1')
      await once(socket, 'connect')
      socket.write('GET /v2/health/live HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n')
      const [answer] = await once(socket, 'data')
      expect(String(answer)).toContain('200 OK')
      return socket
    }
    const sockets: Socket[] = []
    while (sockets.length < connectionsWanted)
      sockets.push(...(await Promise.all(Array.from({ length: 500 }, open))))
    const files = () => readdirSync(`/proc/${serving.pid}/fd`).length
    expect(files()).toBeGreaterThan(connectionsWanted)
    const answers = await Promise.all(Array.from({ length: 20 }, () => serving.call(path, body, key)))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    for (const socket of sockets) socket.destroy()
    await expect.poll(files).toBeLessThan(500)
    expect((await serving.call(path, body, key)).status).toBe(200)
  },
)
