/**
 * The command line as a whole. Every command has --json, --data, --url and --key, help with an example, and the same
 * exit codes: 0 done, 1 refused with a code of the catalogue, 2 usage.
 */
import { Command, type Help } from 'commander'
import { defaultDataDirectory } from '../base/data-location.ts'
import { OutpostError } from '../base/errors.ts'
import type { AddCommand } from './add-command.ts'
import { addAlertCommands } from './alert-commands.ts'
import { type CliContext, type CliHost, createContext, type SharedOptions } from './context.ts'
import { addEngineCommands } from './engine-commands.ts'
import { addGpuCommands } from './gpu-commands.ts'
import { addHostingCommands } from './hosting-commands.ts'
import { addImageCommands } from './image-commands.ts'
import { addIssuingCommands } from './issuing-commands.ts'
import { addKeyCommands } from './key-commands.ts'
import { addLicenseCommands } from './license-commands.ts'
import { addModelCommands } from './model-commands.ts'
import { addNodeCommands } from './node-commands.ts'
import { addPackageCommands } from './package-commands.ts'
import { addServingCommands } from './serving-commands.ts'
import { createTerminal } from './terminal.ts'
import { addTrafficCommands } from './traffic-commands.ts'
import { addUsageCommands } from './usage-commands.ts'

const closingHelp = `
outpost COMMAND --help has the options of a command and an example.
Exit codes: 0 done, 1 refused (one line on stderr, CODE: message; with --json a document {"error"} on stdout), 2 usage, 130 a second Ctrl+C.
A node that runs on the data folder is found by itself; --url and --key act on another one.`

const nestedSummaries: Record<string, string> = {
  keys: 'API keys',
  engine: 'Servers elsewhere that run a model in the place of this machine',
  gpu: 'Graphics cards and the libraries for them',
  license: 'Licenses of other publishers, and those that this node issues',
  usage: 'What was used on licenses',
  trust: 'Publishers whose packages this node lets in',
  webhook: 'Addresses that are told of alerts',
  publisher: 'The key with which this node signs',
}

export function createProgram(host: CliHost): Command {
  const program = new Command('outpost')
    .description('A local marketplace node for AI models')
    .version(host.version, '-V, --version')
    .exitOverride()
    .configureHelp({ subcommandTerm, subcommandDescription, showGlobalOptions: false })
    .configureOutput({
      writeOut: (text) => host.out.write(text),
      writeErr: (text) => host.errors.write(text),
      outputError: () => undefined, // thrown as well, and reported like every refusal
    })
    .helpCommand(false)
    .enablePositionalOptions() // the same option may stand before a command and after it
    .addHelpText('after', closingHelp)
  share(program)

  addPackageCommands(addTo(program, host, 'Packages:'))
  addModelCommands(addTo(program, host, 'Registry:'))
  addServingCommands(addTo(program, host, 'Serving:'))
  addHostingCommands(addTo(program, host, 'Serving:'))
  addEngineCommands(addTo(program, host, 'Serving:'))
  addTrafficCommands(addTo(program, host, 'Traffic:'))
  addAlertCommands(addTo(program, host, 'Watching:'))
  addImageCommands(addTo(program, host, 'Containers:'))
  addLicenseCommands(addTo(program, host, 'Licenses:'))
  addIssuingCommands(addTo(program, host, 'Licenses:'))
  addUsageCommands(addTo(program, host, 'Licenses:'))
  addKeyCommands(addTo(program, host, 'Keys and trust:'))
  addNodeCommands(addTo(program, host, 'The node:'))
  addGpuCommands(addTo(program, host, 'The node:'))
  addServe(program, host)
  return program
}

/** The words that are typed; every command has options, so the list does not say so. */
function subcommandTerm(this: Help, command: Command): string {
  const words =
    command.commands.length > 0 ? [nestedTerm(command)] : command.registeredArguments.map(argumentTerm)
  return [command.name(), ...words].join(' ')
}

/** What does something without a further word has a summary of its own. */
const nestedTerm = (command: Command): string =>
  command.name() in nestedSummaries ? '<command>' : '[command]'

/** Commands of a command are told of beside what it is about, where the lines wrap. */
function subcommandDescription(command: Command): string {
  const nested = command.commands.map((one) => one.name()).join(', ')
  return nested === '' ? command.description() : `${command.description()}: ${nested}`
}

