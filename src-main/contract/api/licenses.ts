/** Licenses on the machine of the licensee: installed, explained, moved, asked for. */
import { oc } from '@orpc/contract'
import { z } from 'zod'
import { versionRange } from '../license/documents.ts'
import { licenseType } from '../license/terms.ts'
import {
  documentPreview,
  explainQuery,
  explanation,
  licenseRow,
  nodeLicensing,
  noticeRow,
  refusalSeen,
  simulated,
  site,
  siteChange,
} from '../license/views.ts'
import { limits } from '../limits.ts'
import { modelId, rowId, timestamp } from '../names.ts'
import { lineage } from '../package.ts'

const tags = ['Licenses']
/** Compact JWS, as text; a line end at its end does no harm. */
const document = z.string().max(limits.listJwsBytesMax + 2)
const signedFile = z.object({ fileName: z.string(), document: z.string() })
const one = z.object({ lid: rowId })

export const licenses = {
  list: oc
    .route({
      method: 'GET',
      path: '/licenses',
      summary: 'What is installed, what needs a person first',
      tags,
    })
    .input(z.object({ model: modelId.optional() }))
    .output(z.array(licenseRow)),
  node: oc
    .route({
      method: 'GET',
      path: '/licensing',
      summary: 'This machine, its site and its trusted time',
      tags,
    })
    .output(nodeLicensing),
  preview: oc
    .route({
      method: 'POST',
      path: '/licenses/preview',
      summary: 'What a signed document says and would change; nothing is changed',
      tags,
    })
    .input(z.object({ document }))
    .output(documentPreview),
  install: oc
    .route({
      method: 'POST',
      path: '/licenses',
      summary: 'Import a signed document of any kind: license, revocations, keyset, tranche, time, receipt',
      tags,
    })
    .input(z.object({ document, acceptConflict: z.boolean().default(false) }))
    .output(documentPreview),
  remove: oc
    .route({ method: 'DELETE', path: '/licenses/{lid}', summary: 'Remove a license from this node', tags })
    .input(one)
    .output(z.object({})),
  deactivate: oc
    .route({
      method: 'POST',
      path: '/licenses/{lid}/deactivate',
      summary: 'Give a license up on this machine, with the proof that its issuer needs to move it',
      tags,
    })
    .input(one)
    .output(signedFile),
  redeem: oc
    .route({
      method: 'POST',
      path: '/licenses/{lid}/emergency',
      summary: 'Enter an emergency code that the issuer read out: seven days, once',
      tags,
    })
    .input(one.extend({ code: z.string().min(1).max(100) }))
    .output(z.object({ until: timestamp })),
  lineage: oc
    .route({
      method: 'POST',
      path: '/licenses/lineage',
      summary: 'Refused where the license of a version here does not allow one that is made of it',
      tags,
    })
    .input(z.object({ lineage }))
    .output(z.object({})),
  simulate: oc
    .route({
      method: 'GET',
      path: '/licenses/simulate',
      summary: 'What the licenses will say at a time, after a number of requests',
      tags,
    })
    .input(
      z.object({
        at: timestamp,
        requests: z.coerce.number().int().min(0).max(1_000_000_000_000).default(0),
        model: modelId.optional(),
      }),
    )
    .output(z.object({ at: timestamp, models: z.array(simulated) })),
  notices: oc
    .route({ method: 'GET', path: '/licenses/notices', summary: 'What was told of ends and quotas', tags })
    .output(z.array(noticeRow)),
  refusals: oc
    .route({ method: 'GET', path: '/licenses/refusals', summary: 'The last refusals, and why', tags })
    .output(z.array(refusalSeen)),
  request: oc
    .route({
      method: 'POST',
      path: '/licenses/request',
      summary: 'A signed request for a license that is bound to this machine',
      tags,
    })
    .input(
      z.object({
        model: modelId,
        range: versionRange.default('*'),
        type: licenseType.default('DEVELOPER'),
        /** Left out: the one that the site declares, where it is one. */
        account: z.string().max(limits.lineCharsMax).optional(),
        note: z.string().max(limits.licenseTextCharsMax).default(''),
        lid: rowId.nullable().default(null),
      }),
    )
    .output(signedFile),
  explain: oc
    .route({
      method: 'GET',
      path: '/licenses/explain',
      summary: 'Which rule allows or denies, and the way out',
      tags,
    })
    .input(explainQuery.extend({ commercial: z.stringbool().or(z.boolean()).optional() }))
    .output(explanation),
  declareSite: oc
    .route({
      method: 'PATCH',
      path: '/licensing/site',
      summary: 'Where this site is, whose it is and whether it is business; what is left out stays',
      tags,
    })
    .input(siteChange)
    .output(site),
}
