/** For a programmer's mistake only: what a person or a file can cause is an OutpostError. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`assertion failed: ${message}`)
}
