/** How the sources of traits look at the machine: files, programs of the system, the folder of the data. */
import { execFile } from 'node:child_process'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { promisify } from 'node:util'
import type { TraitKind } from './traits.ts'

export interface Machine {
  platform: NodeJS.Platform
  /** These throw where there is nothing to be had; the source is then left out. */
  readText(path: string): string
  list(path: string): string[]
  exists(path: string): boolean
  stat(path: string): { dev: bigint; rdev: bigint; ino: bigint; birthtimeNs: bigint }
  run(program: string, args: readonly string[]): Promise<string>
}

/** Gives the values of one kind, or throws. */
export interface TraitSource {
  kind: TraitKind
  read(): readonly string[] | Promise<readonly string[]>
}

/** A program that hangs must not hold up the start; milliseconds. PowerShell takes seconds to begin. */
const patience = 15_000

export const thisMachine: Machine = {
  platform: process.platform,
  readText: (path) => readFileSync(path, 'utf8'),
  list: (path) => readdirSync(path),
  exists: (path) => statSync(path, { throwIfNoEntry: false }) !== undefined,
  stat: (path) => statSync(path, { bigint: true }),
  async run(program, args) {
    const { stdout } = await promisify(execFile)(program, args, { timeout: patience, windowsHide: true })
    return stdout
  },
}
