/** What was used on licenses: the statement of a month, its proof, the report to an issuer. */
import { OutpostError } from '../base/errors.ts'
import type { Statement, UsageCheck } from '../contract/license/usage.ts'
import { counted, grouped } from '../contract/license/words.ts'
import type { AddCommand } from './add-command.ts'
import { toFile, writeDocument } from './output-file.ts'
import { table } from './terminal.ts'

export function addUsageCommands(add: AddCommand): void {
  add(
    'usage statement',
    'What was used in a month, license by license',
    'outpost usage statement --month 2026-11',
    (command) => command.option('--month <month>', 'as 2026-11; this month unless told otherwise'),
  ).run(async (context, { month }: { month?: string }) => {
    const found = await context.withNode((node) =>
      node.client.usage.statement({ ...(month !== undefined && { month }) }),
    )
    context.terminal.result(found, statementText(found))
  })
  add(
    'usage verify',
    'Walk the log of calls, and hold its sums against the statements and the quotas',
    'outpost usage verify',
  ).run(async (context) => {
    const check = await context.withNode((node) => node.client.usage.verify({}))
    context.terminal.result(check, checkText(check))
    if (check.intact) return
    throw new OutpostError('LEDGER_TAMPERED', check.problem ?? 'The log of calls is not as it was written.', {
      details: { reported: true },
    })
  })
  add(
    'usage report',
    'Sign a report for an issuer: counts and hashes, nothing of what was asked or answered',
    'outpost usage report -o usage-report.jws --issuer acme',
    (command) => toFile(command).option('--issuer <publisher>', 'only what this one licensed'),
  ).run(async (context, { output, issuer }: { output: string; issuer?: string }) => {
    const made = await context.withNode((node) =>
      node.client.usage.report({ ...(issuer !== undefined && { issuer }) }),
    )
    await writeDocument(output, made)
    context.terminal.result(
      { ...made, output },
      `${output} is written: report ${made.number}. Import the receipt that comes back.`,
    )
  })
}

function statementText({ month, lines, credits }: Statement): string {
  if (lines.length === 0) return `Nothing was counted on a license in ${month}.`
  const rows = lines.map((line) => [
    line.model,
    line.type ?? 'not known',
    grouped(line.requests),
    `${grouped(line.units)} of ${line.limit === null ? 'any' : grouped(line.limit)}`,
    grouped(line.overage),
    grouped(line.forfeited),
    grouped(line.credits),
  ])
  const heads = ['Model', 'License', 'Calls', 'Counted', 'Overage', 'Not billed', 'Credits']
  return `${month}\n${table(heads, rows)}\nTogether ${grouped(credits)} credits`
}

function checkText({ intact, records, head, problem, accounts }: UsageCheck): string {
  const rows = accounts.map(({ lid, month, inLog, inStatement, counted, equal }) => [
    lid,
    month,
    grouped(inLog),
    grouped(inStatement),
    counted === null ? '' : grouped(counted),
    equal ? 'equal' : 'DIFFERS',
  ])
  const verdict = intact
    ? `${counted(records, 'call')} on record, each as it was written; the statements equal the log.`
    : `The bill does not equal the log. ${problem}`
  const sums =
    rows.length === 0
      ? ''
      : `\n${table(['License', 'Month', 'In the log', 'Stated', 'On the quota', ''], rows)}`
  return `${verdict}\nHead ${head}${sums}`
}
