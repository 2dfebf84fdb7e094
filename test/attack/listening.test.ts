/** Case 70: where a node listens: on this machine alone unless it was told otherwise, and never in the clear beyond it. */
import { once } from 'node:events'
import { readdir, readFile, readlink } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { Agent, get } from 'node:https'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { NodeConfig } from '../../src-main/node.ts'
import { startHeadless } from '../support/headless-process.ts'
import { selfSigned } from '../support/self-signed.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { temporaryNode } from '../support/temporary-node.ts'
import { localListen, localServing, localServingAndGrpc, startWholeNode } from '../support/whole-node.ts'

test('70: a node that nobody told otherwise listens on this machine alone, on every port that it has', async () => {
  const node = await startHeadless(join(temporaryFolder(), 'data'))
  try {
    for (const address of [node.url, node.servingUrl, `http://${node.grpcAddress}`])
      expect(['127.0.0.1', '[::1]']).toContain(new URL(address).hostname)
    if (process.platform === 'linux') expect(await listenersOf(node.child.pid ?? 0)).toEqual(['127.0.0.1'])
    // Whoever reaches it has to say who they are, also from this machine.
    expect((await fetch(`${node.url}/api/models`)).status).toBe(401)
    expect((await fetch(`${node.servingUrl}/v1/models`)).status).toBe(401)
  } finally {
    await node.end('SIGTERM')
  }
})

/** The addresses on which a process and its children listen, as Linux lists them. */
async function listenersOf(pid: number): Promise<string[]> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')
  const pids = [pid, ...children.trim().split(' ').filter(Boolean).map(Number)]
  const sockets = new Set<string>()
  for (const one of pids) {
    for (const fd of await readdir(`/proc/${one}/fd`)) {
      const target = await readlink(`/proc/${one}/fd/${fd}`).catch(() => '')
      const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1]
      if (inode) sockets.add(inode)
    }
  }
  const found = new Set<string>()
  for (const file of ['tcp', 'tcp6']) {
    const lines = (await readFile(`/proc/${pid}/net/${file}`, 'utf8')).trim().split('\n').slice(1)
    for (const line of lines) {
      const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/)
      if (state !== '0A' || !sockets.has(inode)) continue
      const bytes = Buffer.from(local.split(':')[0] ?? '', 'hex').reverse()
      found.add(file === 'tcp' ? bytes.join('.') : local)
    }
  }
  return [...found]
}

test('70: an address that others reach is refused without TLS, however it is written', async () => {
  const tls = selfSigned()
  const addresses = [
    '0.0.0.0',
    '::',
    '[::]',
    '',
    '0',
    '0x0',
    '00.0.0.0',
    '::ffff:0.0.0.0',
    '192.168.1.10',
    '10.0.0.1',
    'outpost.local',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    '127.0.0.1 ',
    '127.999.0.1',
    'fe80::1',
  ]
  const attempt = async (config: Partial<NodeConfig>): Promise<string> => {
    try {
      const node = await startWholeNode({ serving: null, ...config })
      await node[Symbol.asyncDispose]()
      return 'listens'
    } catch (error) {
      return String((error as { code?: string }).code)
    }
  }
  const found: Record<string, string[]> = {}
  for (const host of addresses)
    found[host] = [
      await attempt({ listen: { ...localListen, host } }),
      await attempt({
        serving: { ...localServingAndGrpc, host },
      }),
    ]
  expect(found).toEqual(
    Object.fromEntries(addresses.map((host) => [host, ['BIND_INSECURE', 'BIND_INSECURE']])),
  )

  const started = startHeadless(temporaryFolder(), [
    '--port',
    '0',
    '--serving-port',
    '0',
    '--host',
    '0.0.0.0',
    '--no-samples',
  ])
  await expect(started).rejects.toThrow(/BIND_INSECURE/)

  // With TLS it listens, and still answers nobody who has no key.
  const node = await temporaryNode({
    listen: { ...localListen, host: '0.0.0.0', tls },
    serving: { ...localServing, host: '0.0.0.0', tls },
  })
  const { controlUrl, servingUrl } = node.node.addresses()
  const agent = new Agent({ ca: tls.cert, checkServerIdentity: () => undefined })
  for (const url of [`${controlUrl}/api/models`, `${servingUrl}/v1/models`]) {
    const asked = get(url, { agent })
    const [answer] = (await once(asked, 'response')) as [IncomingMessage]
    answer.resume()
    expect([url, answer.statusCode]).toEqual([url, 401])
  }
})
