/**
 * The command line on one node that runs, as a process of its own: each command gives its exit code and what it wrote.
 * The commands run in this process, so that a thousand of them cost no thousand starts.
 */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { forkChildren } from '../../src-main/base/child.ts'
import { programPlace } from '../../src-main/base/program-place.ts'
import type { CliHost } from '../../src-main/cli/context.ts'
import { runCommandLine } from '../../src-main/cli/run.ts'
import { createCliHost } from '../../src-main/cli-host.ts'
import { startHeadless } from '../support/headless-process.ts'
import { sourceDirectory, temporaryFolder } from '../support/whole-node.ts'

export type CommandPath = Awaited<ReturnType<typeof openCommandPath>>

interface Ended {
  code: number
  /** The document of --json. */
  answer: unknown
}

export async function openCommandPath() {
  const directory = await temporaryFolder()
  const node = await startHeadless(join(directory, 'data'))
  const place = programPlace(sourceDirectory, join(sourceDirectory, 'cli.ts'))
  const base = createCliHost(place, forkChildren(sourceDirectory, '.ts'), new AbortController().signal)

  async function run(...args: string[]): Promise<Ended> {
    const written: string[] = []
    const host: CliHost = { ...base, out: collector(written), errors: collector([]) }
    const code = await runCommandLine([...args, '--data', join(directory, 'data'), '--json'], host)
    return { code, answer: JSON.parse(written.join('')) }
  }

  /** The answer of a command that has to succeed. */
  async function must(...args: string[]): Promise<unknown> {
    const { code, answer } = await run(...args)
    if (code === 0) return answer
    throw new Error(`outpost ${args.slice(0, 2).join(' ')} ended with ${code}: ${JSON.stringify(answer)}`)
  }

  const { name: publisher } = (await must('publisher', 'show')) as { name: string }
  return {
    directory,
    publisher,
    run,
    must,
    async close() {
      await node.end('SIGTERM')
      await rm(directory, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

const collector = (written: string[]): Writable =>
  new Writable({
    write(chunk: Buffer, _encoding, done) {
      written.push(chunk.toString())
      done()
    },
  })
