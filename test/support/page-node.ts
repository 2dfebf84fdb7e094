/**
 * The built node behind a real page: one headless process a test file, in a folder of its own, entered by the one-time
 * link as a person would. What the browser writes to its console counts: a policy that is broken, an error that is not
 * shown.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test as base, expect, type Page } from '@playwright/test'
import { type Client, createClient } from '../../src-main/contract/api/client.ts'

const program = join(import.meta.dirname, '..', '..', 'out', 'main', 'headless.js')

export interface PageNode {
  url: string
  servingUrl: string
  loginLink: string
  dataDirectory: string
  /** As the machine's owner, beside the page. */
  client: Client
  /** Resolves when the samples are installed and deployed. */
  samplesReady(): Promise<void>
  stop(): Promise<void>
}

async function startPageNode(args: string[]): Promise<PageNode> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'outpost-page-'))
  const child = spawn(
    process.execPath,
    [program, '--data', dataDirectory, '--port', '0', '--serving-port', '0', ...args],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  const written = await linesUntil(child, '  Data')
  const runtime = JSON.parse(await readFile(join(dataDirectory, 'runtime', 'node.json'), 'utf8')) as {
    url: string
    servingUrl: string
    token: string
  }
  const client = createClient({
    url: `${runtime.url}/api`,
    headers: () => ({ authorization: `Bearer ${runtime.token}` }),
  })
  return {
    ...runtime,
    loginLink: /Log in\s+(\S+)/.exec(written)?.[1] ?? '',
    dataDirectory,
    client,
    samplesReady: () =>
      expect
        .poll(async () => (await client.deployments.list()).filter(({ state }) => state === 'ready').length, {
          timeout: 60_000,
        })
        .toBeGreaterThanOrEqual(3),
    async stop() {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGTERM')
      await ended
      await rm(dataDirectory, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

function linesUntil(child: ChildProcess, start: string): Promise<string> {
  let written = ''
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the node ended with ${code}: ${written}`)))
    if (!child.stdout) throw new Error('the node has no output to read')
    createInterface(child.stdout).on('line', (line) => {
      written += `${line}\n`
      if (line.startsWith(start)) resolve(written)
    })
  })
}

interface Options {
  /** Arguments of the node beside its folder and ports. */
  nodeArguments: string[]
}

interface Shared {
  node: PageNode
  entered: string
}

/** `node` lives as long as its worker; `page` is logged in, and fails the test that leaves errors on its console. */
export const test = base.extend<{ page: Page }, Shared & Options>({
  nodeArguments: [[], { scope: 'worker', option: true }],
  node: [
    async ({ nodeArguments }, use) => {
      const node = await startPageNode(nodeArguments)
      await use(node)
      await node.stop()
    },
    { scope: 'worker', timeout: 60_000 },
  ],
  entered: [
    async ({ node }, use) => {
      const response = await fetch(`${node.url}/api/login/claim`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ token: node.loginLink.split('token=')[1] }),
      })
      await use(response.headers.getSetCookie()[0]?.split(';')[0]?.split('=')[1] ?? '')
    },
    { scope: 'worker' },
  ],
  page: async ({ page, node, entered }, use) => {
    const problems: string[] = []
    page.on('pageerror', (error) => problems.push(error.message))
    page.on('console', (message) => {
      // A refused request is the test's business; what the page itself gets wrong is not.
      if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
        problems.push(message.text())
    })
    await page
      .context()
      .addCookies([
        { name: 'outpost_login', value: entered, url: node.url, httpOnly: true, sameSite: 'Strict' },
      ])
    await use(page)
    expect(problems).toEqual([])
  },
})

export { expect }
