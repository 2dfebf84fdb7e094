/** Models and versions: what the registry holds. */
import { oc } from '@orpc/contract'
import { z } from 'zod'
import { source, task } from '../choices.ts'
import { instant, modelId, rowId, versionName, versionReference } from '../names.ts'
import { modelDetail, modelRow, page, pageQuery, versionDetail, versionRow } from '../views.ts'

const one = z.object({ model: modelId, version: versionReference })

export const models = {
  list: oc
    .route({ method: 'GET', path: '/models', summary: 'List or search models', tags: ['Models'] })
    .input(
      pageQuery.extend({
        /** Full text over name, title, summary, tags and release notes. */
        search: z.string().max(256).optional(),
        task: task.optional(),
        tag: z.string().max(64).optional(),
        source: source.optional(),
        deployed: z.stringbool().or(z.boolean()).optional(),
        sort: z.enum(['updated', 'id', 'title', 'bytes', 'versions', 'relevance']).default('updated'),
        order: z.enum(['ascending', 'descending']).default('descending'),
      }),
    )
    .output(page(modelRow)),
  get: oc
    .route({ method: 'GET', path: '/models/{model}', summary: 'One model', tags: ['Models'] })
    .input(z.object({ model: modelId }))
    .output(modelDetail),
  versions: oc
    .route({
      method: 'GET',
      path: '/models/{model}/versions',
      summary: 'The versions of a model',
      tags: ['Models'],
    })
    .input(pageQuery.extend({ model: modelId }))
    .output(page(versionRow)),
  version: oc
    .route({
      method: 'GET',
      path: '/models/{model}/versions/{version}',
      summary: 'One version',
      tags: ['Models'],
    })
    .input(one)
    .output(versionDetail),
  resolve: oc
    .route({
      method: 'GET',
      path: '/models/{model}/resolve/{version}',
      summary: 'Which version an alias or a range names now',
      tags: ['Models'],
    })
    .input(one)
    .output(z.object({ model: modelId, version: versionName, rule: z.string() })),
  remove: oc
    .route({
      method: 'DELETE',
      path: '/models/{model}/versions/{version}',
      summary: 'Delete a version that nothing uses',
      tags: ['Models'],
    })
    .input(one)
    .output(z.object({ bytesFreed: z.int() })),
  deprecate: oc
    .route({
      method: 'PUT',
      path: '/models/{model}/versions/{version}/deprecation',
      summary: 'Deprecate a version, or take that back',
      tags: ['Models'],
    })
    .input(
      one.extend({
        /** Null takes it back. */
        deprecation: z
          .object({
            /** Now where it is left out. */
            deprecatedAt: instant.optional(),
            /** From then on it is answered with 410. */
            sunsetAt: instant.nullable().default(null),
            replacement: versionName.nullable().default(null),
          })
          .nullable(),
      }),
    )
    .output(versionDetail),
  pin: oc
    .route({
      method: 'PUT',
      path: '/models/{model}/aliases/{alias}',
      summary: 'Pin an alias to a version, or let it go',
      tags: ['Models'],
    })
    .input(
      z.object({
        model: modelId,
        alias: z.string().regex(/^[a-z][a-z0-9-]{0,63}$/),
        version: versionName.nullable(),
      }),
    )
    .output(z.object({ aliases: z.array(z.object({ alias: z.string(), version: versionName })) })),
  verify: oc
    .route({ method: 'POST', path: '/verify', summary: 'Hash every stored artifact again', tags: ['Models'] })
    .input(z.object({ model: modelId.optional() }))
    .output(z.object({ jobId: rowId })),
}
