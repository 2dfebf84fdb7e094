/** Handlers of the provider's side of licenses. */
import {
  checkDeactivation,
  emergencyCodeFor,
  issueLicense,
  openRequest,
  previewLicense,
  revokeLicense,
} from '../flows/issuing/issue.ts'
import { issuedDocument, issuedLicenses } from '../flows/issuing/issued.ts'
import {
  certifiedKeys,
  certifyKey,
  revokeCertifiedKey,
  signKeyset,
  signRevocations,
} from '../flows/issuing/lists.ts'
import { signReceipt, signRecovery, signTime, signTranche } from '../flows/issuing/notes.ts'
import { receivedReport, receivedReports, reportFiles, takeReport } from '../flows/issuing/reports.ts'
import { sealedVersions, sealVersion } from '../flows/issuing/seal-version.ts'
import { api } from './implementer.ts'

const handlers = api.issuing

export const issuing = handlers.router({
  list: handlers.list.handler(({ context }) => issuedLicenses(context.node)),
  preview: handlers.preview.handler(({ context, input }) => previewLicense(context.node, input)),
  issue: handlers.issue.handler(({ context, input }) => issueLicense(context.node, context.actor, input)),
  seal: handlers.seal.handler(({ context, input }) =>
    sealVersion(context.node, context.actor, input.model, input.version),
  ),
  sealed: handlers.sealed.handler(({ context }) => sealedVersions(context.node)),
  document: handlers.document.handler(({ context, input }) => issuedDocument(context.node, input.lid)),
  openRequest: handlers.openRequest.handler(({ input }) => openRequest(input.document)),
  emergencyCode: handlers.emergencyCode.handler(({ context, input }) =>
    emergencyCodeFor(context.node, context.actor, input.challenge),
  ),
  revoke: handlers.revoke.handler(({ context, input }) =>
    revokeLicense(context.node, context.actor, input.lid, input.reason),
  ),
  revocations: handlers.revocations.handler(({ context }) => signRevocations(context.node, context.actor)),
  keys: handlers.keys.handler(({ context }) => certifiedKeys(context.node)),
  certify: handlers.certify.handler(({ context, input }) => certifyKey(context.node, context.actor, input)),
  revokeKey: handlers.revokeKey.handler(({ context, input }) =>
    revokeCertifiedKey(context.node, context.actor, input.kid),
  ),
  keyset: handlers.keyset.handler(({ context }) => signKeyset(context.node, context.actor)),
  tranche: handlers.tranche.handler(({ context, input }) => signTranche(context.node, context.actor, input)),
  time: handlers.time.handler(({ context, input }) => signTime(context.node, context.actor, input.node)),
  takeReport: handlers.takeReport.handler(({ context, input }) =>
    takeReport(context.node, context.actor, input.document),
  ),
  reports: handlers.reports.handler(({ context }) => receivedReports(context.node)),
  report: handlers.report.handler(({ context, input }) => receivedReport(context.node, input.digest)),
  reportFiles: handlers.reportFiles.handler(({ context, input }) => reportFiles(context.node, input.digest)),
  receipt: handlers.receipt.handler(({ context, input }) => signReceipt(context.node, context.actor, input)),
  recovery: handlers.recovery.handler(({ context, input }) =>
    signRecovery(context.node, context.actor, input),
  ),
  moved: handlers.moved.handler(({ context, input }) => checkDeactivation(context.node, input.document)),
})
