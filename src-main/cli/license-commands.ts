/** Licenses on the machine of the licensee: import, list, show, explain, request, move, remove. */
import { Option } from 'commander'
import { OutpostError } from '../base/errors.ts'
import { type LicenseOperation, licenseOperation } from '../contract/license/decision.ts'
import { type LicenseType, licenseType } from '../contract/license/terms.ts'
import type { DocumentPreview, LicenseRow } from '../contract/license/views.ts'
import type { AddCommand } from './add-command.ts'
import {
  endText,
  explanationText,
  licenseText,
  previewText,
  simulationText,
  stateText,
  usageText,
} from './license-text.ts'
import { parseReference, timeOption, wholeNumber } from './names.ts'
import { toFile, writeDocument } from './output-file.ts'
import { readDocument } from './read-document.ts'
import { addSiteCommand } from './site-command.ts'
import { table } from './terminal.ts'

export function addLicenseCommands(add: AddCommand): void {
  addDocumentCommands(add)
  addInstalledCommands(add)
  addQuestionCommands(add)
}

function addDocumentCommands(add: AddCommand): void {
  add(
    'license inspect <file>',
    'Show what a signed document says and would change; nothing is changed',
    'outpost license inspect acme.sections.license',
  ).run(async (context, file: string) => {
    const document = await readDocument(file)
    const preview = await context.withNode((node) => node.client.licenses.preview({ document }))
    context.terminal.result(preview, previewText(preview))
  })
  add(
    'license import <file...>',
    'Import signed documents: licenses, revocations, keysets, tranches, times, receipts',
    'outpost license import acme.sections.license acme-revocations-3.jws',
    (command) =>
      command.option('--accept-conflict', 'also where the fields contradict the type: the fields hold'),
  ).run(async (context, files: string[], { acceptConflict = false }: { acceptConflict?: boolean }) => {
    const done: DocumentPreview[] = []
    await context.withNode(async (node) => {
      for (const file of files) {
        const document = await readDocument(file)
        done.push(await node.client.licenses.install({ document, acceptConflict }))
      }
    })
    context.terminal.result(done, done.map(importedText).join('\n'))
  })
  add(
    'license request <model>',
    'Write the request file for a license that is bound to this machine; the provider answers it with a license',
    'outpost license request acme.sections -o this-machine.request.jws',
    (command) =>
      toFile(command)
        .addOption(
          new Option('--type <type>', 'the license wanted').choices(licenseType.options).default('DEVELOPER'),
        )
        .option('--account <name>', 'who asks; the account that the site declares, where it is one')
        .option('--note <text>', 'anything to tell the provider')
        .option('--renew <license>', 'the id of the license that is to be renewed or moved here'),
  ).run(
    async (
      context,
      reference: string,
      options: { output: string; type: LicenseType; account?: string; note?: string; renew?: string },
    ) => {
      const { model, version: range } = parseReference(reference)
      const { type, account, note, renew } = options
      const made = await context.withNode((node) =>
        node.client.licenses.request({
          model,
          ...(range !== undefined && { range }),
          type,
          ...(account !== undefined && { account }),
          ...(note !== undefined && { note }),
          ...(renew !== undefined && { lid: renew }),
        }),
      )
      await writeDocument(options.output, made)
      context.terminal.result(
        { output: options.output },
        `${options.output} is written: send it to the provider, and import the license that comes back (outpost license import FILE).`,
      )
    },
  )
  add(
    'license deactivate <license>',
    'Give a license up on this machine, and write the proof that its issuer needs to move it',
    'outpost license deactivate 0190… -o moved.jws',
    toFile,
  ).run(async (context, lid: string, { output }: { output: string }) => {
    const made = await context.withNode((node) => node.client.licenses.deactivate({ lid }))
    await writeDocument(output, made)
    context.terminal.result(
      { lid, output },
      `The license does not serve here any more. Send ${output} to its issuer.`,
    )
  })
}

const importedText = (preview: DocumentPreview): string =>
  [
    preview.known
      ? `${preview.kind} of ${preview.issuer}: it was here already`
      : `${preview.kind} of ${preview.issuer} is imported`,
    ...preview.effects.map((effect) => `  ${effect}`),
    ...preview.warnings.map((warning) => `  warning: ${warning}`),
  ].join('\n')

