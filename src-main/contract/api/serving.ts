/** Deployments, the playground, and the log of calls. */
import { oc } from '@orpc/contract'
import { z } from 'zod'
import { month } from '../choices.ts'
import { executionProvider, hostingInput } from '../hosting.ts'
import { asker } from '../internal-key.ts'
import { endpointName, instant, modelId, rowId, versionName, versionReference } from '../names.ts'
import { tensorSpec } from '../tensor.ts'
import { strategy, targetRole, trafficPolicy, transitionRow, weight } from '../traffic.ts'
import { deploymentRow, page, pageQuery, requestRow } from '../views.ts'

const target = z.object({ endpoint: endpointName })

export const deployments = {
  list: oc
    .route({ method: 'GET', path: '/deployments', summary: 'Deployments', tags: ['Deployments'] })
    .output(z.array(deploymentRow)),
  deploy: oc
    .route({ method: 'POST', path: '/deployments', summary: 'Deploy a version', tags: ['Deployments'] })
    .input(
      z.object({
        model: modelId,
        version: versionReference,
        endpoint: endpointName.optional(),
        /** A device, or remote:NAME for a remote engine. */
        executionProvider: executionProvider.default('auto'),
        /** How a version comes to an endpoint that answers with another one. */
        strategy: strategy.default('replace'),
        /** The share that it begins with, of 10 000; a canary has 500, A/B 5 000. */
        weight: weight.optional(),
      }),
    )
    .output(deploymentRow),
  shift: oc
    .route({
      method: 'POST',
      path: '/deployments/{endpoint}/traffic',
      summary:
        'Give a candidate its share: of the keys, sessions or requests, as stickyBy of the policy says',
      tags: ['Traffic'],
    })
    .input(target.extend({ version: versionName, weight }))
    .output(deploymentRow),
  promote: oc
    .route({
      method: 'POST',
      path: '/deployments/{endpoint}/promote',
      summary: 'Make a version the one that answers',
      tags: ['Traffic'],
    })
    .input(target.extend({ version: versionName }))
    .output(deploymentRow),
  rollBack: oc
    .route({
      method: 'POST',
      path: '/deployments/{endpoint}/roll-back',
      summary: 'End what is under way, or bring the version before back',
      tags: ['Traffic'],
    })
    .input(target.extend({ version: versionName.optional(), reason: z.string().max(500).optional() }))
    .output(deploymentRow),
  setPolicy: oc
    .route({
      method: 'PUT',
      path: '/deployments/{endpoint}/policy',
      summary: 'Set rules, stickiness, rollback, failover and cache',
      tags: ['Traffic'],
    })
    .input(target.extend({ policy: trafficPolicy }))
    .output(deploymentRow),
  setHosting: oc
    .route({
      method: 'PUT',
      path: '/deployments/{endpoint}/hosting',
      summary: 'Set device, threads, batches, queue, copies and time in memory; what is left out stays',
      tags: ['Deployments'],
    })
    .input(target.extend({ settings: hostingInput }))
    .output(deploymentRow),
  tune: oc
    .route({
      method: 'POST',
      path: '/deployments/{endpoint}/tune',
      summary: 'Measure again which number of operator threads answers soonest',
      tags: ['Deployments'],
    })
    .input(target)
    .output(deploymentRow),
  which: oc
    .route({
      method: 'POST',
      path: '/deployments/{endpoint}/which',
      summary: 'The version that a request would go to',
      tags: ['Traffic'],
    })
    .input(
      target.extend({
        consumer: z.string().max(256),
        session: z.string().max(256).optional(),
        headers: z.record(z.string(), z.string()).default({}),
      }),
    )
    .output(
      z.object({
        version: versionName,
        role: targetRole,
        rule: z.string(),
        /** Null where each request is spread on its own. */
        stickyKey: z.string().nullable(),
        /** What of the question did not count, and why; null where all did. */
        note: z.string().nullable(),
      }),
    ),
  transitions: oc
    .route({
      method: 'GET',
      path: '/deployments/{endpoint}/transitions',
      summary: 'What the endpoint answered with, newest first',
      tags: ['Traffic'],
    })
    .input(target)
    .output(z.array(transitionRow)),
  start: oc
    .route({ method: 'POST', path: '/deployments/{endpoint}/start', summary: 'Start', tags: ['Deployments'] })
    .input(target)
    .output(deploymentRow),
  stop: oc
    .route({ method: 'POST', path: '/deployments/{endpoint}/stop', summary: 'Stop', tags: ['Deployments'] })
    .input(target)
    .output(deploymentRow),
  remove: oc
    .route({ method: 'DELETE', path: '/deployments/{endpoint}', summary: 'Undeploy', tags: ['Deployments'] })
    .input(target)
    .output(z.object({})),
}

/** R62. */
const deprecationNotice = z.object({
  deprecated: z.literal(true),
  message: z.string(),
  /** Until the sunset date; null where none is named. */
  daysLeft: z.int().nullable(),
  recommendedVersion: z.string().nullable(),
})
export type DeprecationNotice = z.infer<typeof deprecationNotice>

export const prediction = z.object({
  id: z.string(),
  model: modelId,
  version: z.string(),
  digest: z.string(),
  endpoint: z.string(),
  rule: z.string(),
  /** By output tensor: {"top": [{label, score, index}]} for classes, a jsonTensor for tensors; one entry an item. */
  outputs: z.array(z.record(z.string(), z.unknown())),
  timing: z.object({
    queueMs: z.number(),
    prepareMs: z.number(),
    computeMs: z.number(),
    finishMs: z.number(),
    totalMs: z.number(),
  }),
  batchSize: z.int(),
  executionProvider: z.string(),
  /** Only where the version is on its way out. */
  /** As the license asks for: to be shown with the answer. */
  attribution: z.string().optional(),
  deprecation: deprecationNotice.optional(),
})
export type Prediction = z.infer<typeof prediction>

export const playground = {
  infer: oc
    .route({
      method: 'POST',
      path: '/playground/infer',
      summary: 'Send one request to a deployed version, or try one that is not deployed',
      tags: ['Playground'],
    })
    .input(
      z.object({
        model: modelId,
        version: versionReference.optional(),
        /** As for /v1/models/{model}/inference: an item, or an array of items. */
        inputs: z.unknown(),
        /** Whom the record of the call names as its consumer. */
        from: asker.optional(),
      }),
    )
    .output(prediction),
  interface: oc
    .route({
      method: 'GET',
      path: '/playground/interface/{model}/{version}',
      summary: 'The tensors of a version',
      tags: ['Playground'],
    })
    .input(z.object({ model: modelId, version: versionReference }))
    .output(z.object({ inputs: z.array(tensorSpec), outputs: z.array(tensorSpec) })),
}

export const requests = {
  list: oc
    .route({
      method: 'GET',
      path: '/requests',
      summary: 'The log of calls, newest first',
      tags: ['Requests'],
    })
    .input(
      pageQuery.extend({
        model: z.string().optional(),
        endpoint: z.string().optional(),
        version: z.string().optional(),
        outcome: z.enum(['answered', 'failed']).optional(),
        /** That it was counted on. */
        license: rowId.optional(),
        /** The month that it was counted in, as 2026-11. */
        period: month.optional(),
        since: instant.optional(),
        until: instant.optional(),
      }),
    )
    .output(page(requestRow)),
  get: oc
    .route({ method: 'GET', path: '/receipts/{id}', summary: 'The receipt of one call', tags: ['Requests'] })
    .input(z.object({ id: rowId }))
    .output(requestRow),
}
