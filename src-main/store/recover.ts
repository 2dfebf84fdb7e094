/**
 * Run by the owner of a data folder before anything else uses it: removes what a process that died had half written,
 * and nothing that is whole. A blob that no version refers to is whole; that is the collector's to judge.
 */
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isSystemError } from '../base/errors.ts'
import { temporarySuffix } from '../base/files.ts'
import { blobFolder } from './blobs/blob-paths.ts'
import type { DataPaths } from './data-paths.ts'

export interface StillNeeded {
  /** Names in uploads/ that a job which is not done yet still reads. */
  uploads: ReadonlySet<string>
  /** Ids of the drafts that have a row; the folder of any other was being made or deleted. */
  drafts: ReadonlySet<string>
}

/** Returns the paths that were removed. */
export async function recoverDataDirectory(paths: DataPaths, needed: StillNeeded): Promise<string[]> {
  const removed: string[] = []
  const removeWhere = async (folder: string, condition: (name: string) => boolean): Promise<void> => {
    for (const name of await namesIn(folder)) {
      if (!condition(name)) continue
      await rm(join(folder, name), { recursive: true, force: true })
      removed.push(join(folder, name))
    }
  }
  const isPartial = (name: string): boolean => name.endsWith(temporarySuffix)
  const blobs = blobFolder(paths.root)
  await removeWhere(blobs, isPartial)
  for (const folder of [paths.root, paths.runtime, paths.keys, paths.backups, paths.usage, paths.logs]) {
    await removeWhere(folder, isPartial)
  }
  for (const draft of await namesIn(paths.drafts)) await removeWhere(join(paths.drafts, draft), isPartial)
  await removeWhere(paths.drafts, (name) => !needed.drafts.has(name))
  await removeWhere(paths.uploads, (name) => !needed.uploads.has(name))
  await removeWhere(paths.staging, () => true)
  await removeWhere(paths.trees, () => true)
  return removed
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return []
    throw error
  }
}
