/** Packages: pack, inspect, validate, import, export. */
import { join } from 'node:path'
import { Option } from 'commander'
import { OutpostError } from '../base/errors.ts'
import { bytesText, counted } from '../base/quantities.ts'
import { type ChangeType, changeType, type Lineage } from '../contract/package.ts'
import type { AddCommand } from './add-command.ts'
import { chosenVersion } from './chosen-version.ts'
import { type CliContext, refuseUrl } from './context.ts'
import { finishJob } from './jobs.ts'
import { describedText, neededLicenseLines, reportText } from './package-text.ts'

export function addPackageCommands(add: AddCommand): void {
  add(
    'pack <path>',
    'Pack a source folder, or an .onnx file, into one signed package; pictures in suite/LABEL/ become its suite',
    'outpost pack ./digits -o digits.outpost',
    (command) =>
      command
        .requiredOption('-o, --output <file>', 'the package to write')
        .option('--force', 'write over a file that is there')
        .option('--unsigned', 'leave the signature out')
        .option(
          '--signing-key <file>',
          'sign with this PEM key and not with the data folder’s (OUTPOST_PASSPHRASE opens it)',
        )
        .option('--publisher <name>', 'the publisher that --signing-key belongs to')
        .option('--id <publisher.name>', 'the id for a bare .onnx file')
        .option('--model-version <version>', 'the version for a bare .onnx file')
        .addOption(
          new Option(
            '--change <type>',
            'what a bare .onnx file changes; its version says so otherwise',
          ).choices(changeType.options),
        )
        .option('--notes <text>', 'the release notes for a bare .onnx file')
        .option('--breaking <text>', 'what a bare .onnx file breaks; may stand again', each)
        .option('--migration-guide <file>', 'Markdown for consumers of a major version of a bare .onnx file'),
  ).run(packCommand)

  add(
    'inspect <path>',
    'Say what a package, a folder or an .onnx file holds; nothing of it is run',
    'outpost inspect digits.outpost',
  ).run(async (context, path: string) => {
    refuseUrl(context, 'inspect')
    const { describePath } = await import('../flows/packages/describe-path.ts')
    const progress = context.terminal.progress('Reading')
    const described = await describePath(path, {
      signal: context.host.signal,
      onProgress: (done) => progress.update(done),
    }).finally(() => progress.end())
    context.terminal.result(described, describedText(described))
  })

  add(
    'validate <path>',
    'Run the ladder of checks over a package or a source folder',
    'outpost validate digits.outpost --json',
    (command) => command.option('--skip-run', 'leave out the checks that load and run the model'),
  ).run(validateCommand)

  add(
    'import <file>',
    'Check a package and install it',
    'outpost import digits.outpost --trust sha256:…',
    (command) =>
      command
        .option('--trust <fingerprint>', 'trust this publisher key from now on; inspect shows it')
        .option('--skip-run', 'leave out the checks that load and run the model'),
  ).run(importCommand)

  add(
    'export <model[@version]>',
    'Write a registered version out as the package it came as; the only one or the stable one where none is named',
    'outpost export acme.digits@1.2.0 -o digits.outpost',
    (command) => command.requiredOption('-o, --output <file>', 'the package to write'),
  ).run(async (context, reference: string, { output }: { output: string }) => {
    const progress = context.terminal.progress('Writing')
    const { version, why, bytes } = await context
      .withNode(async (node) => {
        const { model, version: wanted, why } = await chosenVersion(node.client, reference)
        const { version } = await node.client.models.resolve({ model, version: wanted })
        const path = `/api/packages/${model}/${encodeURIComponent(version)}`
        return { version, why, bytes: await node.download(path, output, (done) => progress.update(done)) }
      })
      .finally(() => progress.end())
    context.terminal.result({ output, version, bytes }, `${output} (${version}, ${bytesText(bytes)})${why}`)
  })
}

const each = (text: string, before: string[] = []): string[] => [...before, text]

interface PackOptions {
  output: string
  force?: boolean
  unsigned?: boolean
  signingKey?: string
  publisher?: string
  id?: string
  modelVersion?: string
  change?: ChangeType
  notes?: string
  breaking?: string[]
  migrationGuide?: string
}

