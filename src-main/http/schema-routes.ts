/** GET /api/schemas/{kind}.json: the JSON Schema of a signed document, for whoever writes or checks one elsewhere. */
import type { Context } from 'hono'
import { documentSchema } from '../api/document-schemas.ts'
import { OutpostError } from '../base/errors.ts'
import { documentKind } from '../contract/license/documents.ts'
import { requireScope } from '../flows/actor.ts'
import type { Environment } from './environment.ts'

export function readSchema(context: Context<Environment>): Response {
  requireScope(context.get('actor'), 'read')
  const file = context.req.param('file') ?? ''
  const kind = documentKind.safeParse(file.replace(/\.json$/, ''))
  if (!file.endsWith('.json') || !kind.success)
    throw new OutpostError('NOT_FOUND', 'There is no schema of that name.', {
      hint: `There are ${documentKind.options.map((known) => `${known}.json`).join(', ')}.`,
    })
  return context.body(JSON.stringify(documentSchema(kind.data), null, 2), 200, {
    'content-type': 'application/schema+json',
  })
}
