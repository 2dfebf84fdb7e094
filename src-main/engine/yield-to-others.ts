/**
 * A thread that loads a large model or runs a slow one yields to those that are done at once: they would wait for the
 * end of its time slice otherwise, which is longer than they take. It cannot be taken back without privileges, and
 * need not be: a large model stays one. On Linux alone, where a thread has a priority of its own (man 2 setpriority).
 */
import { setPriority } from 'node:os'

/** Longer than a small model takes with all that is around it. */
export const slowRunMs = 20

const niceness = 15

export function yieldToOthers(): void {
  if (process.platform !== 'linux') return
  try {
    setPriority(0, niceness) // 0 is the thread that calls
  } catch {
    // a sandbox may forbid it: the model runs all the same
  }
}
