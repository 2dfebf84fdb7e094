/** The provider's side of licenses on the command line: issue, take back, certify, sell more, answer reports. */
import { Option } from 'commander'
import { OutpostError } from '../base/errors.ts'
import { writeFileAtomically } from '../base/files.ts'
import { parseJsonAs } from '../base/json.ts'
import { type IssuerPurpose, issuerPurpose, type LicensePayload } from '../contract/license/documents.ts'
import type { IssuedLicense } from '../contract/license/issuing.ts'
import { extendedEnd, renewedEnd } from '../contract/license/renewal.ts'
import {
  type LicenseTerms,
  type LicenseType,
  licensePresets,
  licenseTerms,
  licenseType,
} from '../contract/license/terms.ts'
import type { AddCommand } from './add-command.ts'
import type { CliContext } from './context.ts'
import { termsText } from './license-text.ts'
import { expiryOption, parseReference, requireVersion, wholeNumber } from './names.ts'
import { readNamedFile } from './read-file.ts'
import { addReportCommands } from './report-commands.ts'
import { table } from './terminal.ts'

interface IssueOptions {
  type?: LicenseType
  account?: string
  until?: string
  requests?: number
  request?: string[]
  terms?: string
  trial?: boolean
  renew?: string
  extend?: true
  seal?: string
  contact?: string
  site?: string
  from?: string
  codes?: number
  issuer?: string
  output: string
}

export function addIssuingCommands(add: AddCommand): void {
  addIssue(add)
  addSeal(add)
  addTakeBack(add)
  addKeys(add)
  addNotes(add)
  addReportCommands(add)
}

/** The terms of the document that is renewed, or a preset; and what a file or an option states instead. */
async function termsOf(
  { type, terms: file, requests }: IssueOptions,
  former: LicensePayload | null,
): Promise<LicenseTerms> {
  const { purpose: _purpose, days: _days, ...preset } = licensePresets[type ?? 'DEVELOPER']
  const text = file === undefined ? '{}' : await readNamedFile(file, 'utf8')
  const stated = parseJsonAs(licenseTerms.partial(), text, 'BAD_REQUEST', 'The file of terms')
  const start = former && type === undefined ? former.terms : preset
  const terms = licenseTerms.parse({ ...start, ...stated, type: start.type })
  return requests === undefined ? terms : { ...terms, quota: { ...terms.quota, max: requests } }
}

/** A renewal keeps the end of the document before while that runs, unless it is to be extended. */
function endOf({ type, until, extend }: IssueOptions, former: IssuedLicense | null): string | null {
  if (until === 'never') return null
  if (until !== undefined) return until
  const now = Date.now() / 1000
  if (former && (type === undefined || extend)) {
    const { termDays } = former
    const { exp } = former.license
    const end =
      extend && exp !== null && termDays !== null
        ? extendedEnd(exp, termDays, now)
        : renewedEnd(exp, termDays, now)
    return end === null ? null : new Date(end * 1000).toISOString()
  }
  const { days } = licensePresets[type ?? 'DEVELOPER']
  return days === null ? null : new Date(Date.now() + days * 86_400_000).toISOString()
}

/** What is renewed, with its licensee. CLI_USAGE where neither it nor --account says who that is. */
async function formerOf(
  context: CliContext,
  { renew, account, extend }: IssueOptions,
): Promise<IssuedLicense | null> {
  if (renew === undefined) {
    if (extend) throw new OutpostError('CLI_USAGE', 'Name the license that is extended with --renew.')
    if (account === undefined) throw new OutpostError('CLI_USAGE', 'Name the licensee with --account.')
    return null
  }
  const issued = await context.withNode((node) => node.client.issuing.list({}))
  return issued.find(({ lid }) => lid === renew) ?? null // the node says where it is none of its own
}

