/** Licenses that a provider signs, on the command line: issue, list, and the codes for an emergency. */
import { Option } from 'commander'
import { OutpostError } from '../base/errors.ts'
import { parseJsonAs } from '../base/json.ts'
import type { LicensePayload } from '../contract/license/documents.ts'
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
import { expiryOption, parseReference, wholeNumber } from './names.ts'
import { toFile, writeDocument } from './output-file.ts'
import { readDocument } from './read-document.ts'
import { readNamedFile } from './read-file.ts'
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

export function addIssueCommands(add: AddCommand): void {
  add(
    'license issue <model>',
    'Sign a license for a model of this publisher; MODEL@RANGE limits the versions',
    'outpost license issue acme.sections@1.x --account "Example Bank" --type DEVELOPER --request bank.request.jws -o bank.license',
    (command) =>
      toFile(command)
        .addOption(
          new Option('--type <type>', 'the preset; DEVELOPER, or the terms of the document before').choices(
            licenseType.options,
          ),
        )
        .option('--account <name>', 'the licensee; that of the document before unless told otherwise')
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
    const requests = await Promise.all((options.request ?? []).map(readDocument))
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
    await writeDocument(options.output, made)
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
      const heads = ['License', 'Document', 'Account', 'Model', 'Type', 'Ends before']
      context.terminal.result(rows, table(heads, cells, 'This node has issued no license.'))
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
