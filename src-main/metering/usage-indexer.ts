/**
 * Brings the usage segments into usage.db, from where it stopped: the same code replays at the start what a killed
 * process had not indexed, and follows the chain while it grows. Each step is one short transaction.
 */
import { join } from 'node:path'
import { limits } from '../contract/limits.ts'
import { type RequestRow, requestRow } from '../contract/views.ts'
import type { UsageWriter } from '../store/sqlite.ts'
import { indexUsage, readUsagePosition, type UsagePosition } from '../store/tables/usage-index.ts'
import { readBlocks } from './read-segment.ts'
import { segmentName } from './segment-format.ts'
import { listSegments } from './verify-usage.ts'

export interface UsageIndexer {
  /** Indexes everything that is sealed now; a call during another joins it and goes on behind it. */
  catchUp(): Promise<void>
}

export function createUsageIndexer(directory: string, db: UsageWriter): UsageIndexer {
  let running: Promise<void> = Promise.resolve()
  return {
    catchUp: () => {
      running = running.then(
        () => indexAll(directory, db),
        () => indexAll(directory, db),
      )
      return running
    },
  }
}

async function indexAll(directory: string, db: UsageWriter): Promise<void> {
  let position = readUsagePosition(db)
  for (const segment of await listSegments(directory)) {
    if (segment < position.segment) continue
    if (segment > position.segment) position = { segment, offset: 0 }
    position = await indexSegment(directory, db, position)
  }
}

async function indexSegment(directory: string, db: UsageWriter, from: UsagePosition): Promise<UsagePosition> {
  let position = from
  let records: RequestRow[] = []
  const store = () => {
    if (position.offset !== from.offset) indexUsage(db, records, position)
    records = []
  }
  for await (const block of readBlocks(join(directory, segmentName(from.segment)), from.offset)) {
    records.push(...block.lines.flatMap(readRecord))
    position = { segment: from.segment, offset: block.to }
    if (records.length < limits.usageIndexRowsMax) continue
    store()
    await new Promise(setImmediate) // the door has requests to answer between two transactions
  }
  if (records.length > 0) store()
  return position
}

/** None where the line is no record: the chain's verification shows it, and the index does without it. */
function readRecord(line: string): RequestRow[] {
  try {
    return [requestRow.parse(JSON.parse(line))]
  } catch {
    return []
  }
}
