/** The log of calls, and the receipt of one. */
import { OutpostError } from '../../base/errors.ts'
import type { RequestRow } from '../../contract/views.ts'
import { findUsageRecord, listUsageRecords, type UsageFilter } from '../../store/tables/usage-records.ts'
import type { NodeContext } from '../node-context.ts'

export const listRequests = (node: NodeContext, query: UsageFilter & { offset: number; limit: number }) => {
  const { offset, limit, ...filter } = query
  return listUsageRecords(node.usage, filter, { offset, limit })
}

export function findRequest(node: NodeContext, id: string): RequestRow {
  const found = findUsageRecord(node.usage, id)
  if (found) return found
  throw new OutpostError('NOT_FOUND', `No call with the id ${id} is on record.`, {
    hint: 'A call is indexed within a second after its answer; old ones are kept by age.',
  })
}
