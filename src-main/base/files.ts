/**
 * Files that are never half written: bytes go to a temporary file beside the target, are synced, and take its
 * name by a rename; the folder is synced after, so that the name survives a power loss too.
 */
import { randomBytes } from 'node:crypto'
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { isSystemError, OutpostError } from './errors.ts'

export const temporarySuffix = '.partial'

export async function syncDirectory(path: string): Promise<void> {
  if (process.platform === 'win32') return // Windows refuses to open a folder
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Runs `write` on a temporary file and gives it its name when that ends well; removes it otherwise. */
export async function writeAtomically<Result>(
  path: string,
  write: (file: FileHandle, temporaryPath: string) => Promise<Result>,
  mode = 0o644,
): Promise<Result> {
  await mkdir(dirname(path), { recursive: true })
  const temporary = `${path}.${randomBytes(6).toString('hex')}${temporarySuffix}`
  const file = await open(temporary, 'wx', mode)
  let result: Result
  try {
    result = await write(file, temporary)
    await file.sync()
    await file.close()
    await rename(temporary, path)
  } catch (error) {
    await file.close().catch(() => undefined) // closed already where rename failed
    await rm(temporary, { force: true })
    throw asDiskError(error)
  }
  await syncDirectory(dirname(path))
  return result
}

export const writeFileAtomically = (path: string, bytes: Uint8Array | string, mode?: number): Promise<void> =>
  writeAtomically(path, (file) => file.writeFile(bytes), mode)

/** A full disk in the catalogue's words; anything else as it came. */
export function asDiskError(error: unknown): unknown {
  if (!isSystemError(error, 'ENOSPC', 'EDQUOT')) return error
  return new OutpostError('DISK_FULL', 'The disk is full; nothing was changed.', {
    hint: 'Free some space, then do it again.',
    cause: error,
  })
}
