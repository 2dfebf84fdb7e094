/** Item 27's consequence: children over utilityProcess behave as base/child.ts promises, tried on a real process. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, expect, test, vi } from 'vitest'
import { forkUtilityChildren } from '../../../src-main/shell/utility-children.ts'
import { sharedFolder } from '../../support/temporary-folder.ts'

vi.mock('electron', () => import('../../support/electron-stand-in.ts'))

const directory = sharedFolder()
beforeAll(async () => {
  const channel = join(import.meta.dirname, '../../../src-main/base/child.ts')
  await writeFile(
    join(directory, 'serving.ts'),
    `import { parentChannel } from ${JSON.stringify(channel)}
     const parent = parentChannel()
     parent.onClose(() => process.exit(0))
     parent.onMessage((message) => {
       if (message === 'hang') for (;;);
       parent.post({ echo: message, bytes: new Uint8Array([1, 2]) })
     })`,
  )
})

const start = () => forkUtilityChildren(directory, '.ts')('serving')

test('27: messages go both ways, as structured clones', async () => {
  const child = start()
  const answer = new Promise((resolve) => child.onMessage(resolve))
  child.post('hello')
  expect(await answer).toEqual({ echo: 'hello', bytes: new Uint8Array([1, 2]) })
  child.kill()
})

test('27: kill ends a process that hangs, its end is told once, and later calls do nothing', async () => {
  const child = start()
  const ends: (number | string)[] = []
  const answered = new Promise((resolve) => child.onMessage(resolve))
  const ended = new Promise<void>((resolve) =>
    child.onExit((code) => {
      ends.push(code)
      resolve()
    }),
  )
  child.post('hello')
  await answered
  child.post('hang')
  child.kill()
  await ended
  child.kill()
  child.post('hello')
  expect(ends).toEqual([9])
  expect(child.pid).toBeUndefined()
})
