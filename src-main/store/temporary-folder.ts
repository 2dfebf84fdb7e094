/**
 * Folders of this program in the system's temporary directory, for work on files that belong to no data folder. Each is
 * locked by its process; what a killed one has left is removed when the next is made, and when a node starts.
 */
import { lstat, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isSystemError } from '../base/errors.ts'
import { isLocked, takeLock } from './owner-lock.ts'

const prefix = 'outpost-scratch-'
const lockName = 'lock'

/** One without its lock is being made or removed at this moment, unless it is as old as this. */
const unlockedMsMax = 60 * 60 * 1000

/** The folder is empty, this account's alone, and gone afterwards. */
export async function withTemporaryFolder<Result>(use: (folder: string) => Promise<Result>): Promise<Result> {
  await sweepTemporaryFolders()
  const folder = await mkdtemp(join(tmpdir(), prefix))
  const lock = takeLock(join(folder, lockName))
  try {
    const work = join(folder, 'work')
    await mkdir(work)
    return await use(work)
  } finally {
    lock?.release()
    await rm(folder, { recursive: true, force: true })
  }
}

/** Returns the paths that were removed. What cannot be read or removed stays: it is another account's, or going. */
export async function sweepTemporaryFolders(): Promise<string[]> {
  const names = await readdir(tmpdir()).catch(nothingWhereAbsent)
  const removed: string[] = []
  for (const name of names ?? []) {
    const folder = join(tmpdir(), name)
    if (!name.startsWith(prefix) || !(await isLeft(folder).catch(nothingWhereAbsent))) continue
    await rm(folder, { recursive: true, force: true })
    removed.push(folder)
  }
  return removed
}

async function isLeft(folder: string): Promise<boolean> {
  const found = await lstat(folder)
  // The directory is everybody's: nothing that another account put there is opened.
  const isOwn = found.isDirectory() && (process.getuid === undefined || found.uid === process.getuid())
  if (!isOwn) return false
  const lock = join(folder, lockName)
  const isMade = await lstat(lock).then((file) => file.isFile(), nothingWhereAbsent)
  if (isMade === null) return Date.now() - found.mtimeMs > unlockedMsMax
  return isMade && !isLocked(lock)
}

function nothingWhereAbsent(error: unknown): null {
  if (isSystemError(error, 'ENOENT', 'ENOTDIR', 'EACCES', 'EPERM')) return null
  throw error
}
