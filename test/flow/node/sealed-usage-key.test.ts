/** A folder whose log of calls a desktop has sealed: nobody without its safe storage breaks the chain, and a backup takes the key along. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, test, vi } from 'vitest'
import { restoreBackup } from '../../../src-main/flows/upkeep/restore.ts'
import { openSealedSecrets } from '../../../src-main/shell/secrets.ts'
import { dataPaths } from '../../../src-main/store/data-paths.ts'
import { outpost } from '../../support/command-line.ts'
import { standIn } from '../../support/electron-stand-in-state.ts'
import { newVersion } from '../../support/handed-over.ts'
import { linearModel } from '../../support/served-models.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { temporaryNode } from '../../support/temporary-node.ts'
import type { WholeNode } from '../../support/whole-node.ts'

vi.mock('electron', () => import('../../support/electron-stand-in.ts'))

let dataDirectory: string
beforeEach(() => {
  standIn.storageAvailable = true
  standIn.storageBackend = 'gnome_libsecret'
  dataDirectory = join(temporaryFolder(), 'data')
})
const keyFile = (folder: string) => join(dataPaths(folder).keys, 'usage.key')

/** As the desktop starts one. */
const startDesktopNode = async (): Promise<WholeNode> =>
  temporaryNode({
    dataDirectory,
    secrets: await openSealedSecrets(dataPaths(dataDirectory).sealedSecrets),
  })

async function askOnce(node: WholeNode): Promise<void> {
  await node.node.context.serving.apply(node.node.context.snapshot()) // loaded
  const { outputs } = await node.client.playground.infer({ model: 'acme.linear', inputs: [[1, 2, 3, 4]] })
  expect(outputs).toHaveLength(1)
}

/** With one call on record. */
async function usedByDesktop(): Promise<void> {
  const desktop = await startDesktopNode()
  await desktop.client.publishers.rename({ name: 'acme' })
  await newVersion(desktop, 'acme.linear', linearModel(4, 3))
  await desktop.client.deployments.deploy({ model: 'acme.linear', version: '1.0.0' })
  await askOnce(desktop)
  await desktop.stop()
  expect(existsSync(keyFile(dataDirectory))).toBe(false)
}

test('a command serves nothing on a folder that a desktop sealed, makes no second key, and lists what is there', async () => {
  await usedByDesktop()
  const asked = await outpost(['infer', 'acme.linear', '--input', '[[1,2,3,4]]', '--data', dataDirectory])
  expect([asked.code, asked.errors]).toEqual([1, expect.stringContaining('KEY_INVALID')])
  expect(asked.errors).toContain('Open the desktop app')
  const listed = await outpost(['models', '--data', dataDirectory])
  expect([listed.code, listed.out]).toEqual([0, expect.stringContaining('acme.linear')])
  expect(existsSync(keyFile(dataDirectory))).toBe(false)

  const desktop = await startDesktopNode()
  await askOnce(desktop)
  expect(await desktop.client.usage.verify()).toMatchObject({ intact: true, records: 2, segments: 1 })
  await desktop.stop()
})

test('a backup of a desktop takes the key along: what is restored anywhere counts on behind the same chain', async () => {
  await usedByDesktop()
  const desktop = await startDesktopNode()
  const job = await desktop.ended((await desktop.client.system.backup({})).jobId)
  expect(job.failure).toBeNull()
  await desktop.stop()
  const restored = join(temporaryFolder(), 'restored')
  await restoreBackup(String(job.output?.path), restored, () => undefined)

  const server = await temporaryNode({ dataDirectory: restored })
  await askOnce(server)
  expect(await server.client.usage.verify()).toMatchObject({ intact: true, records: 2 })
})
