/** Reads a usage segment block by block, in bounded memory, from any offset at which a block begins. */
import { open } from 'node:fs/promises'
import { type Seal, sealLine, sealPrefix } from './segment-format.ts'

export interface Block {
  /** Offset of the block's first byte, and of the byte after its seal. */
  from: number
  to: number
  /** The bytes that the seal covers: header line of the segment where it is the first block, then the records. */
  content: Uint8Array
  /** The lines of the records, without the header. */
  lines: string[]
  /** Null where the seal line is there but cannot be read. */
  seal: Seal | null
}

/** Bytes read at a time; a block is the records of one turn of the event loop and far smaller. */
const chunkBytes = 1 << 18

/** Yields each block whose seal line is complete; what follows the last one is torn or still being written. */
export async function* readBlocks(path: string, offset = 0): AsyncGenerator<Block> {
  const file = await open(path, 'r')
  try {
    let held = Buffer.alloc(0)
    let from = offset
    let readAt = offset
    for (;;) {
      const chunk = Buffer.alloc(chunkBytes)
      const { bytesRead } = await file.read(chunk, 0, chunkBytes, readAt)
      if (bytesRead === 0) return
      readAt += bytesRead
      held = Buffer.concat([held, chunk.subarray(0, bytesRead)])
      for (let block = takeBlock(held, from); block; block = takeBlock(held, from)) {
        held = held.subarray(block.to - from)
        from = block.to
        yield block
      }
    }
  } finally {
    await file.close()
  }
}

function takeBlock(bytes: Buffer, from: number): Block | null {
  let sealAt = bytes.indexOf(sealPrefix)
  while (sealAt > 0 && bytes[sealAt - 1] !== 0x0a) sealAt = bytes.indexOf(sealPrefix, sealAt + 1)
  if (sealAt === -1) return null
  const end = bytes.indexOf(0x0a, sealAt)
  if (end === -1) return null
  const content = bytes.subarray(0, sealAt)
  const lines = content.toString('utf8').split('\n')
  lines.pop() // what stands after the last line's end
  if (from === 0) lines.shift()
  return { from, to: from + end + 1, content, lines, seal: readSeal(bytes.toString('utf8', sealAt, end)) }
}

function readSeal(line: string): Seal | null {
  try {
    return sealLine.parse(JSON.parse(line))
  } catch {
    return null // damaged: whoever asked compares it with nothing and says so
  }
}
