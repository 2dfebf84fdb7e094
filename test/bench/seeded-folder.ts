/** Data folders with a registry of a given shape: filled once, then shared by the parts that want the same shape. */
import { statSync } from 'node:fs'
import { openDataDirectory } from '../../src-main/store/data-directory.ts'
import { openNodeDatabase } from '../../src-main/store/open.ts'
import { mebibyte } from './figures.ts'
import { type Shape, seedRegistry } from './seed-registry.ts'
import { temporaryFolder } from './temporary-folder.ts'

const seeded = new Map<string, Promise<string>>()

/** The parts run one after another, so no two use a folder at a time. */
export function seededFolder(shape: Shape, say: (line: string) => void): Promise<string> {
  const key = `${shape.models} × ${shape.versionsEach}`
  const known = seeded.get(key) ?? seed(shape, say)
  seeded.set(key, known)
  return known
}

async function seed(shape: Shape, say: (line: string) => void): Promise<string> {
  const folder = temporaryFolder()
  const directory = await openDataDirectory(folder)
  const db = openNodeDatabase(folder)
  const started = performance.now()
  seedRegistry(db, shape)
  db.pragma('wal_checkpoint(truncate)')
  db.close()
  const mebibytes = Math.round(statSync(directory.paths.nodeDatabase).size / mebibyte)
  await directory.release()
  const seconds = Math.round((performance.now() - started) / 1000)
  say(`  ${shape.models} models with ${shape.versionsEach} versions each: ${mebibytes} MiB in ${seconds} s`)
  return folder
}
