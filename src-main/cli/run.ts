/** Runs one command line to its exit code; nothing here ends the process or reads its arguments. */
import { CommanderError } from 'commander'
import { OutpostError } from '../base/errors.ts'
import type { CliHost } from './context.ts'
import { asOutpostError, exitCodes, reportRefusal } from './failure.ts'
import { createProgram } from './program.ts'

export async function runCommandLine(args: readonly string[], host: CliHost): Promise<number> {
  try {
    await createProgram(host).parseAsync(args, { from: 'user' })
    return exitCodes.done
  } catch (error) {
    if (!(error instanceof CommanderError)) return report(asOutpostError(error), args, host)
    // Help and the version end this way too; help that nobody asked for is what `outpost` alone gets.
    if (error.exitCode === 0) return exitCodes.done
    if (error.code === 'commander.help') return exitCodes.usage
    return report(usageError(error, args), args, host)
  }
}

const report = (error: OutpostError, args: readonly string[], host: CliHost): number =>
  reportRefusal(error, args.includes('--json'), host.out, host.errors)

function usageError({ message, cause }: CommanderError, args: readonly string[]): OutpostError {
  const [command = ''] = args
  const known = /^[a-z]+$/.test(command) && !message.includes('unknown command') ? ` ${command}` : ''
  return new OutpostError('CLI_USAGE', message.replace(/^error: /, ''), {
    hint: `outpost${known} --help says how it is used.`,
    cause,
  })
}
