/** A node on a machine whose clocks the test owns, as far as its trusted time goes. */
import { expect } from 'vitest'
import { createTrustedClock } from '../../src-main/license/trusted-time/trusted-clock.ts'
import { keptRecord, type MachineClocks, minute, second } from './machine-clocks.ts'

const key = Buffer.alloc(32, 3)
export const noon = Date.UTC(2026, 10, 21, 12)

/** Started, run with a look at the clocks each minute, stopped in good order. */
export function clockedNode(machine: MachineClocks, kept = keptRecord()) {
  let clock = createTrustedClock(machine, kept, key)
  return {
    kept,
    get clock() {
      return clock
    },
    run(duration: number) {
      for (let left = duration; left > 0; left -= minute) {
        machine.run(Math.min(left, minute))
        clock.sync()
      }
    },
    async restart(meanwhile: () => void) {
      await clock.close()
      meanwhile()
      clock = createTrustedClock(machine, kept, key)
    },
    kinds: () => clock.anomalies().map(({ kind }) => kind),
  }
}

/** Off by less than what one look at the clocks is apart from the next. */
export const isAbout = (time: number, expected: number) =>
  expect(Math.abs(time - expected)).toBeLessThan(2 * second)
