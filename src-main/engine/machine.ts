/** What figures measured on this machine depend on: its processors and the version of the runtime. */
import { createHash } from 'node:crypto'
import { arch, availableParallelism, cpus, platform } from 'node:os'

let hardware: string | undefined

export function machineFingerprint(runtime: string): string {
  hardware ??= [platform(), arch(), cpus()[0]?.model.trim() ?? '', availableParallelism()].join('|')
  return createHash('sha256').update(`${hardware}|${runtime}`).digest('hex').slice(0, 32)
}