function addIssue(add: AddCommand): void {
  add(
    'license issue <model>',
    'Sign a license for a model of this publisher; MODEL@RANGE limits the versions',
    'outpost license issue acme.sections@1.x --account "Example Bank" --type DEVELOPER --request bank.request.jws -o bank.license',
    (command) =>
      command
        .addOption(
          new Option('--type <type>', 'the preset; DEVELOPER, or the terms of the document before').choices(
            licenseType.options,
          ),
        )
        .option('--account <name>', 'the licensee; that of the document before unless told otherwise')
        .requiredOption('-o, --output <file>', 'the file to write')
        .option(
          '--until <time>',
          'never, days such as 30d, or ISO 8601; as the preset says unless told otherwise',
          expiryOption,
        )
        .option(
          '--from <time>',
          'when it begins, days from now or ISO 8601; at once unless told otherwise',
          expiryOption,
        )
        .option('--requests <count>', 'requests a month', wholeNumber(0, 1_000_000_000_000))
        .option('--request <file...>', 'bind it to the machines of these requests')
        .option('--terms <file>', 'JSON with any fields of the terms, in the place of the preset’s')
        .option('--trial', 'it is a trial')
        .option('--renew <license>', 'the next document of this license')
        .option('--extend', 'with --renew: for another term; the end stays unless told so')
        .option('--seal <key>', 'with the key of sealed weights (outpost license seal); needs --request')
        .option('--site <name>', 'for this site of the licensee alone')
        .option('--contact <text>', 'where to renew: a mail address or a page')
        .option('--codes <count>', 'emergency codes; 5 unless told otherwise', wholeNumber(0, 16))
        .option('--issuer <publisher>', 'in the name of a publisher that certified this node’s key'),
  ).run(async (context, reference: string, options: IssueOptions) => {
    const { model, version: range } = parseReference(reference)
    const requests = await Promise.all((options.request ?? []).map((file) => readNamedFile(file, 'utf8')))
    const issued = await formerOf(context, options)
    const former = issued?.license ?? null
    const terms = await termsOf(options, former)
    const made = await context.withNode((node) =>
      node.client.issuing.issue({
        model,
        range: range ?? former?.model.range ?? '*',
        account: options.account ?? former?.sub ?? '',
        terms,
        endsAt: endOf(options, issued),
        startsAt: options.from ?? null,
        trial: options.trial ?? false,
        requests,
        renews: options.renew ?? null,
        site: options.site ?? former?.aud ?? null,
        contact: options.contact ?? former?.contact ?? '',
        ...(options.codes !== undefined && { emergencyCodes: options.codes }),
        ...(options.seal !== undefined && { sealKeyId: options.seal }),
        ...(options.issuer !== undefined && { issuer: options.issuer }),
      }),
    )
    await writeFileAtomically(options.output, `${made.document}\n`)
    context.terminal.result(
      { ...made, output: options.output },
      [
        `${options.output} is written: license ${made.license.lid}, document ${made.license.seq}`,
        termsText(made.license),
        ...made.warnings.map((warning) => `  Note: ${warning}`),
        ...made.codes.map((code, number) => `  Emergency code ${number + 1}  ${code}`),
        ...(made.codes.length > 0
          ? ['  Keep the codes to yourself: read one out when the customer calls.']
          : []),
      ].join('\n'),
    )
  })
  add('license issued', 'List the licenses that this node issued', 'outpost license issued').run(
    async (context) => {
      const rows = await context.withNode((node) => node.client.issuing.list({}))
      const cells = rows.map((row) => [
        row.lid,
        String(row.seq),
        row.account,
        row.model,
        row.type,
        row.revokedAt ? 'revoked' : (row.endsAt?.slice(0, 10) ?? 'no end'),
      ])
      context.terminal.result(
        rows,
        rows.length === 0
          ? 'This node has issued no license.'
          : table(['License', 'Document', 'Account', 'Model', 'Type', 'Ends before'], cells),
      )
    },
  )
  add(
    'license code <words...>',
    'The emergency code to read out, for what the customer reads out',
    'outpost license code "7K3M 9PQR 1ABC 2DEF"',
  ).run(async (context, words: string[]) => {
    const challenge = words.join(' ')
    const found = await context.withNode((node) => node.client.issuing.emergencyCode({ challenge }))
    context.terminal.result(found, `${found.account}, ${found.model}: ${found.code}`)
  })
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
    const document = await readNamedFile(file, 'utf8')
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

const toFile = (command: Parameters<NonNullable<Parameters<AddCommand>[3]>>[0]) =>
  command.requiredOption('-o, --output <file>', 'the file to write')

async function save(
  context: CliContext,
  output: string,
  made: { document: string },
  what: string,
): Promise<void> {
  await writeFileAtomically(output, `${made.document}\n`)
  context.terminal.result({ ...made, output }, `${output} is written: ${what}`)
}
