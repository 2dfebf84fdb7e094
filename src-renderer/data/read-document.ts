/** Reads a signed document that a person dropped or chose: HandOverError for what is none. */
import { documentIn, refuseLength } from '../../src-main/contract/license/document-file.ts'
import { HandOverError } from './failure.ts'

export async function readDocument(file: File): Promise<string> {
  const read =
    refuseLength(file.name, file.size) ?? documentIn(file.name, new Uint8Array(await file.arrayBuffer()))
  if (typeof read === 'string') return read
  const { code, message, isPackage } = read
  const hint = isPackage ? 'A package is imported on the page Models.' : 'Ask for the file again.'
  throw new HandOverError({ code, message, hint })
}
