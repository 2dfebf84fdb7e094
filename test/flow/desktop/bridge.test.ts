/** Checklist of facts on Electron, items 11 to 18: what the page can reach, from a page that tries. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import type { FileHandle, Shell } from '../../../src-main/contract/shell.ts'
import { channelsToMain } from '../../../src-main/contract/shell-channels.ts'
import { standInApp } from '../../support/electron-stand-in-app.ts'
import { ipcHandlers } from '../../support/electron-stand-in-ipc.ts'
import { menuItem, standIn } from '../../support/electron-stand-in-state.ts'
import { type StartedDesktop, startedDesktop } from '../../support/started-desktop.ts'
import { sharedFolder, temporaryFolder } from '../../support/temporary-folder.ts'

vi.mock('electron', () => import('../../support/electron-stand-in.ts'))

declare global {
  interface Window {
    shell?: Shell<File>
    opened: FileHandle[]
    chosen: string[]
  }
}

let desktop: StartedDesktop
const packagePath = join(sharedFolder(), 'digits.outpost')
beforeAll(async () => {
  await writeFile(packagePath, 'a package')
  standIn.droppedPaths.set('digits.outpost', packagePath)
  desktop = await startedDesktop()
})
afterAll(() => desktop.end())

const handlePattern = /^file_[A-Za-z0-9_-]{22,64}$/

describe('window.shell', () => {
  test('11: is one object of named functions, without ipcRenderer or an event', async () => {
    const members = await desktop.page.evaluate(() =>
      Object.entries(window.shell ?? {}).map(([name, value]) => `${name} ${typeof value}`),
    )
    expect(members.sort()).toEqual([
      'adoptFiles function',
      'notify function',
      'onCommand function',
      'onOpenPackage function',
      'pickFiles function',
      'reveal function',
      'setTheme function',
    ])
    await desktop.page.evaluate(() => {
      window.chosen = []
      window.shell?.onCommand((...args) => window.chosen.push(JSON.stringify(args)))
    })
    menuItem('go.jobs').click?.(undefined as never, undefined, undefined as never)
    await desktop.page.waitForFunction(() => window.chosen.length > 0)
    expect(await desktop.page.evaluate(() => window.chosen)).toEqual(['["go.jobs"]'])
  })
  test('12: hands over copies; the object cannot be changed', async () => {
    const changed = await desktop.page.evaluate(() => {
      try {
        Object.assign(window.shell ?? {}, { pickFiles: () => [] })
        return 'changed'
      } catch (error) {
        return (error as Error).name
      }
    })
    expect(changed).toBe('TypeError')
  })
  test('13: its bundle loads electron and nothing else', async () => {
    const bundle = await readFile(desktop.window.options.webPreferences?.preload ?? '', 'utf8')
    const loaded = [...bundle.matchAll(/require\(([^)]*)\)|\bfrom ["']|\bimport\(/g)].map(([, name]) => name)
    expect([...new Set(loaded)]).toEqual(['"electron"'])
  })
  test('16: a picked file arrives as a handle, without its path', async () => {
    standIn.openDialogAnswers.push([packagePath])
    const files = await desktop.page.evaluate(() => window.shell?.pickFiles('package'))
    expect(files).toEqual([
      { handle: expect.stringMatching(handlePattern), name: 'digits.outpost', bytes: 9 },
    ])
    expect(desktop.node.take(files?.[0]?.handle ?? '').path).toBe(packagePath)
  })
  test('a cancelled dialog gives no files', async () => {
    expect(await desktop.page.evaluate(() => window.shell?.pickFiles('sources'))).toEqual([])
  })
  test('16: a dropped file arrives as a handle; one that a script made is refused', async () => {
    await desktop.page.setInputFiles('input', packagePath)
    const files = await desktop.page.evaluate(() => {
      const input = document.querySelector('input')
      return window.shell?.adoptFiles([...(input?.files ?? [])])
    })
    expect(desktop.node.take(files?.[0]?.handle ?? '').path).toBe(packagePath)

    const refused = desktop.page.evaluate(() => window.shell?.adoptFiles([new File(['x'], 'made-up.onnx')]))
    await expect(refused).rejects.toThrow('did not understand')
  })
  test('16: a chosen folder arrives as the files in it, each with its place and without its path', async () => {
    const folder = temporaryFolder()
    await mkdir(join(folder, 'pictures'))
    await writeFile(join(folder, 'suite.jsonl'), '')
    await writeFile(join(folder, 'pictures', '1.png'), '1')
    standIn.openDialogAnswers.push([folder])
    const files = await desktop.page.evaluate(() => window.shell?.pickFiles('folder'))
    expect(files?.toSorted((one, other) => one.name.localeCompare(other.name))).toEqual([
      { handle: expect.stringMatching(handlePattern), name: '1.png', bytes: 1, place: 'pictures/1.png' },
      { handle: expect.stringMatching(handlePattern), name: 'suite.jsonl', bytes: 0, place: 'suite.jsonl' },
    ])
    expect(JSON.stringify(files)).not.toContain(folder)
  })
  test('16: a file that has gone is told by its name, not by its path', async () => {
    standIn.openDialogAnswers.push([join(tmpdir(), 'gone', 'model.onnx')])
    const refused = desktop.page.evaluate(() =>
      window.shell?.pickFiles('sources').catch((error: Error) => error.message),
    )
    expect(await refused).toContain('model.onnx')
    expect(await refused).not.toContain(tmpdir())
  })
  test('reveals the data folder and what a job wrote, by name alone', async () => {
    await desktop.page.evaluate(async () => {
      await window.shell?.reveal({ kind: 'data-folder' })
      await window.shell?.reveal({ kind: 'job-output', jobId: '0198c0de-0000-7000-8000-000000000001' })
    })
    expect(standIn.shownInFolder).toEqual([desktop.dataDirectory, join(desktop.dataDirectory, 'backup.tar')])
  })
  test('a notification leads to its route when it is clicked', async () => {
    await desktop.page.evaluate(() =>
      window.shell?.notify({ title: 'Packed', body: 'digits 1.0.0', address: '/jobs' }),
    )
    standIn.notifications.at(-1)?.emit('click')
    await desktop.page.waitForFunction(() => location.hash === '#/jobs')
    expect(desktop.window.focused).toBe(true)
  })
  test('the theme reaches the frame and the background', async () => {
    await desktop.page.evaluate(() => window.shell?.setTheme('dark'))
    expect(desktop.window.background).toBe('#0F151B')
    await desktop.page.evaluate(() => window.shell?.setTheme('light'))
    expect(desktop.window.background).toBe('#F6F7F8')
  })
  test('a package opened by a second start reaches the page as a handle', async () => {
    await desktop.page.evaluate(() => {
      window.opened = []
      window.shell?.onOpenPackage((file) => window.opened.push(file))
    })
    standInApp.emit('second-instance', {}, ['outpost', 'digits.outpost'], join(packagePath, '..'))
    await desktop.page.waitForFunction(() => window.opened.length === 1)
    const [file] = await desktop.page.evaluate(() => window.opened)
    expect(file).toMatchObject({ name: 'digits.outpost', bytes: 9 })
  })
})

describe('messages into main', () => {
  const frame = (url: string, parent: object | null = null) => ({ senderFrame: { url, parent } })
  const notification = { title: 'A title', body: 'A body' }
  const ask = (event: unknown, ...args: unknown[]) => ipcHandlers.invoke(channelsToMain.notify, event, args)
  // The rate is one of the whole page, so each test begins in a second of its own.
  let now = 0
  beforeEach(() => {
    now += 3_600_000
    vi.spyOn(performance, 'now').mockReturnValue(now)
  })
  afterAll(() => void vi.restoreAllMocks())

  test.each([
    ['the main frame of our page', frame('app://outpost/#/models'), undefined],
    ['a frame that is gone', { senderFrame: null }, 'may not ask'],
    ['a frame inside the page', frame('app://outpost/', {}), 'may not ask'],
    ['another host of the scheme', frame('app://outpost.evil/'), 'may not ask'],
    ['an address that begins like ours', frame('app://outpost@evil/'), 'may not ask'],
    ['a site', frame('https://outpost/'), 'may not ask'],
    ['no address', frame(''), 'may not ask'],
  ])('14: %s', async (_name, event, refused) => {
    const { error } = await ask(event, notification)
    if (refused === undefined) expect(error).toBeUndefined()
    else expect(error).toContain(refused)
  })
  test.each([
    ['nothing', []],
    ['too much', [notification, notification]],
    ['an unknown field', [{ ...notification, icon: '/etc/passwd' }]],
    ['an address with a scheme', [{ ...notification, address: 'javascript:alert(1)' }]],
    ['an address of another host', [{ ...notification, address: '//evil/' }]],
    ['text without end', [{ ...notification, body: 'x'.repeat(100_000) }]],
  ])('15: refuses %s', async (_name, args) => {
    expect((await ask(frame('app://outpost/'), ...args)).error).toContain('did not understand')
  })
  test('refuses a page that asks too often', async () => {
    const answers = await Promise.all(
      Array.from({ length: 30 }, () => ask(frame('app://outpost/'), notification)),
    )
    expect(answers.filter(({ error }) => error?.includes('too often'))).toHaveLength(10)
  })
  test('18: exist on the listed channels and on no other', () => {
    expect(ipcHandlers.channels().sort()).toEqual(Object.values(channelsToMain).sort())
  })
})