function addInstalledCommands(add: AddCommand): void {
  add('license list', 'List the installed licenses, what needs a person first', 'outpost license list').run(
    async (context) => {
      const rows = await context.withNode((node) => node.client.licenses.list({}))
      const cells = rows.map((row) => [
        row.lid,
        row.model,
        row.license?.terms.type ?? '',
        stateText(row),
        usageText(row.usage),
        endText(row),
      ])
      const heads = ['License', 'Model', 'Type', 'State', 'Used this month', 'Ends before']
      context.terminal.result(rows, table(heads, cells, 'No license is installed.'))
    },
  )
  add('license show <license>', 'Show a license in words', 'outpost license show 0190…').run(
    async (context, lid: string) => {
      const rows = await context.withNode((node) => node.client.licenses.list({}))
      const found: LicenseRow[] = rows.filter((row) => row.lid === lid || row.lid.endsWith(lid))
      if (found.length === 0)
        throw new OutpostError('LIC_NOT_FOUND', `There is no license ${lid} here.`, {
          hint: 'outpost license list shows what is installed.',
        })
      context.terminal.result(found, found.map(licenseText).join('\n\n'))
    },
  )
  add('license remove <license>', 'Remove a license from this node', 'outpost license remove 0190…').run(
    async (context, lid: string) => {
      await context.withNode((node) => node.client.licenses.remove({ lid }))
      context.terminal.result({ lid }, `The license ${lid} is removed`)
    },
  )
  add(
    'license redeem <license> <code>',
    'Enter an emergency code that the issuer read out: seven days, once',
    'outpost license redeem 0190… "7K3M 9PQR …"',
  ).run(async (context, lid: string, code: string) => {
    const { until } = await context.withNode((node) => node.client.licenses.redeem({ lid, code }))
    context.terminal.result({ lid, until }, `The license serves until ${until}`)
  })
  addSiteCommand(add)
}

function addQuestionCommands(add: AddCommand): void {
  add(
    'license explain <reference>',
    'Say which rule allows or denies, with the evidence and the way out',
    'outpost license explain acme.sections@1.2.0 --operation export',
    (command) =>
      command
        .addOption(
          new Option('--operation <operation>', 'what is to be done')
            .choices(licenseOperation.options)
            .default('serve'),
        )
        .option('--commercial', 'as business, whatever the site declares')
        .option('--no-commercial', 'not as business, whatever the site declares'),
  ).run(
    async (context, reference: string, options: { operation: LicenseOperation; commercial?: boolean }) => {
      const { model, version } = parseReference(reference)
      const explained = await context.withNode((node) =>
        node.client.licenses.explain({ model, ...(version !== undefined && { version }), ...options }),
      )
      context.terminal.result(explained, explanationText(explained))
    },
  )
  add(
    'license simulate',
    'Say what the licenses will say at a time, after a number of requests',
    'outpost license simulate --at 2027-01-31 --requests 12000',
    (command) =>
      command
        .requiredOption('--at <time>', 'ISO 8601', timeOption)
        .option('--requests <count>', 'of each model, by then', wholeNumber(0, 1_000_000_000_000))
        .option('--model <model>', 'only this one'),
  ).run(async (context, { at, requests = 0, model }: { at: string; requests?: number; model?: string }) => {
    const found = await context.withNode((node) =>
      node.client.licenses.simulate({ at, requests, ...(model !== undefined && { model }) }),
    )
    context.terminal.result(found, simulationText(found, requests))
  })
  add('license notices', 'Show what was told of ends and quotas', 'outpost license notices').run(
    async (context) => {
      const rows = await context.withNode((node) => node.client.licenses.notices({}))
      const cells = rows.map(({ at, model, message }) => [at, model ?? '', message])
      context.terminal.result(rows, table(['Time', 'Model', 'Notice'], cells, 'Nothing had to be told.'))
    },
  )
  add('license refusals', 'Show the last refusals, and why', 'outpost license refusals').run(
    async (context) => {
      const rows = await context.withNode((node) => node.client.licenses.refusals({}))
      const cells = rows.map(({ at, of, code, model, version, message }) => [
        at,
        of,
        code,
        `${model}@${version}`,
        message,
      ])
      const heads = ['Time', 'What', 'Code', 'Version', 'Why']
      context.terminal.result(rows, table(heads, cells, 'Nothing was refused by a license.'))
    },
  )
}
