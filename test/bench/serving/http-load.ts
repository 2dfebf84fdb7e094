/** Load over HTTP from a process of its own, and the requests that it sends. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { LoadResult, LoadTask } from './load-client.ts'

export async function load(task: LoadTask): Promise<LoadResult> {
  const result = await startLoad(task).result
  if (result.failures > 0) throw new Error(`${result.failures} requests failed`)
  return result
}

/** One that goes on until it is told to stop, where its task says so. */
export function startLoad(task: LoadTask): { result: Promise<LoadResult>; stop(): void } {
  const child = fork(join(import.meta.dirname, 'load-client.ts'), [], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  child.send(task)
  const result = once(child, 'message').then(([said]) => {
    child.kill()
    return said as LoadResult
  })
  return { result, stop: () => void child.send('stop') }
}

export function request(path: string, headers: Record<string, string | number>, body: Buffer): string {
  const lines = Object.entries({ host: '127.0.0.1', ...headers, 'content-length': body.byteLength })
  const head = `POST ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}`).join('\r\n')}\r\n\r\n`
  return Buffer.concat([Buffer.from(head), body]).toString('base64')
}

export function binaryBody(shape: readonly number[], name = 'x'): { body: Buffer; headBytes: number } {
  const values = Buffer.from(
    new Float32Array(shape.reduce((product, size) => product * size, 1)).fill(0.5).buffer,
  )
  const head = JSON.stringify({
    inputs: [{ name, shape, datatype: 'FP32', parameters: { binary_data_size: values.byteLength } }],
    parameters: { binary_data_output: true },
  })
  return { body: Buffer.concat([Buffer.from(head), values]), headBytes: Buffer.byteLength(head) }
}
