/** Item 30: arguments of a second start come from any program, so little is taken from them. */
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, expect, test, vi } from 'vitest'
import { OutpostError } from '../../../src-main/base/errors.ts'
import { createOpenedPackages, packageInArguments } from '../../../src-main/shell/opened-packages.ts'
import { sharedFolder } from '../../support/temporary-folder.ts'

vi.mock('electron', () => import('../../support/electron-stand-in.ts'))

const folder = sharedFolder()
beforeAll(async () => {
  await writeFile(join(folder, 'digits.outpost'), 'a package')
  await writeFile(join(folder, 'UPPER.OUTPOST'), 'a package')
  await writeFile(join(folder, 'notes.txt'), 'text')
  await writeFile(join(folder, '-dash.outpost'), 'a package')
  await mkdir(join(folder, 'folder.outpost'))
  await symlink(join(folder, 'loop.outpost'), join(folder, 'loop.outpost'))
})

test.each([
  ['a name in the working directory', ['digits.outpost'], 'digits.outpost'],
  ['a name in capitals', ['UPPER.OUTPOST'], 'UPPER.OUTPOST'],
  [
    "Electron's own switches before it",
    ['--no-sandbox', '--original-process-start-time=1', 'digits.outpost'],
    'digits.outpost',
  ],
  ['the first of several', ['gone.outpost', 'digits.outpost', 'UPPER.OUTPOST'], 'digits.outpost'],
  ['another extension', ['notes.txt'], undefined],
  ['a switch that ends like a package', ['--path=digits.outpost'], undefined],
  ['a file that begins like a switch', ['-dash.outpost'], undefined],
  ['a folder', ['folder.outpost'], undefined],
  ['a link that leads to itself', ['loop.outpost'], undefined],
  ['a file that is not there', ['gone.outpost'], undefined],
  ['a network path', ['\\\\server\\share\\digits.outpost'], undefined],
  ['a network path with slashes', ['//server/share/digits.outpost'], undefined],
  ['an address', ['outpost://install/digits.outpost'], undefined],
  ['a NUL', ['digits.outpost\0.outpost'], undefined],
  ['a path without end', [`${'x/'.repeat(5000)}digits.outpost`], undefined],
  ['nothing', [], undefined],
])('30: %s', (_name, args, name) => {
  expect(packageInArguments(['outpost', ...args], folder)).toBe(name && join(folder, name))
})

test('the program itself is never taken for a package', () => {
  expect(packageInArguments(['digits.outpost'], folder)).toBeUndefined()
})

test('packages wait for the page, come once, and a file that has gone is told', async () => {
  const told: string[] = []
  let announced = 0
  const adopt = async (path: string) => {
    if (path.endsWith('UPPER.OUTPOST'))
      throw new OutpostError('NOT_FOUND', 'The file UPPER.OUTPOST cannot be read.')
    return { handle: 'file_1', name: 'digits.outpost', bytes: 9 }
  }
  const packages = createOpenedPackages(
    { adopt },
    () => {
      announced += 1
    },
    ({ body }) => told.push(body),
  )
  packages.open(['outpost', 'digits.outpost'], folder)
  packages.open(['outpost', 'UPPER.OUTPOST'], folder)
  packages.open(['outpost', '--hidden'], folder)
  expect(announced).toBe(2)
  expect(await packages.take()).toEqual([{ handle: 'file_1', name: 'digits.outpost', bytes: 9 }])
  expect(told).toEqual(['The file UPPER.OUTPOST cannot be read.'])
  expect(await packages.take()).toEqual([])
})
