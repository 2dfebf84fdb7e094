/** Drafts of the package wizard: kept on disk as they are typed, so that nothing is lost. */
import { oc } from '@orpc/contract'
import { z } from 'zod'
import { draftStep } from '../choices.ts'
import { draftBase, draftDetail, draftRow } from '../draft-views.ts'
import { limits } from '../limits.ts'
import { rowId } from '../names.ts'
import { artifactKind, page, pageQuery } from '../views.ts'
import { fileHandle } from './packages.ts'

/** A file that was handed over: under its own name, or under this path and as this kind. */
const fileToTake = z.union([
  fileHandle,
  z.object({
    handle: fileHandle,
    path: z.string().min(1).max(limits.pathCharsMax).optional(),
    kind: artifactKind.optional(),
  }),
])
const filesToTake = z.array(fileToTake).max(limits.packageEntriesMax)

const id = z.object({ id: rowId })

export const drafts = {
  list: oc
    .route({ method: 'GET', path: '/drafts', summary: 'Drafts, last changed first', tags: ['Package'] })
    .input(pageQuery)
    .output(page(draftRow)),
  bases: oc
    .route({
      method: 'GET',
      path: '/drafts/bases',
      summary: 'The models that a draft may begin from',
      tags: ['Package'],
    })
    .input(
      z.object({
        search: z.string().max(256).optional(),
        limit: z.coerce.number().int().min(1).max(limits.pageRowsMax).default(50),
      }),
    )
    .output(z.object({ rows: z.array(draftBase) })),
  get: oc
    .route({ method: 'GET', path: '/drafts/{id}', summary: 'One draft', tags: ['Package'] })
    .input(id)
    .output(draftDetail),
  create: oc
    .route({ method: 'POST', path: '/drafts', summary: 'Begin a draft from files', tags: ['Package'] })
    .input(
      z.object({
        handles: filesToTake,
        /** Begin from this model's newest version, or from MODEL@VERSION: its schema, labels, card and license. */
        basedOn: z.string().optional(),
      }),
    )
    .output(draftDetail),
  update: oc
    .route({ method: 'PATCH', path: '/drafts/{id}', summary: 'Change a draft', tags: ['Package'] })
    .input(
      z.object({
        id: rowId,
        /** Replaces these top-level fields of the descriptor; null takes one out. */
        descriptor: z.record(z.string(), z.unknown()).optional(),
        texts: z
          .object({
            card: z.string().optional(),
            license: z.string().optional(),
            migrationGuide: z.string().optional(),
            labels: z.string().optional(),
          })
          .optional(),
        step: draftStep.optional(),
      }),
    )
    .output(draftDetail),
  addFiles: oc
    .route({ method: 'POST', path: '/drafts/{id}/files', summary: 'Add files', tags: ['Package'] })
    .input(z.object({ id: rowId, handles: filesToTake.min(1), kind: artifactKind.optional() }))
    .output(draftDetail),
  removeFile: oc
    .route({
      method: 'POST',
      path: '/drafts/{id}/files/remove',
      summary: 'Take a file out',
      tags: ['Package'],
    })
    .input(z.object({ id: rowId, path: z.string() }))
    .output(draftDetail),
  test: oc
    .route({
      method: 'POST',
      path: '/drafts/{id}/test',
      summary: 'Run the checks on a draft',
      tags: ['Package'],
    })
    .input(id)
    .output(z.object({ jobId: rowId })),
  build: oc
    .route({
      method: 'POST',
      path: '/drafts/{id}/build',
      summary: 'Pack, sign and register',
      tags: ['Package'],
    })
    .input(id)
    .output(z.object({ jobId: rowId })),
  remove: oc
    .route({ method: 'DELETE', path: '/drafts/{id}', summary: 'Throw a draft away', tags: ['Package'] })
    .input(id)
    .output(z.object({})),
}
