/** A data folder of its own for each test, with real databases and a real blob store; gone when the test ends. */
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { type BlobStore, createBlobStore } from '../../src-main/store/blobs/blobs.ts'
import { type DataDirectory, openDataDirectory } from '../../src-main/store/data-directory.ts'
import { openNodeDatabase, openUsageDatabase } from '../../src-main/store/open.ts'
import type { NodeWriter, UsageWriter } from '../../src-main/store/sqlite.ts'
import { temporaryFolder } from './temporary-folder.ts'

export interface DataFolder {
  path: string
  directory: DataDirectory
  db: NodeWriter
  usage: UsageWriter
  blobs: BlobStore
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
