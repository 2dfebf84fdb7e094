/** Puts a backup into an empty data folder and checks every file on the way; no node may run on the folder. */
import { resolve } from 'node:path'
import { restore } from '../../store/restore.ts'

export async function restoreBackup(
  backup: string,
  dataDirectory: string,
  onProgress: (fraction: number) => void,
) {
  const { createdAt, nodeId, files, damaged } = await restore(resolve(backup), dataDirectory, (done, total) =>
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