async function packCommand(context: CliContext, path: string, options: PackOptions): Promise<void> {
  const { packSource } = await import('../flows/packages/pack-source.ts')
  const progress = context.terminal.progress('Packing')
  const packed = await packSource({
    path,
    output: options.output,
    force: options.force,
    publisher: await publisherOf(context, options),
    id: options.id,
    version: options.modelVersion,
    change: {
      type: options.change,
      releaseNotes: options.notes,
      breakingChanges: options.breaking,
      migrationGuide: options.migrationGuide,
    },
    admitLineage: (lineage) => askParents(context, lineage),
    signal: context.host.signal,
    onProgress: (done) => progress.update(done),
  }).finally(() => progress.end())
  const { model, version, digest, bytes, signed, suiteCases } = packed
  const words = [
    `${options.output}  ${model}@${version}  ${bytesText(bytes)}`,
    digest,
    ...(suiteCases > 0
      ? [`Its suite is ${counted(suiteCases, 'picture')}, by the names of their folders`]
      : []),
    ...(signed ? [] : ['not signed: nobody can import it']),
  ].join('\n')
  context.terminal.result(
    { output: options.output, model, version, digest, bytes, signed, suiteCases },
    words,
  )
}

/** What the import would ask, before the work of packing; a machine without a node knows of no license. */
async function askParents(context: CliContext, lineage: Lineage): Promise<void> {
  const { hasNode } = await import('../flows/packages/pack-source.ts')
  if (await hasNode(context.options.data))
    await context.withNode((node) => node.client.licenses.lineage({ lineage }))
}

async function publisherOf(context: CliContext, options: PackOptions) {
  refuseUrl(context, 'pack')
  if (options.unsigned) return null
  const { ownPublisherKey, readPublisherKey } = await import('../flows/packages/pack-source.ts')
  if (options.signingKey !== undefined) {
    if (options.publisher === undefined)
      throw new OutpostError('CLI_USAGE', '--signing-key needs --publisher NAME.')
    return {
      name: options.publisher,
      key: await readPublisherKey(options.signingKey, process.env.OUTPOST_PASSPHRASE),
    }
  }
  const { name } = await context.withNode((node) => node.client.publishers.own())
  return { name, key: await ownPublisherKey(context.options.data) }
}

async function validateCommand(
  context: CliContext,
  path: string,
  options: { skipRun?: boolean },
): Promise<void> {
  refuseUrl(context, 'validate')
  const { validatePath } = await import('../flows/packages/validate-path.ts')
  const progress = context.terminal.progress('Checking')
  const report = await validatePath(context.host.startChild, path, options.skipRun ?? false, {
    signal: context.host.signal,
    onProgress: (done, step) => progress.update(done, step),
  }).finally(() => progress.end())
  context.terminal.result(report, reportText(report))
  const failed = report.checks.find(({ outcome }) => outcome === 'failed')
  // The report is the answer, with --json too; the exit code and one line on stderr say that it was refused.
  if (failed)
    throw new OutpostError('VALIDATION_FAILED', `The check "${failed.name}" failed: ${failed.message}`, {
      hint: failed.hint,
      details: { reported: true },
    })
}

async function importCommand(
  context: CliContext,
  file: string,
  options: { trust?: string; skipRun?: boolean },
): Promise<void> {
  await refuseUnlessPackage(file)
  await context.withNode(async (node) => {
    const upload = context.terminal.progress('Sending')
    const { handle } = await node.upload(file, (done) => upload.update(done)).finally(() => upload.end())
    const seen = await node.client.packages.inspect({ handle })
    const { jobId } = await node.client.packages.import({
      packageId: seen.packageId,
      trust: options.trust,
      skipRun: options.skipRun ?? false,
    })
    const output = await finishJob(context, node, jobId, 'Importing')
    const words = output.outcome === 'same' ? 'is registered already with these bytes' : 'registered'
    context.terminal.result(
      { ...output, publisher: seen.publisher, license: seen.license },
      [
        `${String(output.model)}@${String(output.version)} ${words}`,
        String(output.digest),
        ...neededLicenseLines(seen),
      ].join('\n'),
    )
  })
}

/** Looked at here first, so that a file which is no package, or a torn one, is not sent over a slow line in vain. */
async function refuseUnlessPackage(path: string): Promise<void> {
  const { describePath, isDirectory } = await import('../flows/packages/describe-path.ts')
  const folder = await isDirectory(path)
  if (!folder && (await describePath(path)).kind === 'package') return
  const isSource = folder && (await isDirectory(join(path, 'outpost.json')).catch(() => null)) === false
  const what = folder ? (isSource ? 'a source folder' : 'a folder') : 'a bare ONNX file'
  throw new OutpostError('BAD_REQUEST', `${path} is ${what}, and packages are imported.`, {
    hint:
      folder && !isSource
        ? 'Name the package itself, a file such as model.outpost.'
        : `Pack it first: outpost pack ${path} -o model.outpost`,
  })
}
