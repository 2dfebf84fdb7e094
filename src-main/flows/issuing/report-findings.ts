/** What a usage report is found to be, in words: whether it follows the last one, and whether it fits what was issued. */
import type { LicensePayload, Payload } from '../../contract/license/documents.ts'
import type { ReceivedReport, ReportedAccount } from '../../contract/license/reports.ts'
import { grouped } from '../../contract/license/words.ts'
import { limits } from '../../contract/limits.ts'

export type UsageReport = Payload<'usage-report'>
type Finding = ReceivedReport['findings'][number]

interface Held {
  report: UsageReport
  /** `hash` is what the report must name as the one before it. */
  last: { report: UsageReport; hash: string } | null
  accounts: readonly ReportedAccount[]
  /** Received under the same number, with other contents. */
  others: number
  issued: (lid: string) => { license: LicensePayload; revokedAt: string | null } | null
  /** Seconds. */
  now: number
}

/** What is counted and not logged was running when a process was killed; more than that is missing. */
const lostMax = 100

const fits = (text: string): Finding => ({ kind: 'fits', text })
const note = (text: string): Finding => ({ kind: 'note', text })
const problem = (text: string): Finding => ({ kind: 'problem', text })

/** The signature was checked when the report was taken in. */
export const reportFindings = (held: Held): Finding[] => [
  fits(`It is signed by the machine "${held.report.node.name}", and unchanged.`),
  ...ofNumbers(held),
  ...ofLog(held),
  ...held.accounts.flatMap((account) => ofAccount(held, account)),
  ...ofStrangers(held),
]

function ofNumbers({ report, last, others, now }: Held): Finding[] {
  const { number, previous } = report
  const found: Finding[] = []
  if (others > 0)
    found.push(problem(`Another report number ${number} of this machine, with other contents, is here.`))
  if (report.iat > now + limits.documentSkewSeconds)
    found.push(problem(`It is dated ${new Date(report.iat * 1000).toISOString()}, which is later than now.`))
  if (last === null) {
    const first = number === 1 && previous === null
    found.push(
      first
        ? fits('It is the first report of this machine.')
        : note(`It is the first report of this machine that was received here; ${missing(0, number)}.`),
    )
    return found
  }
  if (number > last.report.number + 1) found.push(problem(`${capital(missing(last.report.number, number))}.`))
  else if (previous === last.hash)
    found.push(fits(`It follows report ${last.report.number}, which it names by its hash.`))
  else
    found.push(
      problem(
        `It does not follow report ${last.report.number} as it was received here: it names another one.`,
      ),
    )
  return found
}

const missing = (from: number, to: number): string =>
  to - from === 2
    ? `report ${to - 1} was never received`
    : `the reports ${from + 1} to ${to - 1} were never received`

const capital = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`

/** A log only grows. */
function ofLog({ report, last }: Held): Finding[] {
  if (last === null) return []
  const { records, head } = report
  const before = last.report
  if (records < before.records)
    return [
      problem(
        `Its log has ${grouped(records)} calls, and that of the last report had ${grouped(before.records)}: calls are gone.`,
      ),
    ]
  if (records === before.records && head !== before.head)
    return [
      problem('Its log has as many calls as that of the last report, and another hash: it was rewritten.'),
    ]
  return [fits(`Its log has grown by ${grouped(records - before.records)} calls since the last report.`)]
}

function ofAccount({ report, issued }: Held, account: ReportedAccount): Finding[] {
  const { lid, month, license, used, before, forfeited } = account
  const found = issued(lid)
  if (!license || !found) return []
  const subject = `${license.model} for ${license.account}, ${month}`
  const findings: Finding[] = []
  if (used < before)
    findings.push(
      problem(`${subject}: ${grouped(used)} ${license.unit}s, and the last report had ${grouped(before)}.`),
    )
  const { max, onExceed } = found.license.terms.quota
  if (max !== null && used > max)
    findings.push(
      note(
        onExceed === 'deny'
          ? `${subject}: ${grouped(used - max)} more than the license allows; what was sold beside it is not part of this.`
          : `${subject}: ${grouped(used - max)} beyond the quota, to be billed apart.`,
      ),
    )
  if (forfeited > 0)
    findings.push(
      note(
        `${subject}: ${grouped(forfeited)} ${license.unit}s were charged by a power loss and are not billed.`,
      ),
    )
  const onQuota = report.accounts.find((one) => one.lid === lid && one.month === month)?.counted ?? 0
  const unlogged = onQuota - forfeited - used
  if (unlogged > lostMax)
    findings.push(
      problem(
        `${subject}: ${grouped(unlogged)} ${license.unit}s were counted on the quota and do not stand in the log.`,
      ),
    )
  if (account.subscription > 0 && account.subscriptionToBill === 0)
    findings.push(
      note(
        `${subject}: the ${grouped(account.subscription)} credits of the subscription are billed once, with the first report of the month.`,
      ),
    )
  if (found.revokedAt !== null)
    findings.push(note(`${subject}: the license was revoked on ${found.revokedAt.slice(0, 10)}.`))
  const bound = found.license.nodes?.bindings.some(({ id }) => id === report.node.id) ?? true
  if (!bound) findings.push(note(`${subject}: the license names other machines than this one.`))
  return findings
}

function ofStrangers({ accounts }: Held): Finding[] {
  const strangers = new Set(accounts.filter(({ license }) => license === null).map(({ lid }) => lid)).size
  if (strangers === 0) return []
  return [
    note(
      `${grouped(strangers)} ${strangers === 1 ? 'license was' : 'licenses were'} not issued here: their figures are for other issuers.`,
    ),
  ]
}
