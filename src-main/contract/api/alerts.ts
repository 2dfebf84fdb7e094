/** Drift of what is served, rules of alerts, the alerts that they gave, and the webhooks that are told. */
import { oc } from '@orpc/contract'
import { z } from 'zod'
import { alertRow, alertRule, alertRuleInput, driftRow, webhookRow } from '../alerts.ts'
import { limits } from '../limits.ts'
import { modelId, rowId } from '../names.ts'

const one = z.object({ id: rowId })

export const alerts = {
  list: oc
    .route({ method: 'GET', path: '/alerts', summary: 'Those that fire, then the newest', tags: ['Alerts'] })
    .output(z.array(alertRow)),
  drift: oc
    .route({
      method: 'GET',
      path: '/drift',
      summary: 'How far what is served now is from its suite',
      tags: ['Alerts'],
    })
    .input(z.object({ model: modelId.optional() }))
    .output(z.array(driftRow)),
  rules: oc
    .route({ method: 'GET', path: '/alert-rules', summary: 'Rules of alerts', tags: ['Alerts'] })
    .output(z.array(alertRule)),
  addRule: oc
    .route({ method: 'POST', path: '/alert-rules', summary: 'Add a rule', tags: ['Alerts'] })
    .input(alertRuleInput)
    .output(alertRule),
  removeRule: oc
    .route({ method: 'DELETE', path: '/alert-rules/{id}', summary: 'Remove a rule', tags: ['Alerts'] })
    .input(one)
    .output(z.object({})),
}

/** http or https, and nothing in it that is to be kept secret: the address is shown. */
const webhookUrl = z
  .url({ protocol: /^https?$/ })
  .max(limits.webhookUrlCharsMax)
  .refine((text) => {
    const url = URL.parse(text) // null where the format is wrong, which was said already
    return url === null || (url.username === '' && url.password === '')
  }, 'an address without a name and a password')

export const webhooks = {
  list: oc
    .route({ method: 'GET', path: '/webhooks', summary: 'Who is told of alerts', tags: ['Alerts'] })
    .output(z.array(webhookRow)),
  add: oc
    .route({
      method: 'POST',
      path: '/webhooks',
      summary: 'Tell this address of alerts; the secret of its signatures is shown this once',
      tags: ['Alerts'],
    })
    .input(z.object({ url: webhookUrl }))
    .output(z.object({ webhook: webhookRow, secret: z.string() })),
  test: oc
    .route({ method: 'POST', path: '/webhooks/{id}/test', summary: 'Send a message now', tags: ['Alerts'] })
    .input(one)
    .output(z.object({})),
  remove: oc
    .route({ method: 'DELETE', path: '/webhooks/{id}', summary: 'Tell it no longer', tags: ['Alerts'] })
    .input(one)
    .output(z.object({})),
}
