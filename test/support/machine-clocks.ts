/** The clocks of a machine that a test owns, and a record that stays in memory. Milliseconds. */
import type { TimeSource, TimeStore } from '../../src-main/license/trusted-time/trusted-clock.ts'

export const second = 1000
export const minute = 60 * second
export const hour = 60 * minute
export const day = 24 * hour

export interface MachineClocks extends TimeSource {
  /** What the world's time really is, and what a restart of the machine leaves alone. */
  readonly real: number
  /** Time passes and the machine runs. */
  run(duration: number): void
  /** It sleeps: the counter that includes sleep goes on where `isSeen`. */
  sleep(duration: number, isSeen?: boolean): void
  /** It is off, and started again. */
  off(duration: number): void
  /** Somebody sets the wall clock. */
  set(wall: number): void
}

export function machineClocks(start: number): MachineClocks {
  let real = start
  let wall = start
  let monotonic = 0
  let sinceBoot = 5000
  let boots = 1
  return {
    get real() {
      return real
    },
    get boot() {
      return `boot-${boots}`
    },
    wall: () => wall,
    monotonic: () => monotonic,
    sinceBoot: () => sinceBoot,
    run(duration) {
      real += duration
      wall += duration
      monotonic += duration
      sinceBoot += duration
    },
    sleep(duration, isSeen = true) {
      real += duration
      wall += duration
      if (isSeen) sinceBoot += duration
    },
    off(duration) {
      real += duration
      wall += duration
      monotonic = 0
      sinceBoot = 5000
      boots++
    },
    set(to) {
      wall = to
    },
  }
}

export interface KeptRecord extends TimeStore {
  text: string | null
}

export function keptRecord(
  text: string | null = null,
  others: () => Array<string | null> = () => [],
): KeptRecord {
  const kept: KeptRecord = {
    text,
    read: () => kept.text,
    async write(written) {
      kept.text = written
    },
    others,
  }
  return kept
}
