/** Rules of alerts, and the alerts that serving reports: kept with their begin and end, and told to the webhooks. */
import { isoTime } from '../../base/clock.ts'
import { OutpostError } from '../../base/errors.ts'
import { newId } from '../../base/ids.ts'
import type { AlertRow, AlertRule, AlertRuleInput, DriftRow } from '../../contract/alerts.ts'
import { limits } from '../../contract/limits.ts'
import type { ServingToControl } from '../../contract/processes.ts'
import { inTransaction } from '../../store/sqlite.ts'
import {
  deleteAlertRule,
  deleteResolvedAlerts,
  insertAlert,
  insertAlertRule,
  listAlertRules,
  listAlerts,
  openAlerts,
  resolveAlert,
} from '../../store/tables/alerts.ts'
import { nextSnapshot } from '../../store/tables/meta.ts'
import type { Actor } from '../actor.ts'
import { audited } from '../audited.ts'
import type { NodeContext } from '../node-context.ts'
import { requireEndpoint } from '../serve/endpoint.ts'
import { enqueue } from './webhook-outbox.ts'

/** A page of what was: older ones are in the record all the same. */
const shownMax = 200

export const alerts = (node: NodeContext): AlertRow[] => listAlerts(node.db, shownMax)
export const alertRules = (node: NodeContext): AlertRule[] => listAlertRules(node.db)

/** Of what serves now; of one model where it is named. */
export const driftRows = (node: NodeContext, model: string | undefined): DriftRow[] =>
  node.serving.state().drift.filter((row) => model === undefined || row.model === model)

export async function addAlertRule(
  node: NodeContext,
  actor: Actor,
  input: AlertRuleInput,
): Promise<AlertRule> {
  if (input.endpoint !== null) requireEndpoint(node, input.endpoint)
  if (listAlertRules(node.db).length >= limits.alertRulesMax)
    throw new OutpostError('BAD_REQUEST', `A node has ${limits.alertRulesMax} rules of alerts at most.`)
  const rule = { ...input, id: newId(), createdAt: isoTime(node.clock) }
  audited(node, actor, { action: 'alert-rule.add', object: rule.id, details: { ...input } }, () => {
    insertAlertRule(node.db, { ...rule, originNode: node.nodeId })
    nextSnapshot(node.db)
  })
  await told(node)
  return rule
}

/** What it had firing is resolved with it. */
export async function removeAlertRule(
  node: NodeContext,
  actor: Actor,
  id: string,
): Promise<Record<string, never>> {
  if (!listAlertRules(node.db).some((rule) => rule.id === id)) {
    throw new OutpostError('ALERT_RULE_NOT_FOUND', 'There is no such rule.', {
      hint: 'outpost alerts rules shows them.',
    })
  }
  audited(node, actor, { action: 'alert-rule.remove', object: id }, (at) => {
    deleteAlertRule(node.db, id)
    for (const alert of openAlerts(node.db))
      if (alert.ruleId === id) resolve(node, alert, 'The rule was removed.', at)
    nextSnapshot(node.db)
  })
  await told(node)
  return {}
}

export type AlertChange = Extract<ServingToControl, { type: 'alert' }>

/** What serving found at that time. Twice the same says nothing new. */
export function noteAlert(
  node: NodeContext,
  { type: _type, state, ...change }: AlertChange,
  at: string,
): void {
  inTransaction(node.db, () => {
    forgetOld(node)
    const { ruleId, endpoint, version } = change
    if (state === 'resolved') {
      const open = openAlerts(node.db).find(
        (one) => one.ruleId === ruleId && one.endpoint === endpoint && one.version === version,
      )
      if (open) resolve(node, open, change.message, at)
      return
    }
    if (!listAlertRules(node.db).some((rule) => rule.id === ruleId)) return // removed in the meantime
    const alert = { ...change, id: newId(), since: at }
    if (insertAlert(node.db, { ...alert, originNode: node.nodeId }))
      enqueue(node, { type: 'alert.firing', data: { ...alert } }, at)
  })
  node.announce('alerts')
  node.webhooks.wake()
}

const dayMs = 24 * 60 * 60 * 1000

/** Those that fire stay, however many and old they are. */
function forgetOld(node: NodeContext): void {
  const before = new Date(node.clock.now() - limits.alertDaysMax * dayMs).toISOString()
  deleteResolvedAlerts(node.db, before, limits.alertsResolvedMax)
}

function resolve(
  node: NodeContext,
  { state: _state, ...alert }: AlertRow,
  message: string,
  at: string,
): void {
  resolveAlert(node.db, alert.id, at)
  enqueue(node, { type: 'alert.resolved', data: { ...alert, message, resolvedAt: at } }, at)
}

async function told(node: NodeContext): Promise<void> {
  node.announce('alerts')
  node.webhooks.wake()
  await node.serving.apply(node.snapshot())
}
