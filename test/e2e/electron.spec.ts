/**
 * The built desktop on Electron itself, where its binary is at hand and a window can open; desktop.spec has the rest,
 * on the stand-in.
 */
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, test } from '@playwright/test'
import { _electron } from 'playwright'

const root = resolve(import.meta.dirname, '../..')
const electronFolder = join(root, 'node_modules', 'electron')

/** As the start script finds it. Electron's package is not asked: that would download it. */
function electronBinary(): string | undefined {
  const name = join(electronFolder, 'path.txt')
  const path = existsSync(name) ? join(electronFolder, 'dist', readFileSync(name, 'utf8')) : undefined
  return path !== undefined && existsSync(path) ? path : undefined
}

const executablePath = electronBinary()
const isLinux = process.platform === 'linux'
const hasDisplay = !!(process.env.DISPLAY || process.env.WAYLAND_DISPLAY)

test.skip(
  executablePath === undefined,
  'the binary of Electron is not here: npm start on a desktop fetches it',
)
test.skip(isLinux && !hasDisplay, 'there is no display')
test.skip(isLinux && process.getuid?.() === 0, 'Electron does not run as root')

test('opens the page of a node that answers as a desktop, and quits', async () => {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'outpost-electron-'))
  const app = await _electron.launch({
    executablePath: executablePath ?? '',
    args: [join(root, 'out/main/desktop.js')],
    env: { ...process.env, OUTPOST_DATA: dataDirectory },
  })
  try {
    const page = await app.firstWindow()
    await expect(page.getByRole('navigation').first()).toBeVisible()
    const host = await page.evaluate(async () => {
      const answer = await fetch('/api/status')
      return ((await answer.json()) as { host: string }).host
    })
    expect(host).toBe('desktop')
  } finally {
    await app.close()
    await rm(dataDirectory, { recursive: true, force: true, maxRetries: 5 })
  }
})
