/** Makes a change and its audit entry in one transaction: neither is there without the other. */
import { isoTime } from '../base/clock.ts'
import { inTransaction } from '../store/sqlite.ts'
import { appendAuditEntry } from '../store/tables/audit-entries.ts'
import type { Actor } from './actor.ts'
import type { NodeContext } from './node-context.ts'

export interface AuditedAction {
  /** noun.verb: endpoint.deploy. */
  action: string
  object: string
  details?: Record<string, unknown>
}

/** `change` must be synchronous; its result is returned once the entry stands beside it. */
export function audited<Result>(
  node: NodeContext,
  actor: Pick<Actor, 'name'>,
  entry: AuditedAction,
  change: (at: string) => Result,
): Result {
  const at = isoTime(node.clock)
  return inTransaction(node.db, () => {
    const result = change(at)
    appendAuditEntry(node.db, {
      at,
      actor: actor.name,
      action: entry.action,
      object: entry.object,
      outcome: 'done',
      details: entry.details ?? {},
    })
    return result
  })
}
