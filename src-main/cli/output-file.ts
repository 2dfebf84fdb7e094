/** What a command writes into the file of its -o: mostly a document that a node has signed. */
import type { Command } from 'commander'
import { writeFileAtomically } from '../base/files.ts'

export const toFile = (command: Command): Command =>
  command.requiredOption('-o, --output <file>', 'the file to write')

export const writeDocument = (output: string, { document }: { document: string }): Promise<void> =>
  writeFileAtomically(output, `${document}\n`)
