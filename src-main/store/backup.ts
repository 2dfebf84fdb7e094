/**
 * A consistent copy of a data folder while the node runs: the databases as of one moment each, every blob that this
 * registry refers to, drafts, keys and usage segments, with a manifest of digests. It is there whole or not at all,
 * and shares no bytes with the folder that could change under it. A blob that is damaged is left out and listed.
 */
import { existsSync } from 'node:fs'
import { constants, copyFile, mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import Database from 'better-sqlite3'
import { sha256File } from '../base/digest.ts'
import { isSystemError, OutpostError } from '../base/errors.ts'
import {
  asDiskError,
  makeFolder,
  syncDirectory,
  temporarySuffix,
  writeFileAtomically,
} from '../base/files.ts'
import { type BackupFile, type BackupManifest, type DamagedFile, manifestName } from './backup-manifest.ts'
import type { Copied } from './blobs/blob-copy.ts'
import { blobPath } from './blobs/blob-paths.ts'
import { type BlobStore, verifyBlob } from './blobs/blobs.ts'
import { copyFileHashing } from './blobs/copy-file.ts'
import { dataPaths } from './data-paths.ts'
import { schemaVersion } from './migrate.ts'
import { readNodeDatabase, readQuotaDatabase, readUsageDatabase } from './open.ts'
import type { NodeReader, Sqlite } from './sqlite.ts'
import { auditHead } from './tables/audit-entries.ts'
import { blobUses, referencedBlobs } from './tables/blob-rows.ts'
import { nodeId } from './tables/meta.ts'

export interface BackupOptions {
  /** ISO 8601. */
  at: string
  /** Keys that lie outside of the folder, such as in the desktop's safe storage: text by path, where the folder has none. */
  keysElsewhere?: Readonly<Record<string, string>>
  onProgress?: (bytesDone: number, bytesTotal: number) => void
  signal?: AbortSignal
}

/** `target` must not be there yet. DISK_FULL: nothing is left then. */
export async function backUp(
  blobs: BlobStore,
  target: string,
  options: BackupOptions,
): Promise<BackupManifest> {
  await refuseExisting(target)
  const release = blobs.holdAll()
  const partial = `${target}${temporarySuffix}`
  try {
    await makeFolder(dirname(target), 0o700).catch(refusePlace)
    await rm(partial, { recursive: true, force: true }) // what a backup that died had copied
    await mkdir(partial, { mode: 0o700 })
    const manifest = await fill(blobs.dataDir, partial, options)
    await rename(partial, target)
    await syncDirectory(dirname(target))
    return manifest
  } catch (error) {
    await rm(partial, { recursive: true, force: true })
    throw asDiskError(error)
  } finally {
    release()
  }
}

async function fill(dataDir: string, partial: string, options: BackupOptions): Promise<BackupManifest> {
  const paths = dataPaths(dataDir)
  const usage = await snapshot(readUsageDatabase(dataDir), join(partial, 'usage.db'))
  const node = await snapshot(readNodeDatabase(dataDir), join(partial, 'node.db'))
  // Before the keys, whose anchor may then be ahead of it: the count goes on at the larger one.
  const counts = existsSync(paths.quotaDatabase)
  if (counts) await snapshot(readQuotaDatabase(dataDir), join(partial, 'quota.db'))
  const facts = readFacts(join(partial, 'node.db'))
  const files: BackupFile[] = [
    { path: 'node.db', ...(await sha256File(join(partial, 'node.db'))) },
    { path: 'usage.db', ...(await sha256File(join(partial, 'usage.db'))) },
  ]
  if (counts) files.push({ path: 'quota.db', ...(await sha256File(join(partial, 'quota.db'))) })
  for (const folder of [paths.usage, paths.keys, paths.drafts]) {
    files.push(...(await copyFolder(paths.root, folder, partial, options.signal)))
  }
  for (const [path, text] of Object.entries(options.keysElsewhere ?? {})) {
    if (files.some((file) => file.path === path)) continue
    await writeFileAtomically(join(partial, path), text, 0o600)
    files.push({ path, ...(await sha256File(join(partial, path))) })
  }
  const { copied, found } = await copyBlobs(dataDir, partial, facts.blobs, options)
  files.push(...copied)
  const manifest: BackupManifest = {
    format: 1,
    createdAt: options.at,
    nodeId: facts.nodeId,
    schema: { node, usage },
    auditHead: facts.auditHead,
    files,
    damaged: withVersions(join(partial, 'node.db'), found),
  }
  await writeFileAtomically(join(partial, manifestName), `${JSON.stringify(manifest, null, 1)}\n`, 0o600)
  return manifest
}

/**
 * Copies a database through SQLite's backup. The read transaction around it pins one moment; without it every write of
 * the other process would make the backup begin again. Returns the schema version.
 */
async function snapshot(reader: Sqlite, target: string): Promise<number> {
  try {
    reader.exec('begin')
    const version = schemaVersion(reader)
    reader.prepare('select count(*) from meta').get()
    await reader.backup(target)
    reader.exec('commit')
    checkCopy(target)
    return version
  } finally {
    reader.close()
  }
}

/** As one file without a WAL beside it, and sound. DATA_DIR_INVALID. */
function checkCopy(path: string): void {
  const copy = new Database(path)
  try {
    copy.pragma('journal_mode = delete')
    const result = copy.pragma('integrity_check(1)', { simple: true })
    if (result !== 'ok') {
      throw new OutpostError('DATA_DIR_INVALID', `The database is damaged: ${String(result)}.`, {
        hint: 'Restore the data folder from an earlier backup.',
      })
    }
  } finally {
    copy.close()
  }
}

function readFacts(path: string): {
  nodeId: string
  auditHead: string
  blobs: { digest: string; bytes: number }[]
} {
  const copy = new Database(path, { readonly: true }) as NodeReader
  try {
    return { nodeId: nodeId(copy), auditHead: auditHead(copy), blobs: referencedBlobs(copy) }
  } finally {
    copy.close()
  }
}

async function copyFolder(
  root: string,
  folder: string,
  partial: string,
  signal: AbortSignal | undefined,
): Promise<BackupFile[]> {
  const files: BackupFile[] = []
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || entry.name.endsWith(temporarySuffix)) continue
    const source = join(entry.parentPath, entry.name)
    const path = relative(root, source).split(sep).join('/')
    try {
      files.push({ path, ...(await copyFileHashing(source, join(partial, path), 0o600, signal)) })
    } catch (error) {
      if (!isSystemError(error, 'ENOENT')) throw error // a draft's file or an old segment went meanwhile
    }
  }
  return files
}

