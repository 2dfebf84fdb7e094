/** For a programmer's mistake only: what a person or a file can cause is an OutpostError. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`assertion failed: ${message}`)
}

/** Makes a switch over a union exhaustive at compile time. */
function unreachable(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`)
}
