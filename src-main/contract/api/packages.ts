/**
 * Packages before and while they come in. A file is first handed over (PUT /api/files with the raw bytes, or the
 * desktop's dialog), which gives a handle that is good for one use.
 */
import { oc } from '@orpc/contract'
import { z } from 'zod'
import { digest, rowId } from '../names.ts'
import { packageInspection } from '../views.ts'

export const fileHandle = z.string().regex(/^file_[A-Za-z0-9_-]{22,64}$/)

export const packages = {
  inspect: oc
    .route({ method: 'POST', path: '/packages/inspect', summary: 'Look into a package', tags: ['Packages'] })
    .input(z.object({ handle: fileHandle }))
    .output(packageInspection),
  import: oc
    .route({
      method: 'POST',
      path: '/packages/{packageId}/import',
      summary: 'Validate and install',
      tags: ['Packages'],
    })
    .input(
      z.object({
        packageId: rowId,
        /** Trust this publisher key from now on: the fingerprint that the inspection showed. */
        trust: digest.optional(),
        /** Leave out the rungs that load and run the model. */
        skipRun: z.boolean().default(false),
      }),
    )
    .output(z.object({ jobId: rowId })),
  discard: oc
    .route({
      method: 'DELETE',
      path: '/packages/{packageId}',
      summary: 'Forget an inspected package',
      tags: ['Packages'],
    })
    .input(z.object({ packageId: rowId }))
    .output(z.object({})),
}
