/** manifest.json of a backup: every file in it with its digest, so that a copy can be checked years later, anywhere. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { isSystemError, OutpostError } from '../base/errors.ts'
import { parseJsonAs } from '../base/json.ts'
import { digest, timestamp } from '../contract/names.ts'

/** A file of a version that was damaged when the backup was made, and so is not in it. */
const damagedFile = z.strictObject({
  model: z.string(),
  version: z.string(),
  path: z.string(),
  digest,
  found: z.enum(['changed', 'missing']),
})
export type DamagedFile = z.infer<typeof damagedFile>

const backupManifest = z.strictObject({
  format: z.literal(1),
  createdAt: timestamp,
  nodeId: z.uuid(),
  /** Schema versions of the two databases. */
  schema: z.strictObject({ node: z.int().min(1), usage: z.int().min(1) }),
  /** Hash of the last audit entry: the restored record must end in it. */
  auditHead: z.string(),
  files: z.array(z.strictObject({ path: z.string(), bytes: z.int().min(0), digest })),
  damaged: z.array(damagedFile),
})
export type BackupManifest = z.infer<typeof backupManifest>
export type BackupFile = BackupManifest['files'][number]

export const manifestName = 'manifest.json'

/** DATA_DIR_INVALID where the folder is no backup. */
export async function readBackupManifest(backup: string): Promise<BackupManifest> {
  let text: string
  try {
    text = await readFile(join(backup, manifestName), 'utf8')
  } catch (error) {
    if (!isSystemError(error, 'ENOENT', 'ENOTDIR')) throw error
    throw new OutpostError('DATA_DIR_INVALID', `${backup} is not a backup: it has no ${manifestName}.`, {
      hint: 'Name the folder that the backup wrote.',
      cause: error,
    })
  }
  return parseJsonAs(backupManifest, text, 'DATA_DIR_INVALID', `The ${manifestName} of the backup`)
}
