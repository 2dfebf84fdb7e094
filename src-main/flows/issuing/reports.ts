/**
 * Usage reports of customers: taken in, held against the last one of the same machine and against what was issued
 * here, and kept. Nothing is signed by looking.
 */
import { isoTime } from '../../base/clock.ts'
import { digestHex, sha256 } from '../../base/digest.ts'
import { OutpostError } from '../../base/errors.ts'
import type { LicensePayload } from '../../contract/license/documents.ts'
import type { ReceivedReport, ReportedAccount } from '../../contract/license/reports.ts'
import { openSelfSigned, peekDocument } from '../../license/envelope/open-document.ts'
import { issuedOf } from '../../store/tables/issued-licenses.ts'
import {
  findReport,
  keepReport,
  listReports,
  reportBefore,
  reportsNumbered,
  type StoredReport,
} from '../../store/tables/received-reports.ts'
import type { Actor } from '../actor.ts'
import { audited } from '../audited.ts'
import { isPrepaid } from '../licenses/quota-accounts.ts'
import { documentOfMonth, subscriptionDue } from '../licenses/subscription.ts'
import type { NodeContext } from '../node-context.ts'
import { payloadOf } from './issued.ts'
import { reportFindings, type UsageReport } from './report-findings.ts'

const shownMax = 200
const iso = (seconds: number): string => new Date(seconds * 1000).toISOString()
const read = (document: string): UsageReport => peekDocument('usage-report', Buffer.from(document)).payload

/** LIC_SIG_INVALID for what was changed after the machine signed it. What is here already stays as it is. */
export function takeReport(node: NodeContext, actor: Actor, text: string): ReceivedReport {
  const document = text.trim()
  const { payload } = openSelfSigned('usage-report', Buffer.from(document))
  const digest = sha256(document)
  if (findReport(node.db, digest) === null) {
    const kept = { digest, originNode: node.nodeId, node: payload.node.id, number: payload.number, document }
    const details = { number: payload.number, digest }
    audited(node, actor, { action: 'issuing.take-report', object: payload.node.id, details }, () =>
      keepReport(node.db, { ...kept, receivedAt: isoTime(node.clock) }),
    )
    node.announce('licenses')
  }
  return receivedReport(node, digest)
}

export const receivedReport = (node: NodeContext, digest: string): ReceivedReport =>
  viewOf(node, requireReport(node, digest), firstReports(node))

function requireReport(node: NodeContext, digest: string): StoredReport {
  const stored = findReport(node.db, digest)
  if (stored) return stored
  throw new OutpostError('NOT_FOUND', `No usage report ${digest} was received here.`, {
    hint: 'outpost license reports lists those that were.',
  })
}

/** As files: the report as it came, and the receipt as it was signed. */
export function reportFiles(node: NodeContext, digest: string) {
  const { number, document, receipt } = requireReport(node, digest)
  const machine = read(document).node.name
  const name = machine.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')
  return {
    report: { fileName: `usage-report-${name}-${number}.jws`, document },
    receipt: receipt === null ? null : { fileName: `receipt-${number}.jws`, document: receipt },
  }
}

/** The newest first. */
export function receivedReports(node: NodeContext): ReceivedReport[] {
  const firsts = firstReports(node)
  return listReports(node.db, shownMax).map((stored) => viewOf(node, stored, firsts))
}

type Account = UsageReport['accounts'][number]
/** The digest of the report that first told of use, by license and month: its bill has the subscription. */
type FirstReports = ReadonlyMap<string, string>
const keyOf = ({ lid, month }: Pick<Account, 'lid' | 'month'>): string => `${lid} ${month}`

function firstReports(node: NodeContext): FirstReports {
  const firsts = new Map<string, string>()
  for (const { digest, document } of listReports(node.db, null).toReversed())
    for (const account of read(document).accounts) {
      const key = keyOf(account)
      if (account.used > 0 && !firsts.has(key)) firsts.set(key, digest)
    }
  return firsts
}

function viewOf(node: NodeContext, stored: StoredReport, firsts: FirstReports): ReceivedReport {
  const { digest, number, receivedAt, receiptedAt } = stored
  const report = read(stored.document)
  const before = reportBefore(node.db, stored.node, number)
  const last = before && { stored: before, report: read(before.document), hash: digestHex(before.digest) }
  const accounts = report.accounts.map((account) =>
    accountOf(node, account, last?.report ?? null, firsts.get(keyOf(account)) === digest),
  )
  const others = reportsNumbered(node.db, stored.node, number).filter((other) => other.digest !== digest)
  return {
    digest,
    machine: { id: report.node.id, name: report.node.name },
    number,
    issuedAt: iso(report.iat),
    receivedAt,
    receiptedAt,
    head: report.head,
    records: report.records,
    last: last && {
      digest: last.stored.digest,
      number: last.report.number,
      issuedAt: iso(last.report.iat),
      records: last.report.records,
      receiptedAt: last.stored.receiptedAt,
    },
    findings: reportFindings({
      report,
      last,
      accounts,
      others: others.length,
      issued: (lid) => issuedHere(node, lid),
      now: node.licensing.latest(),
    }),
    accounts,
  }
}

/** The newest document of a license that this node issued. */
function issuedHere(
  node: NodeContext,
  lid: string,
): { license: LicensePayload; revokedAt: string | null } | null {
  const [stored] = issuedOf(node.db, lid)
  return stored ? { license: payloadOf(stored), revokedAt: stored.revokedAt } : null
}

function accountOf(
  node: NodeContext,
  account: Account,
  last: UsageReport | null,
  isFirst: boolean,
): ReportedAccount {
  const { lid, month, used, forfeited, items } = account
  const documents = issuedOf(node.db, lid).map(payloadOf)
  const [license] = documents
  const before = last?.accounts.find((one) => keyOf(one) === keyOf(account))
  const priced = documentOfMonth(documents, month)
  const subscription = subscriptionDue(priced, used)
  const subscriptionToBill = isFirst ? subscription : 0
  const byCall = priced && !isPrepaid(priced) ? Math.max(0, account.credits - (before?.credits ?? 0)) : 0
  return {
    lid,
    month,
    license: license
      ? {
          account: license.sub,
          model: license.model.id,
          type: license.terms.type,
          unit: license.terms.quota.unit,
          max: license.terms.quota.max,
        }
      : null,
    used,
    before: before?.used ?? 0,
    billable: license ? Math.max(0, used - (before?.used ?? 0)) : 0,
    forfeited,
    items,
    credits: account.credits + subscription,
    subscription,
    creditsToBill: byCall + subscriptionToBill,
    subscriptionToBill,
  }
}
