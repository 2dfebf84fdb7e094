/**
 * Files that are never half written: bytes go to a temporary file beside the target, are synced, and take its
 * name by a rename; the folder is synced after, so that the name survives a power loss too.
 */
import { randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { isSystemError, OutpostError } from './errors.ts'

export const temporarySuffix = '.partial'

/**
 * Makes a folder and those above it that are missing. Node's own `recursive` never ends where a file system refuses new
 * folders with ENOENT, as /proc does.
 */
export async function makeFolder(path: string, mode = 0o777): Promise<void> {
  if (await isFolder(path)) return
  const above = dirname(path)
  if (above !== path) await makeFolder(above, mode)
  try {
    await mkdir(path, { mode })
  } catch (error) {
    const wasMadeMeanwhile = isSystemError(error, 'EEXIST') && (await isFolder(path))
    if (!wasMadeMeanwhile) throw error
  }
}

/** What cannot be looked at is none: making it says why. */
const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )

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
  await makeFolder(dirname(path))
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

/** For what belongs to a transaction of SQLite, which waits for nothing. */
export function writeFileAtomicallySync(path: string, text: string, mode: number): void {
  const temporary = `${path}.${randomBytes(6).toString('hex')}${temporarySuffix}`
  try {
    writeFileSync(temporary, text, { mode, flag: 'wx', flush: true })
    renameSync(temporary, path)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw asDiskError(error)
  }
  syncDirectorySync(dirname(path))
}

function syncDirectorySync(path: string): void {
  if (process.platform === 'win32') return // Windows refuses to open a folder
  const folder = openSync(path, 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}

/** What the account may not do, or the file system, in the catalogue's words; anything else as it came. */
export function asPathError(error: unknown): unknown {
  if (!isSystemError(error, 'EACCES', 'EPERM', 'EROFS', 'EISDIR')) return error
  const why: Record<string, [string, string]> = {
    EROFS: ['its file system is read-only', 'Name a place on another one.'],
    EISDIR: ['it is a folder', 'Name a file.'],
  }
  const [reason, hint] = why[error.code ?? ''] ?? [
    'this account has no right to',
    'Give it the right (ls -ld shows what it has), or name another place.',
  ]
  return new OutpostError('PATH_UNUSABLE', `${error.path ?? 'What was named'} cannot be used: ${reason}.`, {
    hint,
    cause: error,
  })
}

/** A full disk in the catalogue's words; anything else as it came. */
export function asDiskError(error: unknown): unknown {
  if (!isSystemError(error, 'ENOSPC', 'EDQUOT')) return error
  return new OutpostError('DISK_FULL', 'The disk is full; nothing was changed.', {
    hint: 'Free some space, then do it again.',
    cause: error,
  })
}
