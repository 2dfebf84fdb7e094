/**
 * Cases 78 and 79: a page that was taken over, and addresses from outside. The desktop is the real one, on the stand-in
 * for Electron, with a real Chromium for its page; what Electron itself enforces is not shown here.
 */
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { channelsToMain } from '../../src-main/contract/shell-channels.ts'
import { packageInArguments } from '../../src-main/shell/opened-packages.ts'
import * as searches from '../../src-renderer/search.ts'
import { standInApp } from '../support/electron-stand-in-app.ts'
import { ipcHandlers } from '../support/electron-stand-in-ipc.ts'
import { standInSession } from '../support/electron-stand-in-session.ts'
import { standIn } from '../support/electron-stand-in-state.ts'
import { type StartedDesktop, startedDesktop } from '../support/started-desktop.ts'
import { sharedFolder } from '../support/temporary-folder.ts'

vi.mock('electron', () => import('../support/electron-stand-in.ts'))

let desktop: StartedDesktop
const folder = sharedFolder()
beforeAll(async () => {
  await writeFile(join(folder, 'digits.outpost'), 'a package')
  desktop = await startedDesktop()
})
afterAll(async () => {
  vi.restoreAllMocks()
  await desktop.end()
})
// The rate is one of the whole page, so each call but those of the rate's own test has a second to itself.
let now = 0
const nextSecond = () => {
  now += 3_600_000
}
beforeEach(() => {
  nextSecond()
  vi.spyOn(performance, 'now').mockImplementation(() => now)
})

const channels = Object.values(channelsToMain)
const ownPage = { senderFrame: { url: 'app://outpost/#/models', parent: null } }
/** One call of each channel as our own page makes it. */
const right: Record<(typeof channels)[number], unknown[]> = {
  'files:pick': ['package'],
  'files:adopt': [[join(tmpdir(), 'no-such-file')]],
  reveal: [{ kind: 'data-folder' }],
  notify: [{ title: 'A title', body: 'A body' }],
  'theme:set': ['dark'],
  'packages:take': [],
}
const ask = async (channel: string, args: unknown[], event: unknown = ownPage): Promise<string> => {
  nextSecond()
  return (await ipcHandlers.invoke(channel, event, args)).error ?? 'answered'
}

function cyclic(): object {
  const value: Record<string, unknown> = { kind: 'data-folder', title: 'A title', body: 'A body' }
  value.self = value
  return value
}
const cyclicList = (): unknown[] => {
  const list: unknown[] = [join(tmpdir(), 'x')]
  list.push(list)
  return list
}
const deep = (levels: number): unknown => {
  let value: unknown = 'x'
  for (let level = 0; level < levels; level++) value = { value }
  return value
}

const junk: Record<string, unknown[]> = {
  null: [null],
  'a number': [1],
  'no number': [Number.NaN],
  infinity: [Number.POSITIVE_INFINITY],
  'a big integer': [10n ** 30n],
  yes: [true],
  'an empty text': [''],
  'a text': ['anything'],
  'a path': ['/etc/passwd'],
  'a path out': ['../../../../etc/passwd'],
  'a list of paths out': [['../../etc/passwd']],
  'an address': [['file:///etc/passwd']],
  'an address of a site': ['https://evil.example/'],
  'a piece of SQL': ["'; drop table models; --"],
  'a command': ['$(id)'],
  'an object of another kind': [{ kind: 'file', path: '/etc/passwd' }],
  'a job that is a path': [{ kind: 'job-output', jobId: '../../etc/passwd' }],
  'a job that is SQL': [{ kind: 'job-output', jobId: "' or 1=1 --" }],
  'more than is asked': [{ kind: 'data-folder', path: '/etc' }],
  'members of every object': [JSON.parse('{"__proto__":{"kind":"data-folder"},"title":"x","body":"y"}')],
  'a title that is no text': [{ title: { toString: 'x' }, body: [] }],
  'an address that leaves the page': [{ title: 'x', body: 'y', address: 'javascript:alert(1)' }],
  'an address of another host': [{ title: 'x', body: 'y', address: '//evil.example/' }],
  'a list': [[]],
  'a list of lists': [[[[]]]],
  'a list of nothing': [[null, undefined]],
  'a list with holes': [Object.assign([], { length: 3 })],
  'an empty path': [['']],
  'a path with a NUL': [['/etc/passwd\0.onnx']],
  'a date': [new Date()],
  'a map': [new Map([['kind', 'data-folder']])],
  bytes: [new Uint8Array(8)],
  'an expression': [/x/],
  'an error': [new Error('x')],
  'two arguments': ['dark', 'dark'],
  'a hundred arguments': Array.from({ length: 100 }, () => 'package'),
  'a cycle': [cyclic()],
  'a list in itself': [cyclicList()],
  'a thousand levels': [deep(1000)],
  'ten megabytes': ['x'.repeat(10_000_000)],
  'a path of ten megabytes': [['/'.padEnd(10_000_000, 'x')]],
  'a hundred thousand paths': [Array.from({ length: 100_000 }, () => '/etc/passwd')],
  'a body of ten megabytes': [{ title: 'x', body: 'y'.repeat(10_000_000) }],
}

