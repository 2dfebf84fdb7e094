/** Starts the built desktop (out/main/desktop.js) on the stand-in for Electron, in a process of its own. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright'
import type { DesktopAction } from './electron-stand-in-main.ts'
import { freePort } from './free-port.ts'

const root = resolve(import.meta.dirname, '../..')
const entry = join(root, 'out/main/desktop.js')

export interface BuiltDesktop {
  page: Page
  process: ChildProcess
  act(action: DesktopAction): void
  /** Quits as a person does; resolves with the exit code. */
  quit(): Promise<number>
}

export async function startBuiltDesktop(dataDirectory: string, args: string[] = []): Promise<BuiltDesktop> {
  if (!existsSync(entry)) throw new Error('out/main/desktop.js is missing: npm run build')
  const port = await freePort()
  const child = fork(join(import.meta.dirname, 'electron-stand-in-main.ts'), [entry, ...args], {
    env: { ...process.env, OUTPOST_DATA: dataDirectory, OUTPOST_TEST_DEBUGGING_PORT: String(port) },
  })
  const ended = once(child, 'exit')
  const browser = await connected(port, child)
  const page = await firstPage(browser)
  return {
    page,
    process: child,
    act: (action) => void child.send(action),
    async quit() {
      child.send({ type: 'quit' })
      const [code] = await ended
      return code
    },
  }
}

/** Chromium comes up while the node starts; there is no event for it outside its process. */
async function connected(port: number, child: ChildProcess): Promise<Browser> {
  while (child.exitCode === null) {
    try {
      return await chromium.connectOverCDP(`http://127.0.0.1:${port}`)
    } catch (error) {
      if (!(error instanceof Error && error.message.includes('ECONNREFUSED'))) throw error
    }
  }
  throw new Error(`the desktop ended with ${child.exitCode} before its window came`)
}

async function firstPage(browser: Browser): Promise<Page> {
  for (;;) {
    const pages = browser.contexts().flatMap((context) => context.pages())
    const page = pages.find((candidate) => candidate.url().startsWith('http://127.0.0.1'))
    if (page) return page
    await new Promise((wait) => setTimeout(wait, 50))
  }
}
