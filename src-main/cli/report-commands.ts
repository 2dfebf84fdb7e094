/** Usage reports of customers on the command line: read, listed, and receipted once their figures were seen. */
import { OutpostError } from '../base/errors.ts'
import type { AddCommand } from './add-command.ts'
import { toFile, writeDocument } from './output-file.ts'
import { readDocument } from './read-document.ts'
import { hasProblems, reportsText, reportText } from './report-text.ts'

export function addReportCommands(add: AddCommand): void {
  add(
    'license report <file>',
    'Take in a usage report of a customer, and show its figures held against the last one; nothing is signed',
    'outpost license report usage-report-3.jws',
  ).run(async (context, given: string) => {
    const digest = given.startsWith('sha256:') ? given : null
    const found = await context.withNode(async (node) =>
      digest === null
        ? await node.client.issuing.takeReport({ document: await readDocument(given) })
        : await node.client.issuing.report({ digest }),
    )
    context.terminal.result(found, reportText(found))
  })
  add(
    'license reports',
    'List the usage reports that were received; license report DIGEST shows one again',
    'outpost license reports',
  ).run(async (context) => {
    const found = await context.withNode((node) => node.client.issuing.reports({}))
    context.terminal.result(found, reportsText(found))
  })
  add(
    'license receipt <file>',
    'Show the figures of a usage report, and sign its receipt where nothing speaks against it',
    'outpost license receipt usage-report-3.jws -o receipt.jws --country DE',
    (command) =>
      toFile(command)
        .option('--country <code>', 'attest that the site is there (ISO 3166-1 alpha-2)')
        .option('--accept', 'sign it although there are problems'),
  ).run(async (context, file: string, options: { output: string; country?: string; accept?: boolean }) => {
    const { output, country = null, accept = false } = options
    const document = await readDocument(file)
    const made = await context.withNode(async (node) => {
      const found = await node.client.issuing.takeReport({ document })
      if (hasProblems(found) && !accept)
        throw new OutpostError('CLI_USAGE', `No receipt was signed.\n${reportText(found)}`, {
          hint: 'Talk to the customer first; --accept signs it all the same.',
        })
      return await node.client.issuing.receipt({ report: document, country })
    })
    await writeDocument(output, made)
    context.terminal.result(
      { ...made, output },
      `${reportText(made.received)}\n${output} is written: the receipt of report ${made.received.number}`,
    )
  })
}
