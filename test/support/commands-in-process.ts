/** The command line without a process for each command, where a test runs many: the same program, called. */
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { forkChildren } from '../../src-main/base/child.ts'
import { programPlace } from '../../src-main/base/program-place.ts'
import { runCommandLine } from '../../src-main/cli/run.ts'
import { createCliHost } from '../../src-main/cli-host.ts'
import type { Ended } from './command-line.ts'
import { sourceDirectory } from './whole-node.ts'

export type RunCommand = (...args: string[]) => Promise<Ended>

/** Runs commands on a data folder, with or without a node that runs on it. */
export function commandsOn(dataDirectory: string): RunCommand {
  const place = programPlace(sourceDirectory, join(sourceDirectory, 'cli.ts'))
  const startChild = forkChildren(sourceDirectory, '.ts')
  const base = createCliHost(place, startChild, new AbortController().signal)
  return async (...args) => {
    const out: string[] = []
    const errors: string[] = []
    const host = { ...base, out: collector(out), errors: collector(errors) }
    const code = await runCommandLine([...args, '--data', dataDirectory], host)
    return { code, out: out.join(''), errors: errors.join('') }
  }
}

const collector = (written: string[]): Writable =>
  new Writable({
    write(chunk: Buffer, _encoding, done) {
      written.push(chunk.toString())
      done()
    },
  })
