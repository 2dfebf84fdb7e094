/** A customer's usage report as a terminal shows it, before a receipt is signed. */
import { type ReceivedReport, toBillInWords } from '../contract/license/reports.ts'
import { counted, grouped } from '../contract/license/words.ts'
import { table } from './terminal.ts'

const marks = { fits: 'ok      ', note: 'note    ', problem: 'PROBLEM ' } as const

export const hasProblems = ({ findings }: ReceivedReport): boolean =>
  findings.some(({ kind }) => kind === 'problem')

export function reportText(report: ReceivedReport): string {
  const { machine, number, issuedAt, records, last, findings, accounts, receiptedAt } = report
  const rows = accounts.map(({ lid, month, license, used, before, billable, forfeited, credits }) => [
    license?.account ?? 'another issuer’s',
    license?.model ?? lid,
    month,
    grouped(used),
    grouped(before),
    grouped(billable),
    grouped(forfeited),
    license?.max == null ? '' : grouped(license.max),
    grouped(credits),
  ])
  const heads = ['Account', 'Model', 'Month', 'Used', 'Reported', 'To bill', 'Not billed', 'Quota', 'Credits']
  return [
    `Report ${number} of ${machine.name}, ${issuedAt.slice(0, 10)}: ${counted(records, 'call')} in its log`,
    `Machine  ${machine.id}`,
    `Before   ${last ? `report ${last.number} of ${last.issuedAt.slice(0, 10)}, ${counted(last.records, 'call')}` : 'no report of this machine was received here'}`,
    `Receipt  ${receiptedAt ? `signed on ${receiptedAt.slice(0, 10)}` : 'none yet'}`,
    table(heads, rows, 'Nothing was counted.'),
    `To bill: ${toBillInWords(accounts)}`,
    ...findings.map(({ kind, text }) => `${marks[kind]} ${text}`),
  ].join('\n')
}

export function reportsText(reports: readonly ReceivedReport[]): string {
  const rows = reports.map((report) => [
    report.receivedAt.slice(0, 10),
    report.machine.name,
    String(report.number),
    grouped(report.accounts.reduce((sum, { billable }) => sum + billable, 0)),
    hasProblems(report) ? 'PROBLEMS' : 'fits',
    report.receiptedAt ? report.receiptedAt.slice(0, 10) : 'none',
    report.digest,
  ])
  const heads = ['Received', 'Machine', 'Report', 'To bill', 'Check', 'Receipt', 'Digest']
  return table(heads, rows, 'No usage report was received.')
}
