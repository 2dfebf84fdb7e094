/**
 * Cases 67, 81 and 82 as far as they can be tried today (README.md says what they wait for): whom a node can be made to
 * ask, programs that are older than their data, and what the packaged app is made with.
 */

import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { FuseV1Options } from '@electron/fuses'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, expect, test } from 'vitest'
import config, { fuses } from '../../electron-builder.config.ts'
import { asOwner, refusalOf } from '../support/handed-over.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { temporaryNode } from '../support/temporary-node.ts'
import { startWholeNode, type WholeNode } from '../support/whole-node.ts'

let outpost: WholeNode
/** Where nobody should come: it sends whoever asks on to somewhere else. */
let stranger: Server
let asked: string[] = []
beforeAll(async () => {
  outpost = await startWholeNode({ serving: null })
  stranger = createServer((request, response) => {
    asked.push(request.url ?? '')
    response.writeHead(307, { location: 'http://127.0.0.1:1/secret' }).end()
  })
  stranger.listen(0, '127.0.0.1')
  await once(stranger, 'listening')
})
afterAll(async () => {
  stranger.close()
  await outpost[Symbol.asyncDispose]()
})

test('67, in part: nothing that is imported, packed or asked for takes an address to fetch it from', async () => {
  interface Schema {
    properties?: Record<string, unknown>
  }
  const document = (await (await asOwner(outpost, '/api/openapi.json')).json()) as {
    paths: Record<string, Record<string, { requestBody?: { content?: Record<string, { schema?: Schema }> } }>>
  }
  const takers: string[] = []
  for (const [path, methods] of Object.entries(document.paths))
    for (const { requestBody } of Object.values(methods))
      for (const { schema } of Object.values(requestBody?.content ?? {}))
        for (const name of Object.keys(schema?.properties ?? {}))
          if (/url|uri|href|address|host|origin|mirror|proxy/i.test(name)) takers.push(`${path} ${name}`)
  // An administrator names whom the node calls: engines and webhooks, and neither is a place that models come from.
  expect([...new Set(takers)].sort()).toEqual(['/engines url', '/engines/{name} url', '/webhooks url'])
})

test('67, in part: an address that an administrator names leads to no secrets of a cloud, and no further', async () => {
  const { port } = stranger.address() as AddressInfo
  const add = (url: string) => refusalOf(outpost.client.engines.add({ name: 'box', url, model: 'x' }))
  for (const url of [
    'http://169.254.169.254/latest/meta-data',
    'http://[fd00:ec2::254]/latest',
    'http://100.100.100.200/',
    'file:///etc/passwd',
    'gopher://127.0.0.1:70/',
    'http://user:password@127.0.0.1/',
    'https://models.acme.example/?to=http://169.254.169.254/',
    'http://models.acme.example/',
  ])
    expect([url, await add(url)]).toEqual([url, expect.stringMatching(/^(REMOTE_ADDRESS|BAD_REQUEST)$/)])
  asked = []
  expect(await add(`http://127.0.0.1:${port}`)).toBe('accepted')
  await outpost.client.engines.test({ name: 'box' }).catch(() => undefined)
  expect(asked.length).toBeGreaterThan(0)
  expect(asked.filter((path) => path.includes('secret'))).toEqual([])
})

test('81, in part: a program that is older than its data changes nothing of it', async () => {
  const dataDirectory = join(temporaryFolder(), 'data')
  const first = await temporaryNode({ serving: null, dataDirectory })
  await first.stop()
  const file = join(dataDirectory, 'node.db')
  const db = new Database(file)
  const version = db.pragma('user_version', { simple: true }) as number
  db.pragma(`user_version = ${version + 1}`)
  db.close()
  await expect(startWholeNode({ serving: null, dataDirectory })).rejects.toMatchObject({
    code: 'DATA_DIR_NEWER',
  })
  const after = new Database(file, { readonly: true })
  expect(after.pragma('user_version', { simple: true })).toBe(version + 1)
  after.close()
})

test('81, in part: the app looks for no updates, so there is none to be forged or held back', () => {
  expect(config.publish ?? null).toBeNull()
})

test('82, in part: the packaged app is made to be no Node.js, whatever its environment says', () => {
  const off = [
    FuseV1Options.RunAsNode,
    FuseV1Options.EnableNodeOptionsEnvironmentVariable,
    FuseV1Options.EnableNodeCliInspectArguments,
    FuseV1Options.GrantFileProtocolExtraPrivileges,
    FuseV1Options.LoadBrowserProcessSpecificV8Snapshot,
  ]
  const on = [
    FuseV1Options.EnableEmbeddedAsarIntegrityValidation,
    FuseV1Options.OnlyLoadAppFromAsar,
    FuseV1Options.EnableCookieEncryption,
  ]
  expect(off.map((fuse) => fuses[fuse])).toEqual(off.map(() => false))
  expect(on.map((fuse) => fuses[fuse])).toEqual(on.map(() => true))
  expect(fuses.strictlyRequireAllFuses).toBe(true)
})
