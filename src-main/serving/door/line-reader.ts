/** Cuts a body into its lines as it arrives. A line over the limit is told once, and passed over up to its end. */
const newline = 0x0a

/** Null stands for a line over the limit. */
export type Line = Buffer | null

export interface LineReader {
  /** The lines that end in this piece; lines of nothing but space are passed over. */
  take(chunk: Buffer): Line[]
  /** What has no line break behind it. */
  rest(): Line[]
}

export function createLineReader(bytesMax: number): LineReader {
  let begun: Buffer[] = []
  let bytes = 0
  let passingOver = false

  /** Whether it was this piece that made the line too long. */
  function add(piece: Buffer): boolean {
    if (passingOver) return false
    bytes += piece.byteLength
    if (bytes <= bytesMax) {
      begun.push(piece)
      return false
    }
    begun = []
    passingOver = true
    return true
  }

  function end(): Line[] {
    const line = Buffer.concat(begun)
    const found = passingOver || isBlank(line) ? [] : [line]
    begun = []
    bytes = 0
    passingOver = false
    return found
  }

  return {
    take: (chunk) => {
      const lines: Line[] = []
      let from = 0
      for (let at = chunk.indexOf(newline); at !== -1; at = chunk.indexOf(newline, from)) {
        if (add(chunk.subarray(from, at))) lines.push(null)
        lines.push(...end())
        from = at + 1
      }
      if (from < chunk.byteLength && add(chunk.subarray(from))) lines.push(null)
      return lines
    },
    rest: end,
  }
}

const isBlank = (line: Buffer): boolean =>
  line.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d)
