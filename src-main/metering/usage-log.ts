/**
 * The usage chain as serving writes it. A record is in the page cache before the answer that it is about leaves, so
 * it survives the death of the process; records of one turn of the event loop are written as one sealed block.
 */
import { createSecretKey } from 'node:crypto'
import { closeSync, fdatasync, ftruncateSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { stat, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { OutpostError } from '../base/errors.ts'
import { limits } from '../contract/limits.ts'
import type { RequestRow } from '../contract/views.ts'
import { readBlocks } from './read-segment.ts'
import { createRecordLine } from './record-line.ts'
import { headerText, noHash, sealFits, sealText, segmentName } from './segment-format.ts'
import { listSegments, readHeader } from './verify-usage.ts'

/** Where the chain ends. */
interface End {
  segment: number
  /** Bytes of the segment that are sealed. */
  size: number
  hash: string
  sequence: number
}

export interface UsageLog {
  /**
   * Settles once the record is written; METER_UNAVAILABLE where it cannot be, and then no answer may leave. `before` is
   * asked once for all records of a block that name it, before the block is written: those are refused where it throws.
   */
  append(record: RequestRow, before?: (() => void) | null): Promise<void>
  /** Writes what waits and closes the file. */
  close(): void
}

interface Pending {
  line: string
  before: (() => void) | null
  resolve: () => void
  reject: (error: unknown) => void
}

/** Opens the chain at its end; a torn end is cut off, since the answers to those records never left. */
export async function openUsageLog(
  directory: string,
  key: Uint8Array,
  segmentBytesMax: number = limits.usageSegmentBytes,
): Promise<UsageLog> {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  let end = await findEnd(directory, key)
  let fd = openSync(join(directory, segmentName(end.segment)), 'a', 0o600)
  const macKey = createSecretKey(key)
  const lineOf = createRecordLine()
  let pending: Pending[] = []
  let scheduled = false
  /** The file may hold bytes behind `end.size` after a write that failed half way. */
  let untidy = false
  let unsynced = false

  const sync = setInterval(() => {
    if (!unsynced) return
    unsynced = false
    fdatasync(fd, () => undefined) // a power loss may cost the last second; a crash of the process costs nothing
  }, 1000)
  sync.unref()

  function rotate(): void {
    closeSync(fd)
    end = { ...end, segment: end.segment + 1, size: 0 }
    fd = openSync(join(directory, segmentName(end.segment)), 'a', 0o600)
  }

  function write(batch: readonly Pending[]): void {
    if (end.size >= segmentBytesMax) rotate()
    if (untidy) ftruncateSync(fd, end.size)
    untidy = true
    const lines = batch.map((entry) => entry.line).join('')
    const block = Buffer.from(end.size === 0 ? headerText(end.segment, end.hash) + lines : lines)
    const sequence = end.sequence + batch.length
    const seal = sealText(macKey, end.hash, block, sequence, batch.length)
    const bytes = Buffer.concat([block, Buffer.from(seal.text)])
    for (let at = 0; at < bytes.byteLength; ) at += writeSync(fd, bytes, at)
    untidy = false
    unsynced = true
    end = { ...end, size: end.size + bytes.byteLength, hash: seal.hash, sequence }
  }

  function flush(): void {
    scheduled = false
    const batch = prepared(pending)
    pending = []
    if (batch.length === 0) return
    try {
      write(batch)
    } catch (error) {
      const refusal = new OutpostError(
        'METER_UNAVAILABLE',
        'The call could not be recorded, so it is not answered.',
        {
          hint: 'Look for a full disk or lost permissions on the data folder.',
          cause: error,
        },
      )
      for (const entry of batch) entry.reject(refusal)
      return
    }
    for (const entry of batch) entry.resolve()
  }

  return {
    append: (record, before = null) =>
      new Promise((resolve, reject) => {
        pending.push({ line: lineOf(record), before, resolve, reject })
        if (scheduled) return
        scheduled = true
        setImmediate(flush)
      }),
    close: () => {
      flush()
      clearInterval(sync)
      closeSync(fd)
    },
  }
}

/** Asks what the records need before them; without those that were refused. */
function prepared(batch: readonly Pending[]): readonly Pending[] {
  const refused = new Set<Pending['before']>()
  for (const before of new Set(batch.map((entry) => entry.before))) {
    try {
      before?.()
    } catch (error) {
      refused.add(before)
      for (const entry of batch) if (entry.before === before) entry.reject(error)
    }
  }
  return refused.size === 0 ? batch : batch.filter(({ before }) => !refused.has(before))
}

async function findEnd(directory: string, key: Uint8Array): Promise<End> {
  const segment = (await listSegments(directory)).at(-1)
  if (segment === undefined) return { segment: 1, size: 0, hash: noHash, sequence: 0 }
  const path = join(directory, segmentName(segment))
  const header = await readHeader(path)
  const end: End = { segment, size: 0, hash: header?.previous ?? noHash, sequence: 0 }
  let damaged = header === null && (await hasBlock(path))
  if (!damaged) {
    for await (const block of readBlocks(path)) {
      if (!block.seal || !sealFits(key, end.hash, block.content, block.seal)) {
        damaged = true
        break
      }
      end.size = block.to
      end.hash = block.seal.hash
      end.sequence = block.seal.seal
    }
  }
  // Changed, or sealed with another key: left as it is for verifyUsage to show, and continued in a new segment.
  if (damaged) return { ...end, segment: segment + 1, size: 0 }
  if (header === null) return await restartSegment(directory, segment, path)
  if ((await stat(path)).size > end.size) await truncate(path, end.size)
  return end
}

/** The last segment was torn before its first seal: it is written anew behind the one before it. */
async function restartSegment(directory: string, segment: number, path: string): Promise<End> {
  await truncate(path, 0)
  const before = segmentName(segment - 1)
  const end: End = { segment, size: 0, hash: noHash, sequence: 0 }
  if (!(await listSegments(directory)).includes(segment - 1)) return end
  for await (const block of readBlocks(join(directory, before))) {
    if (block.seal) {
      end.hash = block.seal.hash
      end.sequence = block.seal.seal
    }
  }
  return end
}

async function hasBlock(path: string): Promise<boolean> {
  for await (const block of readBlocks(path)) return block.to > 0
  return false
}