const argumentTerm = (argument: { name(): string; required: boolean }): string =>
  argument.required ? `<${argument.name()}>` : `[${argument.name()}]`

function addTo(program: Command, host: CliHost, heading: string): AddCommand {
  const parentOf = (name: string): Command =>
    program.commands.find((command) => command.name() === name) ??
    share(
      program
        .command(name)
        .helpGroup(heading)
        .helpCommand(false)
        .description(nestedSummaries[name] ?? ''),
    )

  return (signature, summary, example, options) => {
    const [first = '', second] = signature.split(' ')
    const isNested = second !== undefined && /^[a-z]/.test(second)
    const command = isNested
      ? parentOf(first).command(signature.slice(first.length + 1))
      : program.command(signature).helpGroup(heading)
    command.description(summary).addHelpText('after', `\nExample:\n  ${example}`)
    if (options) options(command)
    share(command)
    return {
      run: <Arguments extends unknown[]>(
        action: (context: CliContext, ...given: Arguments) => Promise<void>,
      ) => {
        command.action(async (...received: unknown[]) => {
          const given = received.slice(0, -1) // the last one is the command itself
          refuseEmptyPaths(command)
          await action(contextOf(host, command), ...(given as Arguments))
        })
      },
    }
  }
}

const paths = new Set(['path', 'file', 'dir', 'backup', 'archive'])

/** A variable of a script that is not set would mean the folder where the script runs. */
function refuseEmptyPaths(command: Command): void {
  const options = command.options.map((option) => ({
    name: option.flags.match(/<([a-z]+)>/)?.[1] ?? '',
    shown: option.long ?? option.flags,
    value: command.opts<Record<string, unknown>>()[option.attributeName()],
  }))
  const words = command.registeredArguments.map((argument, at) => ({
    name: argument.name(),
    shown: `<${argument.name()}>`,
    value: command.args[at],
  }))
  const empty = [...words, ...options].find(({ name, value }) => paths.has(name) && value === '')
  if (empty) throw new OutpostError('CLI_USAGE', `${empty.shown} is empty.`)
}

/** The headless host reads its own options, so that `outpost serve` and the server's entry cannot differ. */
function addServe(program: Command, host: CliHost): void {
  program
    .command('serve')
    .helpGroup('The node:')
    .description('Run the node without a window, until Ctrl+C')
    .helpOption(false)
    .allowUnknownOption()
    .allowExcessArguments()
    .action(async (_options: unknown, command: Command) => {
      const { data } = program.opts<Partial<SharedOptions>>()
      const named = program.getOptionValueSource('data') === 'cli' && data !== undefined
      await host.serve([...(named ? ['--data', data] : []), ...command.args])
    })
}

/** Whether a command line runs a node, which listens for signals itself. */
export const isServe = (args: readonly string[]): boolean => wordsOf(args)[0] === 'serve'

/** The words of a command line without the options of every command that stand between them. */
export function wordsOf(args: readonly string[]): string[] {
  const isOption = (text = ''): boolean => text.startsWith('-')
  const takesNext = (text = ''): boolean => sharedWithValue.has(text)
  return args.filter((text, at) => !isOption(text) && !takesNext(args[at - 1]))
}

const sharedWithValue = new Set(['--data', '--url', '--key'])

const share = (command: Command): Command =>
  command
    .optionsGroup('Options of every command:')
    .option('--json', 'write the result, or the refusal, as one JSON document')
    .option('--data <dir>', 'the data folder (OUTPOST_DATA)', defaultDataDirectory())
    .option('--url <address>', 'act on the node at this address')
    .option(
      '--key <key>',
      'an API key for that node; better set OUTPOST_KEY, which no list of processes shows',
    )
    .helpOption('-h, --help', 'show this')

function contextOf(host: CliHost, command: Command): CliContext {
  const options = sharedOptionsOf(command)
  if (options.data === '') throw new OutpostError('CLI_USAGE', '--data is empty.')
  return createContext(host, createTerminal(options.json ?? false, host.out, host.errors), options)
}

/** They may stand before the command, between its words or after them; what stands last counts. */
function sharedOptionsOf(command: Command): SharedOptions {
  const own = command.opts<SharedOptions>()
  if (command.parent === null) return own
  const given = Object.entries(own).filter(([name]) => command.getOptionValueSource(name) === 'cli')
  return { ...sharedOptionsOf(command.parent), ...Object.fromEntries(given) }
}
