/** Handlers of drift, alerts and webhooks. */
import {
  addAlertRule,
  alertRules,
  driftRows,
  alerts as list,
  removeAlertRule,
} from '../flows/alerts/alerts.ts'
import { addWebhook, webhooks as listWebhooks, removeWebhook, testWebhook } from '../flows/alerts/webhooks.ts'
import { api } from './implementer.ts'

export const alerts = api.alerts.router({
  list: api.alerts.list.handler(({ context }) => list(context.node)),
  drift: api.alerts.drift.handler(({ context, input }) => driftRows(context.node, input.model)),
  rules: api.alerts.rules.handler(({ context }) => alertRules(context.node)),
  addRule: api.alerts.addRule.handler(({ context, input }) =>
    addAlertRule(context.node, context.actor, input),
  ),
  removeRule: api.alerts.removeRule.handler(({ context, input }) =>
    removeAlertRule(context.node, context.actor, input.id),
  ),
})

export const webhooks = api.webhooks.router({
  list: api.webhooks.list.handler(({ context }) => listWebhooks(context.node)),
  add: api.webhooks.add.handler(({ context, input }) => addWebhook(context.node, context.actor, input)),
  test: api.webhooks.test.handler(({ context, input }) => testWebhook(context.node, input.id)),
  remove: api.webhooks.remove.handler(({ context, input }) =>
    removeWebhook(context.node, context.actor, input.id),
  ),
})
