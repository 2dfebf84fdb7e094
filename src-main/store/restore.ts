/**
 * Makes a data folder out of a backup: every file is checked against the manifest as it is copied, then the databases
 * and what they refer to. The folder is there whole or not at all, and one that holds something is never written to.
 * What was damaged when the backup was made is not in it: its versions are marked so, and can be imported again.
 */
import { readdir, rename, rm, rmdir } from 'node:fs/promises'
import { basename, dirname, resolve } from 'node:path'
import { isSystemError, OutpostError } from '../base/errors.ts'
import { asDiskError, asPathError, makeFolder, syncDirectory, temporarySuffix } from '../base/files.ts'
import { type BackupManifest, readBackupManifest } from './backup-manifest.ts'
import { blobPath } from './blobs/blob-paths.ts'
import { blobBytes } from './blobs/blobs.ts'
import { copyFileHashing } from './blobs/copy-file.ts'
import { insidePath } from './blobs/inside-path.ts'
import { asUnusable } from './data-directory.ts'
import { dataFolders, dataPaths } from './data-paths.ts'
import { openNodeDatabase, openUsageDatabase, refuseNewerSchema } from './open.ts'
import type { Sqlite } from './sqlite.ts'
import { auditHead } from './tables/audit-entries.ts'
import { blobUses, referencedBlobs } from './tables/blob-rows.ts'
import { setIntact } from './tables/versions.ts'

/** DATA_DIR_INVALID where `dataDir` holds something or the backup is damaged, DATA_DIR_NEWER, DISK_FULL. */
export async function restore(
  backup: string,
  dataDir: string,
  onProgress?: (filesDone: number, filesTotal: number) => void,
): Promise<BackupManifest> {
  const target = resolve(dataDir)
  const manifest = await readBackupManifest(backup)
  refuseNewerSchema(manifest.schema)
  await refuseUnlessEmpty(target)
  const partial = `${target}${temporarySuffix}`
  await rm(partial, { recursive: true, force: true }) // what a restore that died had copied
  try {
    await makeFolder(partial, 0o700)
    for (const folder of dataFolders(dataPaths(partial))) await makeFolder(folder, 0o700)
    for (const [index, file] of manifest.files.entries()) {
      await copyChecked(backup, partial, file)
      onProgress?.(index + 1, manifest.files.length)
    }
    await checkDatabases(partial, manifest)
    await removeIfThere(target)
    await rename(partial, target)
    await syncDirectory(dirname(target))
    return manifest
  } catch (error) {
    await rm(partial, { recursive: true, force: true })
    throw asPathError(asUnusable(target, asDiskError(error)))
  }
}

async function copyChecked(
  backup: string,
  partial: string,
  file: BackupManifest['files'][number],
): Promise<void> {
  const mode = file.path.startsWith('blobs/') ? 0o444 : 0o600
  try {
    const copied = await copyFileHashing(insidePath(backup, file.path), insidePath(partial, file.path), mode)
    if (copied.digest !== file.digest) throw damaged(`${file.path} has changed`)
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ELOOP')) throw damaged(`${file.path} is missing`, error)
    throw error
  }
}

async function checkDatabases(dataDir: string, manifest: BackupManifest): Promise<void> {
  const node = openNodeDatabase(dataDir)
  try {
    refuseUnsound(node, 'node.db')
    if (auditHead(node) !== manifest.auditHead) throw damaged('the audit record does not end where it should')
    for (const { digest, bytes } of referencedBlobs(node)) {
      if ((await blobBytes(dataDir, digest)) === bytes) continue
      if (manifest.damaged.some((file) => file.digest === digest)) {
        for (const { versionId } of blobUses(node, digest))
          setIntact(node, versionId, false, manifest.createdAt)
      } else {
        throw damaged(`the artifact ${basename(blobPath(dataDir, digest))} is not in it`)
      }
    }
  } finally {
    node.close()
  }
  const usage = openUsageDatabase(dataDir)
  try {
    refuseUnsound(usage, 'usage.db')
  } finally {
    usage.close()
  }
}

function refuseUnsound(db: Sqlite, name: string): void {
  const result = db.pragma('integrity_check(1)', { simple: true })
  if (result !== 'ok') throw damaged(`${name}: ${String(result)}`)
  if (db.prepare('select 1 from pragma_foreign_key_check limit 1').get() !== undefined) {
    throw damaged(`${name} refers to rows that are not there`)
  }
}

const damaged = (what: string, cause?: unknown) =>
  new OutpostError('DATA_DIR_INVALID', `The backup is damaged: ${what}.`, {
    hint: 'Use another backup. Nothing was written.',
    cause,
  })

async function refuseUnlessEmpty(target: string): Promise<void> {
  const found = await names(target)
  if (found === null || found.length === 0) return
  throw new OutpostError('DATA_DIR_INVALID', `${target} is not empty.`, {
    hint: 'Restore into a new folder; nothing that is there is ever written over.',
  })
}

async function removeIfThere(target: string): Promise<void> {
  if ((await names(target)) !== null) await rmdir(target)
}

async function names(target: string): Promise<string[] | null> {
  try {
    return await readdir(target)
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return null
    if (isSystemError(error, 'ENOTDIR'))
      throw new OutpostError('DATA_DIR_INVALID', `${target} is not a folder.`)
    throw error
  }
}
