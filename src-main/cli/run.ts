/** Runs one command line to its exit code; nothing here ends the process or reads its arguments. */
import { type Command, CommanderError } from 'commander'
import { OutpostError } from '../base/errors.ts'
import { refuseOldNode } from '../base/node-version.ts'
import type { CliHost } from './context.ts'
import { asOutpostError, exitCodes, reportRefusal } from './failure.ts'
import { createProgram, wordsOf } from './program.ts'

export async function runCommandLine(args: readonly string[], host: CliHost): Promise<number> {
  const program = createProgram(host)
  try {
    refuseOldNode()
    await program.parseAsync(args, { from: 'user' })
    return exitCodes.done
  } catch (thrown) {
    const found = thrown instanceof CommanderError ? endedBy(thrown) : asOutpostError(thrown)
    if (typeof found === 'number') return found
    const error = found.code === 'CLI_USAGE' ? withHint(found, program, args) : found
    return reportRefusal(error, args.includes('--json'), host.out, host.errors)
  }
}

/** Help and the version end this way too; help that nobody asked for is what `outpost` alone gets. */
function endedBy(error: CommanderError): number | OutpostError {
  if (error.exitCode === 0) return exitCodes.done
  if (error.code === 'commander.help') return exitCodes.usage
  return new OutpostError('CLI_USAGE', error.message.replace(/^error: /, ''), { cause: error })
}

function withHint(error: OutpostError, program: Command, args: readonly string[]): OutpostError {
  if (error.hint !== undefined) return error
  const words = [program.name()]
  let command: Command | undefined = program
  for (const word of wordsOf(args)) {
    command = command.commands.find((one) => one.name() === word)
    if (command === undefined) break
    words.push(word)
  }
  const hint = `${words.join(' ')} --help says how it is used.`
  return new OutpostError(error.code, error.message, { hint, cause: error })
}
