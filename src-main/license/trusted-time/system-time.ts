/**
 * The clocks of this machine and the files of their records.
 *
 * Counting from the start, sleep included: Linux has CLOCK_BOOTTIME (what os.uptime reads); on macOS and Windows the
 * clock behind process.hrtime counts sleep itself (libuv: mach_continuous_time, QueryPerformanceCounter), while their
 * uptime follows the wall clock or is coarse. Which start it was: /proc/sys/kernel/random/boot_id (random(4)), and
 * kern.bootsessionuuid on macOS; Windows tells none, so each process counts as a start of its own there.
 */
import { execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { access } from 'node:fs/promises'
import { uptime } from 'node:os'
import { dirname } from 'node:path'
import { isSystemError } from '../../base/errors.ts'
import { writeFileAtomically } from '../../base/files.ts'
import type { TimeSource, TimeStore } from './trusted-clock.ts'

const counter = (): number => Number(process.hrtime.bigint() / 1000n) / 1000

function sinceBoot(): number {
  if (process.platform !== 'linux') return counter()
  try {
    return uptime() * 1000
  } catch {
    return counter() // no /proc, as in some sandboxes
  }
}

function bootId(): string {
  try {
    const text =
      process.platform === 'linux'
        ? readFileSync('/proc/sys/kernel/random/boot_id', 'utf8')
        : process.platform === 'darwin'
          ? execFileSync('/usr/sbin/sysctl', ['-n', 'kern.bootsessionuuid'], {
              encoding: 'utf8',
              timeout: 5000,
            })
          : ''
    if (/^[0-9a-fA-F-]{36}$/.test(text.trim())) return text.trim().toLowerCase()
  } catch {
    // As good as another start of the machine.
  }
  return `process:${randomUUID()}`
}

export const systemTime = (): TimeSource => ({
  wall: () => Date.now(),
  monotonic: () => performance.now(),
  sinceBoot,
  boot: bootId(),
})

/** `path` is written by this process alone, `others` by its peers. */
export const timeFile = (path: string, others: readonly string[] = []): TimeStore => ({
  read: () => readRecord(path),
  write: async (text) => {
    await access(dirname(path)) // a data folder that was removed while this process ends is not made anew
    await writeFileAtomically(path, text, 0o600)
  },
  others: () => others.map(readRecord),
})

/** A file that is there and cannot be read is a record that was lost, not one that never was. */
function readRecord(path: string): string | null {
  try {
    return readFileSync(path, 'utf8').slice(0, 4096)
  } catch (error) {
    return isSystemError(error, 'ENOENT') ? null : ''
  }
}
