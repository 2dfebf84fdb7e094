/**
 * What `npm start` hands to the window and what to the server, in a checkout of stand-ins: the start script is the real
 * one, and what it would run says how it was called.
 */
import { spawn } from 'node:child_process'
import { chmodSync, copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { beforeEach, expect, test } from 'vitest'
import { temporaryFolder } from '../../support/temporary-folder.ts'

let root: string
const put = (path: string, content: string): void => {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), content)
}

beforeEach(() => {
  root = temporaryFolder()
  chmodSync(root, 0o777)
  for (const folder of [
    'src-main',
    'src-preload',
    'src-renderer',
    'resources',
    'node_modules/node/bin',
    'out',
  ])
    mkdirSync(join(root, folder), { recursive: true })
  chmodSync(join(root, 'out'), 0o777)
  copyFileSync(join(import.meta.dirname, '../../../resources/start.mjs'), join(root, 'resources/start.mjs'))
  symlinkSync(process.execPath, join(root, 'node_modules/node/bin/node'))
  for (const path of ['package-lock.json', 'node_modules/.package-lock.json']) put(path, '{"packages":{}}')
  for (const path of ['electron.vite.config.ts', 'tsconfig.base.json']) put(path, '')
  put('node_modules/electron-vite/bin/electron-vite.js', '')
  put('out/main/headless.js', "console.log('server', ...process.argv.slice(2))")
  put('node_modules/electron/path.txt', 'electron')
  put('node_modules/electron/dist/electron', '#!/bin/sh\nshift\necho "window of $OUTPOST_DATA" "$@"\n')
  chmodSync(join(root, 'node_modules/electron/dist/electron'), 0o755)
})

async function started(...args: string[]): Promise<string> {
  const { OUTPOST_DATA: _data, npm_lifecycle_event: _npm, ...environment } = process.env
  const child = spawn(process.execPath, [join(root, 'resources/start.mjs'), ...args], {
    env: { ...environment, DISPLAY: ':0' },
    stdio: ['ignore', 'pipe', 'ignore'],
    // Electron does not run as root, so neither does this.
    ...(process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}),
  })
  return (await text(child.stdout)).trim()
}

const window = test.runIf(process.platform === 'linux')

window('the window opens on the data folder that is named', async () => {
  expect(await started()).toBe('window of')
  expect(await started('--data', '/srv/one')).toBe('window of /srv/one')
  expect(await started('--data=/srv/two')).toBe('window of /srv/two')
  expect(await started('model.outpost')).toBe('window of  model.outpost')
})

window('what only the server knows starts the server, with all that was said', async () => {
  expect(await started('--port', '8080', '--data', '/srv/one')).toBe('server --port 8080 --data /srv/one')
  expect(await started('--no-samples')).toBe('server --no-samples')
  expect(await started('--help')).toBe('server --help')
  expect(await started('--headless', '--data', '/srv/one')).toBe('server --data /srv/one')
})
