/** Runs one command line to its exit code; nothing here ends the process or reads its arguments. */
import { CommanderError } from 'commander'
import type { CliHost } from './context.ts'
import { asOutpostError, exitCodes, reportRefusal } from './failure.ts'
import { createProgram } from './program.ts'

export async function runCommandLine(args: readonly string[], host: CliHost): Promise<number> {
  try {
    await createProgram(host).parseAsync(args, { from: 'user' })
    return exitCodes.done
  } catch (error) {
    // Help and the version end this way too, with 0; everything else commander says is about usage, and was written.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage
    return reportRefusal(asOutpostError(error), args.includes('--json'), host.out, host.errors)
  }
}
