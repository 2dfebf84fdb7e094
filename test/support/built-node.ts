/**
 * The built node as a process with a data folder of its own, for pages of a real browser: started as a server would
 * start it, entered by its one-time link, killed and started again on the ports that it had.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { type BrowserContext, expect } from '@playwright/test'
import { type Client, createClient } from '../../src-main/contract/api/client.ts'

const program = join(import.meta.dirname, '..', '..', 'out', 'main', 'headless.js')

export interface BuiltNode {
  url: string
  servingUrl: string
  /** Good for one use. */
  loginLink: string
  dataDirectory: string
  /** As the machine's owner, beside the page. */
  client: Client
  /** Resolves when the samples are installed and deployed. */
  samplesReady(): Promise<void>
  /** Uses the one-time link up and gives the login's cookie, NAME=VALUE. */
  enter(): Promise<string>
  /** As a crash does: nothing is told to anybody. */
  kill(): Promise<void>
  /** The same for its serving process alone. */
  killServing(): Promise<void>
  /** On the same folder and ports, after `kill`. */
  restart(): Promise<void>
  /** Ends it and removes its folder. */
  stop(): Promise<void>
}

export async function startBuiltNode(args: string[] = []): Promise<BuiltNode> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'outpost-page-'))
  let child = run(dataDirectory, ['--port', '0', '--serving-port', '0', ...args])
  const written = await linesUntil(child, '  Data')
  const { url, servingUrl, token } = await runtimeFile(dataDirectory)
  // The token changes with each start, the ports do not.
  let authorization = `Bearer ${token}`
  const client = createClient({ url: `${url}/api`, headers: () => ({ authorization }) })
  const loginLink = /Log in\s+(\S+)/.exec(written)?.[1] ?? ''
  const end = (signal: NodeJS.Signals) => {
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    child.kill(signal)
    return ended
  }
  return {
    url,
    servingUrl,
    loginLink,
    dataDirectory,
    client,
    samplesReady: () =>
      expect
        .poll(async () => (await client.deployments.list()).filter(({ state }) => state === 'ready').length, {
          timeout: 60_000,
        })
        .toBeGreaterThanOrEqual(3),
    async enter() {
      const answer = await fetch(`${url}/api/login/claim`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ token: loginLink.split('token=')[1] }),
      })
      return answer.headers.getSetCookie()[0]?.split(';')[0] ?? ''
    },
    kill: () => end('SIGKILL'),
    async killServing() {
      const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid=,args='])
      const rows = stdout.split('\n').map((line) => line.trim().split(/\s+/))
      const serving = rows.find(
        ([, parent, ...args]) => Number(parent) === child.pid && args.join(' ').includes('serving'),
      )
      if (!serving) throw new Error('the node has no serving process')
      process.kill(Number(serving[0]), 'SIGKILL')
    },
    async restart() {
      const ports = ['--port', new URL(url).port, '--serving-port', new URL(servingUrl).port]
      child = run(dataDirectory, [...ports, ...args])
      await linesUntil(child, '  Data')
      authorization = `Bearer ${(await runtimeFile(dataDirectory)).token}`
    },
    async stop() {
      if (child.exitCode === null && child.signalCode === null) await end('SIGTERM')
      await rm(dataDirectory, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

/** Gives a context the login that `enter` made. */
export function logIn(context: BrowserContext, { url }: BuiltNode, login: string): Promise<void> {
  const [name = '', value = ''] = login.split('=')
  return context.addCookies([{ name, value, url, httpOnly: true, sameSite: 'Strict' }])
}

const run = (dataDirectory: string, args: string[]) =>
  spawn(process.execPath, [program, '--data', dataDirectory, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })

async function runtimeFile(dataDirectory: string) {
  const text = await readFile(join(dataDirectory, 'runtime', 'node.json'), 'utf8')
  return JSON.parse(text) as { url: string; servingUrl: string; token: string }
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
