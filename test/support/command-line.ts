/**
 * The command line as a person runs it: the real program from source, as a process of its own, on a data folder of the
 * test's own. What it writes and how it ends is all that a test sees of it.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { sourceDirectory } from './whole-node.ts'

export interface Ended {
  code: number | null
  /** What it wrote to stdout, and to stderr. */
  out: string
  errors: string
}

interface Surroundings {
  /** Written to its standard input, which is closed otherwise. */
  input?: string
  environment?: Record<string, string>
  /** The account that it runs as, where root runs the tests. */
  uid?: number
}

export interface Started {
  child: ChildProcess
  ended: Promise<Ended>
}

export function start(args: readonly string[], { input, environment, uid }: Surroundings = {}): Started {
  const child = spawn(process.execPath, [join(sourceDirectory, 'cli.ts'), ...args], {
    env: { ...process.env, ...environment },
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(uid === undefined ? {} : { uid, gid: uid }),
  })
  child.stdin.end(input ?? '')
  const ended = Promise.all([
    new Promise<number | null>((resolve) => child.once('close', resolve)),
    text(child.stdout),
    text(child.stderr),
  ]).then(([code, out, errors]) => ({ code, out, errors }))
  return { child, ended }
}

export const outpost = (args: readonly string[], surroundings?: Surroundings): Promise<Ended> =>
  start(args, surroundings).ended

/** The document that it writes with --json, where it is done; a refusal fails the test with its words. */
export async function answer<Value = Record<string, unknown>>(
  args: readonly string[],
  surroundings?: Surroundings,
): Promise<Value> {
  const { code, out, errors } = await outpost([...args, '--json'], surroundings)
  if (code !== 0) throw new Error(`outpost ${args.join(' ')} ended with ${code}: ${out}${errors}`)
  return JSON.parse(out) as Value
}
