/** How a group of commands adds one to the program, without knowing how the program is put together. */
import type { Command } from 'commander'
import type { CliContext } from './context.ts'

interface AddedCommand {
  /** Gets the arguments in the order of the signature, then the command's options; agreement is by position. */
  run<Arguments extends unknown[]>(action: (context: CliContext, ...given: Arguments) => Promise<void>): void
}

/** `signature` is the words of the command and its arguments: `keys create <name>`. */
export type AddCommand = (
  signature: string,
  summary: string,
  example: string,
  options?: (command: Command) => Command,
) => AddedCommand
