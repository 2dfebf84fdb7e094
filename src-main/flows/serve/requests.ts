/** The log of calls, and the receipt of one. */
import { setTimeout } from 'node:timers/promises'
import { OutpostError } from '../../base/errors.ts'
import type { RequestRow } from '../../contract/views.ts'
import { findUsageRecord, listUsageRecords, type UsageFilter } from '../../store/tables/usage-records.ts'
import type { NodeContext } from '../node-context.ts'

/** Together a little longer than serving takes to index a call. */
const indexLooks = 8
const indexLookEveryMs = 150

export const listRequests = (node: NodeContext, query: UsageFilter & { offset: number; limit: number }) => {
  const { offset, limit, ...filter } = query
  return listUsageRecords(node.usage, filter, { offset, limit })
}

/** Whoever asks right after the answer waits for the index, which follows within a second. */
export async function findRequest(node: NodeContext, id: string): Promise<RequestRow> {
  for (let left = indexLooks; left > 0; left--) {
    const found = findUsageRecord(node.usage, id)
    if (found) return found
    if (left > 1) await setTimeout(indexLookEveryMs)
  }
  throw new OutpostError('NOT_FOUND', `No call with the id ${id} is on record.`, {
    hint: 'Calls are kept by age and bytes; older ones are gone.',
  })
}
