/**
 * Taking a data folder: creates what is missing, holds the owner lock, and tells the command line where this node
 * listens. A second node on the same folder is refused, and a node that was killed leaves no lock behind.
 */
import { mkdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { isSystemError, OutpostError } from '../base/errors.ts'
import { writeFileAtomically } from '../base/files.ts'
import { type DataPaths, dataFolders, dataPaths } from './data-paths.ts'
import { isLocked, takeLock } from './owner-lock.ts'
import { type RuntimeNode, readRuntimeFile } from './runtime-file.ts'

export interface DataDirectory {
  readonly paths: DataPaths
  /** Writes runtime/node.json (0600), so that the command line finds this node. */
  announce(listening: Pick<RuntimeNode, 'url' | 'servingUrl' | 'token'>): Promise<void>
  /** Gives the folder up; the end of the process does the same. */
  release(): Promise<void>
}

const lockFile = (paths: DataPaths): string => join(paths.runtime, 'owner.lock')
const runtimeFile = (paths: DataPaths): string => join(paths.runtime, 'node.json')

/**
 * DATA_DIR_IN_USE where another node has the folder, with its `pid` and `url` in the details; DATA_DIR_INVALID where
 * it is no folder or cannot be written.
 */
export async function openDataDirectory(directory: string): Promise<DataDirectory> {
  const paths = dataPaths(directory)
  await createFolders(paths)
  const lock = takeLock(lockFile(paths))
  if (!lock) throw await inUse(paths)
  const startedAt = new Date().toISOString()
  const announce: DataDirectory['announce'] = (listening) =>
    writeFileAtomically(
      runtimeFile(paths),
      `${JSON.stringify({ pid: process.pid, startedAt, ...listening }, null, 2)}\n`,
      0o600,
    )
  try {
    await announce({ url: null, servingUrl: null, token: null })
  } catch (error) {
    lock.release()
    throw error
  }
  return {
    paths,
    announce,
    release: async () => {
      await rm(runtimeFile(paths), { force: true })
      lock.release()
    },
  }
}

/** The node that runs on this folder now: what the command line talks to. Null where none does. */
export async function findRunningNode(directory: string): Promise<RuntimeNode | null> {
  const paths = dataPaths(directory)
  const found = await readRuntimeFile(runtimeFile(paths))
  return found && isLocked(lockFile(paths)) ? found : null
}

async function inUse(paths: DataPaths): Promise<OutpostError> {
  const owner = await readRuntimeFile(runtimeFile(paths))
  const who = owner ? ` (process ${owner.pid}${owner.url ? `, ${owner.url}` : ''})` : ''
  return new OutpostError('DATA_DIR_IN_USE', `Another node${who} runs on ${paths.root}.`, {
    hint: 'Stop that node, or choose another data folder.',
    details: { pid: owner?.pid ?? null, url: owner?.url ?? null },
  })
}

async function createFolders(paths: DataPaths): Promise<void> {
  try {
    await mkdir(paths.root, { recursive: true, mode: 0o700 })
    if (!(await stat(paths.root)).isDirectory()) {
      throw new OutpostError('DATA_DIR_INVALID', `${paths.root} is not a folder.`)
    }
    for (const folder of dataFolders(paths)) await mkdir(folder, { recursive: true, mode: 0o700 })
  } catch (error) {
    if (!isSystemError(error, 'EACCES', 'EPERM', 'EROFS', 'EEXIST', 'ENOTDIR')) throw error
    throw new OutpostError(
      'DATA_DIR_INVALID',
      `${paths.root} cannot be used as a data folder: ${error.message}.`,
      {
        hint: 'Choose a folder that your account can write.',
        cause: error,
      },
    )
  }
}
