/**
 * Walks the usage chain and says whether every record is as it was written, and where not. The end of the last
 * segment may be torn by a power loss; that is told apart from a change.
 */
import { open, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { isSystemError } from '../base/errors.ts'
import { readBlocks } from './read-segment.ts'
import { noHash, sealFits, segmentHeader, segmentName, segmentNumber } from './segment-format.ts'

export interface UsageVerification {
  intact: boolean
  segments: number
  records: number
  /** The hash of the last block that fits: to compare with one noted elsewhere, since an end cut off leaves no trace. */
  hash: string
  /** The first thing that does not fit, in words. */
  problem: string | null
  /** Bytes at the very end that belong to no block: written when the machine went down. */
  tornBytes: number
}

export async function listSegments(directory: string): Promise<number[]> {
  try {
    const names = await readdir(directory)
    return names
      .map(segmentNumber)
      .filter((number) => number !== null)
      .sort((a, b) => a - b)
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return []
    throw error
  }
}

/**
 * Old segments may have been deleted by age: the chain begins where the first one says. `onLines` gets the records of
 * each block that fits its seal, as they stand.
 */
export async function verifyUsage(
  directory: string,
  key: Uint8Array,
  onLines: (lines: readonly string[]) => void = () => undefined,
): Promise<UsageVerification> {
  const numbers = await listSegments(directory)
  const walk: Walk = { key, onLines, hash: noHash, sequence: null, records: 0 }
  const result = (problem: string | null, tornBytes = 0): UsageVerification => ({
    intact: problem === null,
    segments: numbers.length,
    records: walk.records,
    hash: walk.hash,
    problem,
    tornBytes,
  })
  for (const [index, number] of numbers.entries()) {
    const name = segmentName(number)
    const path = join(directory, name)
    const last = index === numbers.length - 1
    const header = await readHeader(path)
    if (!header && last) return result(null, (await stat(path)).size)
    if (!header || header.segment !== number) return result(`${name} does not begin as a segment.`)
    const before = numbers[index - 1]
    if (before === undefined) walk.hash = header.previous
    else if (before !== number - 1) return result(`The segment before ${name} is missing.`)
    if (header.previous !== walk.hash) return result(`${name} does not continue the segment before it.`)

    const { end, problem } = await walkSegment(path, walk)
    if (problem !== null) return result(`${name}: ${problem}`)
    const tornBytes = (await stat(path)).size - end
    if (tornBytes > 0 && last) return result(null, tornBytes)
    if (tornBytes > 0) return result(`${name} has ${tornBytes} bytes after its last seal.`)
  }
  return result(null)
}

/** What has been walked so far. */
interface Walk {
  onLines: (lines: readonly string[]) => void
  key: Uint8Array
  hash: string
  sequence: number | null
  records: number
}

async function walkSegment(path: string, walk: Walk): Promise<{ end: number; problem: string | null }> {
  let end = 0
  for await (const { seal, content, lines, from, to } of readBlocks(path)) {
    if (!seal || !sealFits(walk.key, walk.hash, content, seal)) {
      return { end, problem: `the block at byte ${from} differs from its seal.` }
    }
    if (seal.count !== lines.length || (walk.sequence !== null && seal.seal !== walk.sequence + seal.count)) {
      return { end, problem: `records before byte ${to} are missing.` }
    }
    walk.onLines(lines)
    walk.sequence = seal.seal
    walk.hash = seal.hash
    walk.records += seal.count
    end = to
  }
  return { end, problem: null }
}

export async function readHeader(path: string) {
  const file = await open(path, 'r')
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(512), 0, 512, 0)
    const [line = ''] = buffer.toString('utf8', 0, bytesRead).split('\n', 1)
    const parsed = segmentHeader.safeParse(JSON.parse(line))
    return parsed.success ? parsed.data : null
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  } finally {
    await file.close()
  }
}
