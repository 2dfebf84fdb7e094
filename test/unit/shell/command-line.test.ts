/** The desktop's binary as the command line, and the second instance that hands over and ends. */
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, expect, test, vi } from 'vitest'
import { OutpostError } from '../../../src-main/base/errors.ts'
import { cliArguments, runInstead } from '../../../src-main/shell/command-line.ts'
import { claimSingleInstance } from '../../../src-main/shell/single-instance.ts'
import { startDesktop } from '../../../src-main/shell/start-desktop.ts'
import { resetStandIn, standInApp } from '../../support/electron-stand-in-app.ts'
import { standIn } from '../../support/electron-stand-in-state.ts'

vi.mock('electron', () => import('../../support/electron-stand-in.ts'))
beforeEach(resetStandIn)

test.each([
  [
    ['outpost', '--cli', 'models', 'list'],
    ['models', 'list'],
  ],
  [['outpost', '--no-sandbox', '--cli', '--json'], ['--json']],
  [['outpost', '--cli'], []],
  [['outpost'], undefined],
  [['--cli'], undefined],
  [['outpost', 'digits.outpost'], undefined],
])('%j', (args, expected) => {
  expect(cliArguments(args)).toEqual(expected)
})

test("ends with the command's exit code", async () => {
  await runInstead(async () => 3)
  expect(standIn.exitCode).toBe(3)
})

/** The app on this, as far as it comes. */
const startWith = (createNode: Parameters<typeof startDesktop>[0]['createNode']) =>
  startDesktop({
    entries: { directory: '/nowhere', extension: '.js' },
    dataDirectory: standIn.userData,
    preload: '',
    icon: '',
    createNode,
  })

test('30: a second instance ends before it makes a node', async () => {
  standIn.firstInstance = false
  let nodes = 0
  await startWith(async () => {
    nodes += 1
    throw new Error('not reached')
  })
  expect(standIn.exitCode).toBe(0)
  expect(nodes).toBe(0)
})

test('a node that cannot be made is told in words, and the app ends', async () => {
  await startWith(async () => {
    throw new OutpostError('DATA_DIR_IN_USE', 'Another node runs on this folder.', {
      hint: 'Stop it first.',
    })
  })
  expect(standIn.errorBoxes).toEqual([
    { title: 'Outpost could not start', content: 'Another node runs on this folder.\n\nStop it first.' },
  ])
  expect(standIn.exitCode).toBe(1)
})

test('30: macOS reports a double click before the app is ready; it is kept until someone listens', async () => {
  const started = claimSingleInstance()
  let prevented = false
  standInApp.emit(
    'open-file',
    {
      preventDefault: () => {
        prevented = true
      },
    },
    '/early.outpost',
  )
  const heard: string[] = []
  started?.onArguments((args) => heard.push(args.at(-1) ?? ''))
  standInApp.emit('second-instance', {}, ['outpost', 'later.outpost'], '/')
  expect(prevented).toBe(true)
  expect(heard.slice(-2)).toEqual(['/early.outpost', 'later.outpost'])
})

test.skipIf(process.platform === 'win32')(
  "the data folder is the owner's alone, also when the window makes it first",
  async () => {
    const dataDirectory = join(standIn.userData, 'made', 'here')
    await startDesktop({
      entries: { directory: '/nowhere', extension: '.js' },
      dataDirectory,
      preload: '',
      icon: '',
      createNode: async () => {
        throw new OutpostError('DATA_DIR_INVALID', 'Far enough.')
      },
    })
    expect((await stat(dataDirectory)).mode & 0o777).toBe(0o700)
  },
)
