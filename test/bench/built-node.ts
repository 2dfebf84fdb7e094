/** The built headless node as a process of its own, timed from its start until it says where it listens. */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'

const program = resolve(import.meta.dirname, '../../out/main/headless.js')

export interface BuiltNode {
  url: string
  /** Of the one-time link. */
  loginToken: string
  readyMs: number
  stop(): Promise<void>
}

/** Rejects with what it wrote where it ends before it is ready. */
export async function startBuiltNode(dataDirectory: string): Promise<BuiltNode> {
  if (!existsSync(program)) throw new Error(`${program} is not there: build first`)
  const args = [program, '--data', dataDirectory, '--port', '0', '--serving-port', '0', '--no-samples']
  const started = performance.now()
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = new Promise<void>((settle) => child.once('exit', () => settle()))
  let written = ''
  await new Promise<void>((ready, reject) => {
    void ended.then(() => reject(new Error(`the node ended before it was ready: ${written}`)))
    createInterface(child.stdout).on('line', (line) => {
      written += `${line}\n`
      if (line.startsWith('  Data')) ready()
    })
  })
  return {
    readyMs: performance.now() - started,
    url: /UI\s+(\S+)/.exec(written)?.[1] ?? '',
    loginToken: /token=(\S+)/.exec(written)?.[1] ?? '',
    stop() {
      child.kill('SIGTERM')
      return ended
    },
  }
}
