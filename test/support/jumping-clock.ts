/**
 * Loaded before a program of a test (node --import): its wall clock is off by as many milliseconds as the file
 * OUTPOST_TEST_CLOCK says at the moment. The monotonic clock goes on as it does when someone sets the time.
 */
import { readFileSync } from 'node:fs'

const file = process.env.OUTPOST_TEST_CLOCK ?? ''
const RealDate = Date
let offset = 0

const look = () => {
  offset = Number(readFileSync(file, 'utf8')) || 0
}
look()
setInterval(look, 20).unref()

class JumpingDate extends RealDate {
  constructor(...given: unknown[]) {
    if (given.length === 0) super(JumpingDate.now())
    else super(...(given as [number]))
  }
  static override now(): number {
    return RealDate.now() + offset
  }
}
globalThis.Date = JumpingDate as DateConstructor
