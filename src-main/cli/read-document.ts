/** Reads a signed document that a person named: what is none is told before a node is asked. */
import { OutpostError } from '../base/errors.ts'
import { documentIn } from '../contract/license/document-file.ts'
import { readNamedFile } from './read-file.ts'

export async function readDocument(path: string): Promise<string> {
  const read = documentIn(path, await readNamedFile(path))
  if (typeof read === 'string') return read
  const { code, message, isPackage } = read
  throw new OutpostError(code, message, {
    hint: isPackage
      ? `A package is imported by: outpost import ${path}`
      : 'Name the file as its issuer sent it, such as acme.cells.license, or ask for it again.',
  })
}
