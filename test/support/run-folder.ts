/**
 * A temporary directory for one run of the tests, removed at its end: also what a test kills in the middle of its work,
 * and what a process that outlives its test writes, leaves nothing in the system's own.
 */
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const prefix = 'outpost-run-'

let folder: string | undefined

export function setup(): void {
  const system = tmpdir()
  for (const name of readdirSync(system)) {
    const pid = name.startsWith(prefix) ? Number(name.slice(prefix.length).split('-')[0]) : 0
    if (pid > 0 && hasEnded(pid)) remove(join(system, name))
  }
  folder = mkdtempSync(join(system, `${prefix}${process.pid}-`))
  chmodSync(folder, 0o711) // what a test runs as another account has to come through, and sees no names
  for (const name of ['TMPDIR', 'TEMP', 'TMP']) process.env[name] = folder
}

export function teardown(): void {
  if (folder !== undefined) remove(folder)
}

const remove = (path: string): void =>
  rmSync(path, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 })

/** A run that was killed; one of another account is not ours to judge. */
function hasEnded(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH'
  }
}
