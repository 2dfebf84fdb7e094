/** Reads a file that a person named: what goes wrong says which one. */
import { readFile } from 'node:fs/promises'
import { isSystemError, OutpostError } from '../base/errors.ts'

export function readNamedFile(path: string): Promise<Buffer>
export function readNamedFile(path: string, encoding: 'utf8'): Promise<string>
export async function readNamedFile(path: string, encoding?: 'utf8'): Promise<Buffer | string> {
  try {
    return await readFile(path, encoding ?? null)
  } catch (error) {
    if (!isSystemError(error, 'EISDIR')) throw error // which names no path, as it was opened already
    throw new OutpostError('PATH_UNUSABLE', `${path} cannot be used: it is a folder.`, {
      hint: 'Name a file.',
      cause: error,
    })
  }
}
