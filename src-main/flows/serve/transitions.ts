/** R162, R174: the record of what an endpoint answers with; written with the change that it is about. */
import { newId } from '../../base/ids.ts'
import { bucketsTotal, type Strategy, type TransitionRow } from '../../contract/traffic.ts'
import {
  changeTransition,
  insertTransition,
  listTransitions,
  openTransition,
} from '../../store/tables/transitions.ts'
import type { Actor } from '../actor.ts'
import type { NodeContext } from '../node-context.ts'
import { requireEndpoint } from './endpoint.ts'

/** Changes of one endpoint that are shown: a year of one a day. */
const shownMax = 400

export interface Begun {
  endpoint: string
  model: string
  from: string | null
  to: string
  strategy: Strategy
  weight: number
  at: string
}

export function beginTransition(node: NodeContext, actor: Pick<Actor, 'name'>, begun: Begun): void {
  const { at, strategy, weight, ...names } = begun
  const status = strategy === 'canary' || strategy === 'ab' ? 'partial' : 'testing'
  const row = { status, reason: null, actor: actor.name, startedAt: at, endedAt: null } as const
  insertTransition(node.db, { id: newId(), ...names, strategy, weight, ...row, originNode: node.nodeId })
}

/** One that was done at once. */
export function recordReplaced(
  node: NodeContext,
  actor: Pick<Actor, 'name'>,
  done: Pick<TransitionRow, 'endpoint' | 'model' | 'from' | 'to'> & {
    at: string
    reason?: string | undefined
  },
): void {
  const { at, reason = null, ...names } = done
  insertTransition(node.db, {
    id: newId(),
    ...names,
    strategy: 'replace',
    status: 'complete',
    weight: bucketsTotal,
    reason,
    actor: actor.name,
    startedAt: at,
    endedAt: at,
    originNode: node.nodeId,
  })
}

type Progress = Pick<TransitionRow, 'status' | 'weight'> & { reason?: string; endedAt?: string }

/** Of the transition to this version that has not ended; false where there is none. */
export function noteTransition(node: NodeContext, endpoint: string, to: string, progress: Progress): boolean {
  const open = openTransition(node.db, endpoint, to)
  if (!open) return false
  changeTransition(node.db, {
    id: open.id,
    status: progress.status,
    weight: progress.weight,
    reason: progress.reason ?? open.reason,
    endedAt: progress.endedAt ?? null,
  })
  return true
}

export function transitionsOf(node: NodeContext, endpoint: string): TransitionRow[] {
  return listTransitions(node.db, requireEndpoint(node, endpoint).name, shownMax)
}
