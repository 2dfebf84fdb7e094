/** Handlers of the licenses on this machine. */
import { installDocument, previewDocument } from '../flows/licenses/documents.ts'
import { explain } from '../flows/licenses/explain.ts'
import {
  deactivateLicense,
  declareSite,
  nodeLicensing,
  redeemCode,
  removeLicense,
  requestLicense,
} from '../flows/licenses/installed.ts'
import { licenseRows } from '../flows/licenses/license-rows.ts'
import { requireLineage } from '../flows/licenses/lineage.ts'
import { licenseNotices } from '../flows/licenses/notices.ts'
import { simulate } from '../flows/licenses/simulate.ts'
import { api } from './implementer.ts'

const handlers = api.licenses

export const licenses = handlers.router({
  list: handlers.list.handler(({ context, input }) => licenseRows(context.node, input.model ?? null)),
  node: handlers.node.handler(({ context }) => nodeLicensing(context.node)),
  preview: handlers.preview.handler(({ context, input }) =>
    previewDocument(context.node, context.actor, input.document),
  ),
  install: handlers.install.handler(({ context, input }) =>
    installDocument(context.node, context.actor, input),
  ),
  remove: handlers.remove.handler(({ context, input }) =>
    removeLicense(context.node, context.actor, input.lid),
  ),
  deactivate: handlers.deactivate.handler(({ context, input }) =>
    deactivateLicense(context.node, context.actor, input.lid),
  ),
  redeem: handlers.redeem.handler(({ context, input }) =>
    redeemCode(context.node, context.actor, input.lid, input.code),
  ),
  lineage: handlers.lineage.handler(({ context, input }) => {
    requireLineage(context.node, input)
    return {}
  }),
  simulate: handlers.simulate.handler(({ context, input }) => simulate(context.node, input)),
  notices: handlers.notices.handler(({ context }) => licenseNotices(context.node)),
  refusals: handlers.refusals.handler(({ context }) => [...context.node.quotas.refusals()]),
  request: handlers.request.handler(({ context, input }) =>
    requestLicense(context.node, context.actor, input),
  ),
  explain: handlers.explain.handler(({ context, input }) => explain(context.node, input)),
  declareSite: handlers.declareSite.handler(({ context, input }) =>
    declareSite(context.node, context.actor, input),
  ),
})