type Found = Pick<DamagedFile, 'digest' | 'found'>

async function copyBlobs(
  dataDir: string,
  partial: string,
  blobs: readonly { digest: string; bytes: number }[],
  options: BackupOptions,
): Promise<{ copied: BackupFile[]; found: Found[] }> {
  const copied: BackupFile[] = []
  const found: Found[] = []
  const bytesTotal = blobs.reduce((sum, blob) => sum + blob.bytes, 0)
  let bytesDone = 0
  const copy = copier(options.signal)
  for (const { digest, bytes } of blobs) {
    options.signal?.throwIfAborted()
    const source = blobPath(dataDir, digest)
    const path = relative(dataDir, source).split(sep).join('/')
    const target = join(partial, path)
    const result = await copyUnlessDamaged(dataDir, digest, () => copy(source, target))
    if (typeof result === 'string') {
      found.push({ digest, found: result })
      await rm(target, { force: true })
    } else copied.push({ path, ...result })
    bytesDone += bytes
    options.onProgress?.(bytesDone, bytesTotal)
  }
  return { copied, found }
}

/** What is wrong with the blob instead of its copy, where it is not what its name says. */
async function copyUnlessDamaged(
  dataDir: string,
  digest: string,
  copy: () => Promise<Copied>,
): Promise<Copied | DamagedFile['found']> {
  try {
    const copied = await copy()
    return copied.digest === digest ? copied : 'changed'
  } catch (error) {
    if (!isSystemError(error, 'ENOENT', 'ELOOP', 'EIO')) throw error
    const found = await verifyBlob(dataDir, digest)
    if (found === 'intact') throw error // it is the target that fails
    return found
  }
}

/** Shares the blocks where the file system copies on write (Btrfs, XFS, APFS), and copies the bytes elsewhere. */
function copier(signal: AbortSignal | undefined): (source: string, target: string) => Promise<Copied> {
  let shares = true
  return async (source, target) => {
    await mkdir(dirname(target), { recursive: true, mode: 0o700 })
    shares &&= await copyFile(
      source,
      target,
      constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE_FORCE,
    ).then(
      () => true,
      () => false,
    )
    if (!shares) {
      await rm(target, { force: true })
      return await copyFileHashing(source, target, 0o444, signal)
    }
    const file = await open(target)
    try {
      await file.chmod(0o444)
      await file.sync()
    } finally {
      await file.close()
    }
    return await sha256File(target)
  }
}

function withVersions(nodeDatabase: string, found: readonly Found[]): DamagedFile[] {
  if (found.length === 0) return []
  const copy = new Database(nodeDatabase, { readonly: true }) as NodeReader
  try {
    return found.flatMap((one) =>
      blobUses(copy, one.digest).map(({ model, version, path }) => ({ ...one, model, version, path })),
    )
  } finally {
    copy.close()
  }
}

async function refuseExisting(target: string): Promise<void> {
  const found = await readdir(target).catch((error: unknown) => {
    if (isSystemError(error, 'ENOENT')) return null
    return refusePlace(error)
  })
  if (found !== null) throw new OutpostError('DATA_DIR_INVALID', `${target} is there already.`)
}

function refusePlace(error: unknown): never {
  if (!isSystemError(error, 'ENOENT', 'ENOTDIR', 'EEXIST')) throw error
  throw new OutpostError('PATH_UNUSABLE', `No folder can be made at ${error.path}.`, {
    hint: 'Name a folder for the backup, in a place where this account may write.',
    cause: error,
  })
}
