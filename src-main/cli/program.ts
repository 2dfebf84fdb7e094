/**
 * The command line as a whole. Every command has --json, --data, --url and --key, help with an example, and the same
 * exit codes: 0 done, 1 refused with a code of the catalogue, 2 usage.
 */
import { Command } from 'commander'
import { defaultDataDirectory } from '../base/data-location.ts'
import type { AddCommand } from './add-command.ts'
import { type CliContext, type CliHost, createContext, type SharedOptions } from './context.ts'
import { addKeyCommands } from './key-commands.ts'
import { addModelCommands } from './model-commands.ts'
import { addNodeCommands } from './node-commands.ts'
import { addPackageCommands } from './package-commands.ts'
import { addServingCommands } from './serving-commands.ts'
import { createTerminal } from './terminal.ts'

const exitCodesHelp = `
Exit codes: 0 done, 1 refused (the code stands on stderr, or in the document of --json), 2 usage.
A node that runs on the data folder is found by itself; --url and --key act on another one.`

export function createProgram(host: CliHost): Command {
  const program = new Command('outpost')
    .description('A local marketplace node for AI models')
    .version(host.version, '-V, --version')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => host.out.write(text),
      writeErr: (text) => host.errors.write(text),
    })
    .addHelpText('after', exitCodesHelp)
  const groups = new Map<string, Command>()
  const inherit = (command: Command): Command => command.copyInheritedSettings(program)

  const groupOf = (name: string): Command => {
    const known = groups.get(name)
    if (known) return known
    const group = inherit(program.command(name))
    groups.set(name, group)
    return group
  }

  const add: AddCommand = (signature, summary, example, options) => {
    const [first = '', second] = signature.split(' ')
    const isGrouped = second !== undefined && /^[a-z]/.test(second)
    const parent = isGrouped ? groupOf(first) : program
    const command = shared(inherit(parent.command(isGrouped ? signature.slice(first.length + 1) : signature)))
      .description(summary)
      .addHelpText('after', `\nExample:\n  ${example}`)
    const configured = options ? options(command) : command
    return {
      run: <Arguments extends unknown[]>(
        action: (context: CliContext, ...given: Arguments) => Promise<void>,
      ) => {
        configured.action(async (...received: unknown[]) => {
          const given = received.slice(0, -1) // the last one is the command itself
          await action(contextOf(host, command), ...(given as Arguments))
        })
      },
    }
  }
  addPackageCommands(add)
  addModelCommands(add)
  addServingCommands(add)
  addKeyCommands(add)
  addNodeCommands(add)
  for (const [name, summary] of Object.entries(groupSummaries)) groups.get(name)?.description(summary)

  program
    .command('serve', { hidden: false })
    .description('Run the node without a window; outpost serve --help lists its options')
    .helpOption(false)
    .allowUnknownOption()
    .allowExcessArguments()
    .action(async (_options: unknown, command: Command) => {
      process.exitCode = await host.serve(command.args)
    })
  return program
}

const groupSummaries = {
  keys: 'API keys',
  trust: 'Publishers whose packages this node lets in',
  publisher: 'The key with which this node signs',
}

const shared = (command: Command): Command =>
  command
    .option('--json', 'write the result as JSON')
    .option('--data <dir>', 'the data folder (OUTPOST_DATA)', defaultDataDirectory())
    .option('--url <address>', 'act on the node at this address')
    .option('--key <key>', 'an API key for --url (OUTPOST_KEY)')

function contextOf(host: CliHost, command: Command): CliContext {
  const options = command.opts<SharedOptions>()
  return createContext(host, createTerminal(options.json ?? false, host.out, host.errors), options)
}
