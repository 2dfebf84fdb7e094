/** Puts a backup into an empty data folder and checks every file on the way; no node may run on the folder. */
import { readdir, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { isSystemError, OutpostError } from '../../base/errors.ts'
import { manifestName } from '../../store/backup-manifest.ts'
import { restore } from '../../store/restore.ts'

export async function restoreBackup(
  backup: string,
  dataDirectory: string,
  onProgress: (fraction: number) => void,
) {
  const folder = await theBackupIn(resolve(backup))
  const { createdAt, nodeId, files, damaged } = await restore(folder, dataDirectory, (done, total) =>
    onProgress(done / Math.max(1, total)),
  )
  return {
    dataDirectory,
    createdAt,
    nodeId,
    files: files.length,
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    damaged,
  }
}

/** Who names the folder that backups are written into means the backup in it, where it is the only one. */
async function theBackupIn(folder: string): Promise<string> {
  if (await isBackup(folder)) return folder
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    if (!isSystemError(error, 'ENOENT')) return []
    throw new OutpostError('NOT_FOUND', `There is no ${folder}.`, { cause: error })
  })
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(folder, name))
  const found = await Promise.all(folders.map(isBackup))
  const backups = folders.filter((_, at) => found[at])
  const [only] = backups
  if (only === undefined) return folder // refused with its name
  if (backups.length === 1) return only
  throw new OutpostError('DATA_DIR_INVALID', `${folder} holds ${backups.length} backups.`, {
    hint: `Name one of them, such as ${backups.toSorted().at(-1)}.`,
  })
}

const isBackup = (folder: string): Promise<boolean> =>
  stat(join(folder, manifestName)).then(
    (found) => found.isFile(),
    () => false,
  )
