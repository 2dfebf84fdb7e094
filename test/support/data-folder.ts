/** A data folder of its own for each test, with real databases and a real blob store; gone when the test ends. */
import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { type BlobStore, createBlobStore } from '../../src-main/store/blobs/blobs.ts'
import { type DataDirectory, openDataDirectory } from '../../src-main/store/data-directory.ts'
import { openNodeDatabase, openUsageDatabase } from '../../src-main/store/open.ts'
import type { NodeWriter, UsageWriter } from '../../src-main/store/sqlite.ts'

export interface DataFolder {
  path: string
  directory: DataDirectory
  db: NodeWriter
  usage: UsageWriter
  blobs: BlobStore
}

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'outpost-test-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

export async function dataFolder(path = join(temporaryFolder(), 'data')): Promise<DataFolder> {
  const directory = await openDataDirectory(path)
  const db = openNodeDatabase(path)
  const usage = openUsageDatabase(path)
  onTestFinished(async () => {
    db.close()
    usage.close()
    await directory.release()
  })
  return { path, directory, db, usage, blobs: createBlobStore(path) }
}
