/** Deployments, the playground, and the log of calls. */
import { oc } from '@orpc/contract'
import { z } from 'zod'
import { endpointName, instant, modelId, rowId, versionReference } from '../names.ts'
import { tensorSpec } from '../tensor.ts'
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
        executionProvider: z.enum(['auto', 'cpu', 'cuda', 'webgpu', 'directml', 'coreml']).default('auto'),
      }),
    )
    .output(deploymentRow),
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
        since: instant.optional(),
        until: instant.optional(),
      }),
    )
    .output(page(requestRow)),
  get: oc
    .route({ method: 'GET', path: '/requests/{id}', summary: 'The receipt of one call', tags: ['Requests'] })
    .input(z.object({ id: rowId }))
    .output(requestRow),
}
