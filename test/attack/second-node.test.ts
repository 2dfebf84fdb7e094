/**
 * Case 80: two on one data folder. The desktop's own lock is the first to be asked, and the lock of the folder holds
 * also where the first was gone around; both die with their process, however it ends.
 */
import { access, mkdir, readFile, rm, symlink } from 'node:fs/promises'
import { join, relative } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, expect, test, vi } from 'vitest'
import { createNode, type Node } from '../../src-main/node.ts'
import { startDesktop } from '../../src-main/shell/start-desktop.ts'
import { answer } from '../support/command-line.ts'
import { resetStandIn, standInApp } from '../support/electron-stand-in-app.ts'
import { standIn } from '../support/electron-stand-in-state.ts'
import { type HeadlessProcess, startHeadless } from '../support/headless-process.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { quietNode } from '../support/whole-node.ts'

vi.mock('electron', () => import('../support/electron-stand-in.ts'))

const running: HeadlessProcess[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map((node) => node.end('SIGKILL')))
  resetStandIn()
})

const newFolder = (): string => join(temporaryFolder(), 'data')
async function start(folder: string): Promise<HeadlessProcess> {
  const node = await startHeadless(folder)
  running.push(node)
  return node
}
const refusal = (folder: string): Promise<string> =>
  start(folder).then(
    () => 'started',
    (error: Error) => /[A-Z]+(_[A-Z]+)+/.exec(error.message)?.[0] ?? error.message,
  )

test('80: a second server on a folder is refused, whatever the folder is called, and the first one goes on', async () => {
  const folder = newFolder()
  const first = await start(folder)
  const { secret } = await first.client.keys.create({ name: 'kept', scopes: ['read'] })
  const link = join(folder, '..', 'link')
  await symlink(folder, link)
  const spellings = [`${folder}/../data/.`, relative(process.cwd(), folder), link]
  for (const spelling of spellings)
    expect([spelling, await refusal(spelling)]).toEqual([spelling, 'DATA_DIR_IN_USE'])
  // A command on the folder is one to the node that has it, and opens nothing itself.
  const { rows } = await answer<{ rows: { name: string }[] }>(['keys', 'list', '--data', folder])
  expect(rows.map(({ name }) => name)).toEqual(['kept'])
  const asked = await fetch(`${first.url}/api/models`, { headers: { authorization: `Bearer ${secret}` } })
  expect(asked.status).toBe(200)
  expect((await first.client.system.status()).serving.state).toBe('ready')
})

test('80: of many that start at once on a new folder one runs', async () => {
  const folder = newFolder()
  const outcomes = await Promise.all(Array.from({ length: 4 }, () => refusal(folder)))
  expect(outcomes.toSorted()).toEqual(['DATA_DIR_IN_USE', 'DATA_DIR_IN_USE', 'DATA_DIR_IN_USE', 'started'])
})

test('80: a node that was killed leaves no lock behind, and a number of a process that is another by now is none', async () => {
  const folder = newFolder()
  const first = await start(folder)
  await first.end('SIGKILL')
  await expect(access(join(folder, 'runtime', 'node.json'))).resolves.toBeUndefined()
  const second = await start(folder)
  const { pid } = JSON.parse(await readFile(join(folder, 'runtime', 'node.json'), 'utf8')) as { pid: number }
  expect(pid).toBe(second.child.pid)
})

/** A desktop on a folder; what became of it, and whether it opened anything there. */
async function desktopOn(dataDirectory: string): Promise<{ opened: boolean; exitCode: number }> {
  let opened = false
  const ended = standInApp.whenEnded()
  await startDesktop({
    entries: { directory: import.meta.dirname, extension: '.ts' },
    dataDirectory,
    preload: 'none.cjs',
    icon: 'icon.png',
    createNode: async (): Promise<Node> => {
      opened = true
      const startChild = () => {
        throw new Error('nothing is started here')
      }
      return createNode({ ...quietNode, dataDirectory, host: 'desktop', startChild, serving: null })
    },
  })
  return { opened, exitCode: await ended }
}

test('80: a second desktop ends before it opens a database, and hands over what it was started with', async () => {
  const folder = newFolder()
  await mkdir(folder, { recursive: true })
  standIn.firstInstance = false
  expect(await desktopOn(folder)).toEqual({ opened: false, exitCode: 0 })
  await expect(access(join(folder, 'node.db'))).rejects.toThrow()
})

test('80: a desktop that went around that lock is refused by the lock of the folder', async () => {
  const folder = newFolder()
  const first = await start(folder)
  // The desktop's lock lies in its profile: a profile of another name is another desktop.
  expect(await desktopOn(folder)).toEqual({ opened: true, exitCode: 1 })
  expect(standIn.errorBoxes).toEqual([
    { title: 'Outpost could not start', content: expect.stringContaining('Another node') },
  ])
  expect((await first.client.system.status()).serving.state).toBe('ready')
})

test('80: where the lock itself was deleted, the one that holds the counting keeps the other from serving', async () => {
  const folder = newFolder()
  const first = await start(folder)
  await rm(join(folder, 'runtime', 'owner.lock'))
  const second = await refusal(folder)
  expect(second).not.toBe('started')
  expect((await fetch(`${first.servingUrl}/v2/health/ready`)).status).toBe(200)
  const db = new Database(join(folder, 'node.db'), { readonly: true })
  expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
  db.close()
})