test('78: no channel takes junk, whatever its size or shape', async () => {
  const before = { ...counts() }
  const found: string[] = []
  for (const channel of channels)
    for (const [what, args] of Object.entries(junk)) {
      const answered = await ask(channel, args)
      if (!answered.includes('did not understand')) found.push(`${channel} ${what}: ${answered}`)
    }
  expect(found).toEqual([])
  expect(counts()).toEqual(before)
})
/** What a call could have moved. */
const counts = () => ({
  dialogs: standIn.openDialogs.length,
  shown: standIn.shownInFolder.length,
  notifications: standIn.notifications.length,
  outside: standIn.openedOutside.length,
  background: desktop.window.background,
  requests: desktop.node.requests.length,
})

test('78: no channel answers another frame, another origin, or a page that went elsewhere', async () => {
  const from = (url: string, parent: object | null = null) => ({ senderFrame: { url, parent } })
  const strangers: Record<string, unknown> = {
    'a frame that is gone': { senderFrame: null },
    'a frame of our own origin': from('app://outpost/', { url: 'app://outpost/' }),
    'a frame of a site in our page': from('https://evil.example/', { url: 'app://outpost/' }),
    'a frame without an address': from('about:srcdoc', { url: 'app://outpost/' }),
    'our page after it went to a site': from('https://evil.example/'),
    'our page after it went to this machine': from('http://127.0.0.1:7070/'),
    'our page after it went to a file': from('file:///etc/passwd'),
    'our page after it went to data': from('data:text/html,x'),
    'our page after it went nowhere': from('about:blank'),
    'an error page': from('chrome-error://chromewebdata/'),
    'the developer tools': from('devtools://devtools/bundled/inspector.html'),
    'another host of the scheme': from('app://outpost.evil/'),
    'a name and our host': from('app://evil@outpost/'),
    'our host as a name': from('app://outpost@evil/'),
    'our host with a port': from('app://outpost:1/'),
    'our origin in another case of letters': from('APP://OUTPOST.EVIL/'),
    'our address as a path': from('https://evil.example/app://outpost/'),
    'no address': from(''),
  }
  const before = { ...counts() }
  const found: string[] = []
  for (const channel of channels)
    for (const [who, event] of Object.entries(strangers)) {
      const answered = await ask(channel, right[channel], event)
      if (!answered.includes('may not ask')) found.push(`${channel} ${who}: ${answered}`)
    }
  expect(found).toEqual([])
  expect(counts()).toEqual(before)
})

test('78: a frame inside the page has neither the bridge nor a way around it', async () => {
  type Invoke = (channel: string, args: unknown[]) => Promise<{ value?: unknown; error?: string }>
  const found = await desktop.page.evaluate(async (names) => {
    const frame = document.createElement('iframe')
    document.body.append(frame)
    const inside = frame.contentWindow as (Window & { shell?: unknown; electronInvoke?: Invoke }) | null
    const errors: string[] = []
    // What the frame is given by the tests alone: the wire itself, as a page that was taken over would have it.
    for (const name of names) errors.push((await inside?.electronInvoke?.(name, []))?.error ?? 'answered')
    const bridge = typeof inside?.shell
    frame.remove()
    return { bridge, errors }
  }, channels)
  expect(found.bridge).toBe('undefined')
  expect(found.errors.filter((error) => !error.includes('may not ask'))).toEqual([])
})

test('78: a page that asks too often is not heard, on whichever channels it asks', async () => {
  for (const channel of [...channels, 'all of them'] as const) {
    nextSecond()
    const calls = Array.from({ length: 60 }, (_, at) => {
      const one = channel === 'all of them' ? (channels[at % channels.length] ?? 'notify') : channel
      return ipcHandlers.invoke(one, ownPage, at % 2 === 0 ? right[one] : [{ junk: true }])
    })
    const answers = await Promise.all(calls)
    const refused = answers.filter(({ error }) => error?.includes('too often'))
    expect([channel, refused.length]).toEqual([channel, 40])
  }
  // Strangers are refused before they are counted: they cannot silence our own page.
  nextSecond()
  for (let at = 0; at < 100; at++) await ipcHandlers.invoke('notify', { senderFrame: null }, right.notify)
  expect((await ipcHandlers.invoke('theme:set', ownPage, right['theme:set'])).error).toBeUndefined()
})

