/** What the program puts into the system's temporary directory goes when it is done, and after a kill with the next. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { sweepTemporaryFolders, withTemporaryFolder } from '../../../src-main/store/temporary-folder.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { sourceDirectory } from '../../support/whole-node.ts'

beforeEach(() => void vi.stubEnv('TMPDIR', temporaryFolder()))
afterEach(() => void vi.unstubAllEnvs())
const left = () => readdirSync(tmpdir())

/** A process that holds a folder with a file in it, until it is killed. */
async function holder() {
  const child = spawn(process.execPath, [
    '--input-type=module',
    '-e',
    `import { writeFileSync } from 'node:fs'
     import { withTemporaryFolder } from ${JSON.stringify(join(sourceDirectory, 'store', 'temporary-folder.ts'))}
     await withTemporaryFolder(async (folder) => {
       writeFileSync(folder + '/work.bin', 'x')
       console.log(folder)
       await new Promise((resolve) => setTimeout(resolve, 600_000))
     })`,
  ])
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  return { child, folder: basename(join(line.toString().trim(), '..')) }
}

test('it is gone afterwards, whatever becomes of the work', async () => {
  expect(await withTemporaryFolder(async (folder) => readdirSync(folder))).toEqual([])
  await expect(
    withTemporaryFolder(async (folder) => {
      writeFileSync(join(folder, 'file'), '')
      throw new Error('broken')
    }),
  ).rejects.toThrow('broken')
  expect(left()).toEqual([])
})

test('one that a killed process left is removed by the next, one that is in use is not', async () => {
  const killed = await holder()
  const alive = await holder()
  try {
    expect(left().toSorted()).toEqual([killed.folder, alive.folder].toSorted())
    await withTemporaryFolder(async () => expect(left()).toHaveLength(3))
    killed.child.kill('SIGKILL')
    await once(killed.child, 'exit')
    await withTemporaryFolder(async () => expect(left()).not.toContain(killed.folder))
    expect(left()).toEqual([alive.folder])
  } finally {
    alive.child.kill('SIGKILL')
    await once(alive.child, 'exit')
  }
  expect(await sweepTemporaryFolders()).toEqual([join(tmpdir(), alive.folder)])
})

test('what is being made, what is a link and what is not the program’s stays', async () => {
  const others = mkdtempSync(join(tmpdir(), 'somebody-'))
  writeFileSync(join(others, 'lock'), '')
  symlinkSync(others, join(tmpdir(), 'outpost-scratch-link'))
  const made = join(tmpdir(), 'outpost-scratch-new')
  mkdirSync(made)
  expect(await sweepTemporaryFolders()).toEqual([])
  utimesSync(made, new Date(0), new Date(0))
  expect(await sweepTemporaryFolders()).toEqual([made])
  expect(left().toSorted()).toEqual([basename(others), 'outpost-scratch-link'].toSorted())
})
