/**
 * The layout of a data folder: everything that a node keeps lies in it, readable by its owner alone. Paths can be
 * asked for by anyone; only who holds the owner lock (data-directory.ts) may write, serving's own files apart.
 */
import { join, resolve } from 'node:path'

export interface DataPaths {
  readonly root: string
  readonly nodeDatabase: string
  readonly usageDatabase: string
  /** What was counted against quotas; written by serving, as are the two beside it. */
  readonly quotaDatabase: string
  readonly quotaTally: string
  /** Where the count stood, apart from the two: whoever deletes or takes back those leaves it behind. */
  readonly quotaAnchor: string
  /** Segments of the usage chain; written by serving. */
  readonly usage: string
  readonly blobs: string
  readonly drafts: string
  readonly uploads: string
  readonly logs: string
  readonly keys: string
  /** What the desktop's safe storage has sealed, by name. */
  readonly sealedSecrets: string
  readonly backups: string
  readonly runtime: string
  /** Private trees of hard links for models with external data; emptied at each start. */
  readonly trees: string
  /** What is unpacked, built or examined now; emptied at each start. */
  readonly staging: string
}

export function dataPaths(directory: string): DataPaths {
  const root = resolve(directory)
  const runtime = join(root, 'runtime')
  return {
    root,
    nodeDatabase: join(root, 'node.db'),
    usageDatabase: join(root, 'usage.db'),
    quotaDatabase: join(root, 'quota.db'),
    quotaTally: join(root, 'quota.tally'),
    quotaAnchor: join(root, 'keys', 'quota.anchor'),
    usage: join(root, 'usage'),
    blobs: join(root, 'blobs'),
    drafts: join(root, 'drafts'),
    uploads: join(root, 'uploads'),
    logs: join(root, 'logs'),
    keys: join(root, 'keys'),
    sealedSecrets: join(root, 'secrets.json'),
    backups: join(root, 'backups'),
    runtime,
    trees: join(runtime, 'trees'),
    staging: join(runtime, 'staging'),
  }
}

export const dataFolders = (paths: DataPaths): string[] => [
  paths.usage,
  paths.blobs,
  paths.drafts,
  paths.uploads,
  paths.logs,
  paths.keys,
  paths.backups,
  paths.runtime,
  paths.trees,
  paths.staging,
]