test('78: there is no channel beside those, and none that names a path, an address or a statement to be run', async () => {
  expect(ipcHandlers.channels().sort()).toEqual(channels.toSorted())
  for (const name of [
    'eval',
    'open',
    'shell:openExternal',
    'fs:read',
    'db:query',
    'ELECTRON_BROWSER_REQUIRE',
    '__proto__',
  ])
    expect(await ask(name, [])).toContain('No handler registered')
  // The one list of paths is the preload's own, of files that were dropped: what comes back is no path, nor its bytes.
  const { value } = await ipcHandlers.invoke('files:adopt', ownPage, [[join(folder, 'digits.outpost')]])
  expect(JSON.stringify(value)).not.toContain(folder)
  expect(value).toEqual([{ handle: expect.stringMatching(/^file_/), name: 'digits.outpost', bytes: 9 }])
  expect(await ask('files:adopt', [[join(folder, 'no such file')]])).not.toContain(folder)
})

const links = [
  'app://import?url=https://evil.example/x.outpost',
  'app://outpost/import?url=https://evil.example/x.outpost',
  'app://outpost/#/package?url=https://evil.example/x.outpost',
  'outpost://import?url=https://evil.example/x.outpost',
  'https://evil.example/x.outpost',
  'file:///tmp/x.outpost',
  '--import=https://evil.example/x.outpost',
  '--import',
  '-x.outpost',
  '//evil.example/share/x.outpost',
  '\\\\evil.example\\share\\x.outpost',
  '/no/such/file.outpost',
  'digits.outpost\0',
  `${'a'.repeat(5000)}.outpost`,
  `app://import?url=${'a'.repeat(100_000)}.outpost`,
  '',
]

test('79: an address from outside does nothing, from the command line, a second start or a double click', async () => {
  const before = { ...counts() }
  const page = desktop.page.url()
  for (const link of links) {
    expect([link, packageInArguments(['outpost', link], folder)]).toEqual([link, undefined])
    standInApp.emit('second-instance', {}, ['outpost', link], folder)
    standInApp.emit('open-file', { preventDefault: () => undefined }, link)
    standInApp.emit('open-url', { preventDefault: () => undefined }, link)
  }
  nextSecond()
  expect((await ipcHandlers.invoke('packages:take', ownPage, [])).value).toEqual([])
  expect(counts()).toEqual(before)
  expect(desktop.page.url()).toBe(page)
  // The app asks the system for no scheme of its own, so nobody is sent here by one.
  expect(standInApp.listenerCount('open-url')).toBe(0)
})

test('79: in the page such an address leads nowhere, and no route takes one', async () => {
  const before = desktop.node.requests.length
  for (const url of links.filter((link) => link.startsWith('app://import') || link.startsWith('outpost:'))) {
    expect((await standInSession.schemes.get('app')?.(new Request('app://import/?url=x')))?.type).toBe(
      'error',
    )
    const event = { url, stays: false, preventDefault: () => Object.assign(event, { stays: true }) }
    desktop.window.webContents.emit('will-navigate', event)
    expect(event.stays).toBe(true)
    expect(desktop.window.webContents.windowOpenHandler?.({ url })).toEqual({ action: 'deny' })
  }
  expect(standIn.openedOutside).toEqual([])
  expect(desktop.node.requests.length).toBe(before)
  for (const [name, schema] of Object.entries(searches)) {
    if (!('parse' in Object(schema))) continue
    const asked = {
      url: 'https://evil.example/',
      path: '/etc/passwd',
      import: 'x',
      confirm: 'true',
      action: 'import',
    }
    const { parse } = schema as { parse(asked: object): object }
    expect([name, parse(asked)]).toEqual([name, {}])
  }
})

test('79: a package that is opened is shown and waits: nothing is asked of the node until the person says so', async () => {
  const before = desktop.node.requests.length
  standInApp.emit('second-instance', {}, ['outpost', 'digits.outpost', ...links], folder)
  nextSecond()
  const { value } = await ipcHandlers.invoke('packages:take', ownPage, [])
  expect(value).toEqual([{ handle: expect.stringMatching(/^file_/), name: 'digits.outpost', bytes: 9 }])
  expect(desktop.node.requests.slice(before).filter((line) => !line.startsWith('GET '))).toEqual([])
})
