/** The provider's side of licenses on the command line: issue, take back, certify, sell more, answer reports. */
import { Option } from 'commander'
import { type IssuerPurpose, issuerPurpose } from '../contract/license/documents.ts'
import type { AddCommand } from './add-command.ts'
import type { CliContext } from './context.ts'
import { addIssueCommands } from './issue-commands.ts'
import { expiryOption, requireVersion, wholeNumber } from './names.ts'
import { toFile, writeDocument } from './output-file.ts'
import { readDocument } from './read-document.ts'
import { readNamedFile } from './read-file.ts'
import { addReportCommands } from './report-commands.ts'

export function addIssuingCommands(add: AddCommand): void {
  addIssueCommands(add)
  addSeal(add)
  addTakeBack(add)
  addKeys(add)
  addNotes(add)
  addReportCommands(add)
}

function addSeal(add: AddCommand): void {
  add(
    'license seal <model@version>',
    'Encrypt the weights of an own version: the package runs only where a license brings its key',
    'outpost license seal acme.sections@1.2.0 -o sections.outpost',
    (command) => command.requiredOption('-o, --output <file>', 'the package to write'),
  ).run(async (context, reference: string, { output }: { output: string }) => {
    const { model, version } = requireVersion(reference)
    const progress = context.terminal.progress('Sealing')
    const made = await context
      .withNode(async (node) => {
        const sealed = await node.client.issuing.seal({ model, version })
        await node.download(`/api/sealed-packages/${sealed.keyId}`, output, (done) => progress.update(done))
        return sealed
      })
      .finally(() => progress.end())
    context.terminal.result(
      { ...made, output },
      [
        `${output} is written: ${made.digest}`,
        `  Key ${made.keyId}`,
        `  License it: outpost license issue ${model} --seal ${made.keyId} --request FILE --account NAME -o FILE`,
      ].join('\n'),
    )
  })
}

function addTakeBack(add: AddCommand): void {
  add(
    'license revoke <license>',
    'Take an issued license back; the list of revocations says so to the customer’s node',
    'outpost license revoke 0190… --reason "not paid"',
    (command) => command.option('--reason <text>', 'shown to the licensee'),
  ).run(async (context, lid: string, { reason }: { reason?: string }) => {
    const row = await context.withNode((node) =>
      node.client.issuing.revoke({ lid, ...(reason !== undefined && { reason }) }),
    )
    context.terminal.result(
      row,
      `${lid} is revoked. Sign the list (outpost license revocations -o FILE) and send it out.`,
    )
  })
  add(
    'license revocations',
    'Sign the present list of revocations',
    'outpost license revocations -o acme-revocations.jws',
    toFile,
  ).run(async (context, { output }: { output: string }) => {
    const made = await context.withNode((node) => node.client.issuing.revocations({}))
    await save(context, output, made, `list ${made.number} with ${made.revoked} licenses`)
  })
  add(
    'license moved <file>',
    'Check the proof that a machine gave a license up',
    'outpost license moved moved.jws',
  ).run(async (context, file: string) => {
    const document = await readDocument(file)
    const found = await context.withNode((node) => node.client.issuing.moved({ document }))
    context.terminal.result(
      found,
      `"${found.name}" gave ${found.lid} up on ${found.at.slice(0, 10)}: issue its next document with --renew ${found.lid} --request FILE.`,
    )
  })
}

function addKeys(add: AddCommand): void {
  add(
    'license certify <file>',
    'Let another key sign in the name of this publisher',
    'outpost license certify sales.pem --name sales --purpose license tranche',
    (command) =>
      command
        .requiredOption('--name <name>', 'what the key is called')
        .addOption(
          new Option('--purpose <purpose...>', 'what it may sign')
            .choices(issuerPurpose.options)
            .default(['license']),
        )
        .option('--until <time>', 'never, days such as 365d, or ISO 8601', expiryOption),
  ).run(
    async (context, file: string, options: { name: string; purpose: IssuerPurpose[]; until?: string }) => {
      const { name, purpose: purposes, until } = options
      const key = await readNamedFile(file, 'utf8')
      const end = until === undefined || until === 'never' ? null : until
      const entry = await context.withNode((node) =>
        node.client.issuing.certify({ key, name, purposes, until: end }),
      )
      context.terminal.result(
        entry,
        `${entry.name} (${entry.kid}) may sign ${entry.purposes.join(', ')}. Sign the keyset (outpost license keyset -o FILE) and send it out.`,
      )
    },
  )
  add('license keyset', 'Sign the present keyset', 'outpost license keyset -o acme-keyset.jws', toFile).run(
    async (context, { output }: { output: string }) => {
      const made = await context.withNode((node) => node.client.issuing.keyset({}))
      await save(context, output, made, `keyset ${made.n}`)
    },
  )
  add(
    'license revoke-key <fingerprint>',
    'Revoke a certified key',
    'outpost license revoke-key sha256:…',
  ).run(async (context, kid: string) => {
    const entry = await context.withNode((node) => node.client.issuing.revokeKey({ kid }))
    context.terminal.result(
      entry,
      `${entry.name} may sign nothing from ${entry.revokedAt} on. Sign the keyset and send it out.`,
    )
  })
}

function addNotes(add: AddCommand): void {
  add(
    'license tranche <license>',
    'Sign credits, or more requests of one month',
    'outpost license tranche 0190… --quota 5000 --month 2026-11 -o more.jws',
    (command) =>
      toFile(command)
        .option('--credits <count>', 'credits to add', wholeNumber(1, 1_000_000_000_000))
        .option('--quota <count>', 'requests to add to a month', wholeNumber(1, 1_000_000_000_000))
        .option('--month <month>', 'as 2026-11; this month unless told otherwise')
        .option('--machine <fingerprint>', 'for this machine alone'),
  ).run(
    async (
      context,
      lid: string,
      options: { output: string; credits?: number; quota?: number; month?: string; machine?: string },
    ) => {
      const { credits, quota, month = new Date().toISOString().slice(0, 7), machine: node = null } = options
      const wish =
        credits !== undefined
          ? ({ kind: 'credits', amount: credits } as const)
          : ({ kind: 'quota', amount: quota ?? 0, month } as const)
      const made = await context.withNode((one) => one.client.issuing.tranche({ lid, node, ...wish }))
      await save(context, options.output, made, 'the tranche')
    },
  )
  add(
    'license time',
    'Sign the time, for a machine that lost its own',
    'outpost license time --machine sha256:… -o time.jws',
    (command) => toFile(command).option('--machine <fingerprint>', 'for this machine alone'),
  ).run(async (context, { output, machine }: { output: string; machine?: string }) => {
    const made = await context.withNode((node) => node.client.issuing.time({ node: machine ?? null }))
    await save(context, output, made, 'the time')
  })
  add(
    'license recover <recovery>',
    'Let a machine count on after its files were lost; the id stands in its refusal',
    'outpost license recover 00112233445566778899 --machine sha256:… -o recovery.jws',
    (command) => toFile(command).requiredOption('--machine <fingerprint>', 'the machine'),
  ).run(async (context, recoveryId: string, { output, machine }: { output: string; machine: string }) => {
    const made = await context.withNode((node) => node.client.issuing.recovery({ node: machine, recoveryId }))
    await save(context, output, made, 'the recovery')
  })
}

async function save(
  context: CliContext,
  output: string,
  made: { document: string },
  what: string,
): Promise<void> {
  await writeDocument(output, made)
  context.terminal.result({ ...made, output }, `${output} is written: ${what}`)
}
