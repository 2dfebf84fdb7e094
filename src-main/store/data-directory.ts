/**
 * Taking a data folder: creates what is missing, holds the owner lock, and tells the command line where this node
 * listens. A second node on the same folder is refused, and a node that was killed leaves no lock behind.
 */
import { access, constants, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isSystemError, OutpostError } from '../base/errors.ts'
import { makeFolder, writeFileAtomically } from '../base/files.ts'
import { type DataPaths, dataFolders, dataPaths } from './data-paths.ts'
import { isLocked, takeLock } from './owner-lock.ts'
import { type RuntimeNode, readRuntimeFile } from './runtime-file.ts'

export interface DataDirectory {
  readonly paths: DataPaths
  /** Writes runtime/node.json (0600), so that the command line finds this node. */
  announce(listening: Omit<RuntimeNode, 'pid' | 'startedAt'>): Promise<void>
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
    await announce({ url: null, servingUrl: null, grpcAddress: null, certificate: null, token: null })
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
  try {
    const found = await readRuntimeFile(runtimeFile(paths))
    return found && isLocked(lockFile(paths)) ? found : null
  } catch (error) {
    throw asUnusable(paths.root, error)
  }
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
    await makeFolder(paths.root, 0o700)
    for (const folder of [paths.root, ...dataFolders(paths)]) {
      await makeFolder(folder, 0o700)
      await access(folder, constants.R_OK | constants.W_OK | constants.X_OK)
    }
  } catch (error) {
    throw asUnusable(paths.root, error)
  }
}

const unusableBecause: Record<string, string> = {
  EACCES: 'this account may not read or write there',
  EPERM: 'this account may not read or write there',
  EROFS: 'the file system is read-only',
  ENOENT: 'the file system takes no new folders there',
  EEXIST: 'a file stands in the place of a folder',
  ENOTDIR: 'a file stands in the place of a folder',
}

/** DATA_DIR_INVALID where the place itself stands in the way; anything else as it came. */
export function asUnusable(root: string, error: unknown): unknown {
  if (!isSystemError(error, ...Object.keys(unusableBecause))) return error
  const place = error.path === undefined || error.path === root ? '' : ` (at ${error.path})`
  return new OutpostError(
    'DATA_DIR_INVALID',
    `${root} cannot be used as a data folder: ${unusableBecause[error.code ?? '']}${place}.`,
    { hint: 'Name a folder that this account can write, with --data or OUTPOST_DATA.', cause: error },
  )
}
