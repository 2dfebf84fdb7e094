/** The headless node as a process of its own, from source, as a server would run it: to be killed, restarted, doubled. */
import { type ChildProcess, spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type Client, createClient } from '../../src-main/contract/api/client.ts'
import { sourceDirectory } from './whole-node.ts'

export interface HeadlessProcess {
  child: ChildProcess
  url: string
  servingUrl: string
  grpcAddress: string
  client: Client
  /** Of the owner's account, from the data folder. */
  token: string
  output(): string
  /** Sends the signal and resolves with how it ended. */
  end(signal: NodeJS.Signals): Promise<{ code: number | null; signal: NodeJS.Signals | null }>
}

const free = ['--port', '0', '--serving-port', '0', '--no-samples']

/** Resolves when it says where it listens; rejects with what it wrote when it ends before. */
export async function startHeadless(dataDirectory: string, args: string[] = free): Promise<HeadlessProcess> {
  const child = spawn(
    process.execPath,
    [join(sourceDirectory, 'headless.ts'), '--data', dataDirectory, ...args],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  let written = ''
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }))
  })
  child.stderr.on('data', (chunk: Buffer) => {
    written += chunk.toString()
  })
  await new Promise<void>((resolve, reject) => {
    void ended.then(({ code }) => reject(new Error(`ended with ${code}: ${written}`)))
    createInterface(child.stdout).on('line', (line) => {
      written += `${line}\n`
      if (line.startsWith('  Data')) resolve()
    })
  })
  const runtime = JSON.parse(await readFile(join(dataDirectory, 'runtime', 'node.json'), 'utf8')) as {
    url: string
    servingUrl: string
    grpcAddress: string
    token: string
  }
  return {
    child,
    ...runtime,
    client: createClient({
      url: `${runtime.url}/api`,
      headers: () => ({ authorization: `Bearer ${runtime.token}` }),
    }),
    output: () => written,
    end(signal) {
      child.kill(signal)
      return ended
    },
  }
}
