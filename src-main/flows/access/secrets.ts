/**
 * The secrets of a node: the pepper of its keys and the own publisher's key in files that only the owner can read; the
 * key of the usage chain in the desktop's safe storage where there is one.
 */
import type { KeyObject } from 'node:crypto'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { loadOrCreateSecret, loadOrCreateText, replaceSecretText } from '../../auth/secret-files.ts'
import { isSystemError, OutpostError } from '../../base/errors.ts'
import { exportSigningKey, generateSigningKey, importSigningKey } from '../../base/signing-key.ts'
import type { DataPaths } from '../../store/data-paths.ts'

/** Sealed by the system; `get` gives undefined where nothing was set yet. */
export interface SecretStore {
  get(name: string): Promise<string | undefined>
  set(name: string, value: string): Promise<void>
}

export interface LoadedSecrets {
  readonly pepper: Buffer
  /** KEY_INVALID where the desktop has sealed it and this is no desktop. */
  usageKey(): Buffer
  publisherKey(): KeyObject
  replacePublisherKey(key: KeyObject): Promise<void>
}

export async function loadSecrets(paths: DataPaths, sealed: SecretStore | null): Promise<LoadedSecrets> {
  const publisherPath = join(paths.keys, 'publisher.pem')
  const [pepper, usageKey, pem] = await Promise.all([
    loadOrCreateSecret(join(paths.keys, 'pepper')),
    sealed ? sealedUsageKey(paths, sealed) : usageKeyOfFile(paths),
    loadOrCreateText(publisherPath, () => exportSigningKey(generateSigningKey())),
  ])
  let publisherKey = importSigningKey(pem)
  return {
    pepper,
    usageKey: () => {
      if (usageKey) return usageKey
      throw new OutpostError(
        'KEY_INVALID',
        'The key of the log of calls lies in the safe storage of the desktop.',
        {
          hint: 'Open the desktop app: what needs the key works on the node that runs in it. A backup that it makes takes the key along.',
        },
      )
    },
    publisherKey: () => publisherKey,
    async replacePublisherKey(key) {
      await replaceSecretText(publisherPath, exportSigningKey(key))
      publisherKey = key
    },
  }
}

const sealedName = 'usage-key'
export const usageKeyPath = (paths: DataPaths): string => join(paths.keys, 'usage.key')

/** A folder that a headless node used before keeps its chain: the file's key is taken over into the safe storage. */
async function sealedUsageKey(paths: DataPaths, sealed: SecretStore): Promise<Buffer> {
  const path = usageKeyPath(paths)
  const known = await sealed.get(sealedName)
  const key = known === undefined ? await loadOrCreateSecret(path) : Buffer.from(known, 'hex')
  if (known === undefined) await sealed.set(sealedName, key.toString('hex'))
  await rm(path, { force: true }) // sealed now: a copy in the clear would undo it
  return key
}

/** Null where the desktop has it: another in its place would break the chain, and end the counting of quotas. */
async function usageKeyOfFile(paths: DataPaths): Promise<Buffer | null> {
  return (await isUsageKeySealed(paths)) ? null : await loadOrCreateSecret(usageKeyPath(paths))
}

/** By a desktop that used this folder. */
export async function isUsageKeySealed({ sealedSecrets }: DataPaths): Promise<boolean> {
  const sealed = await readFile(sealedSecrets, 'utf8').catch((error: unknown) => {
    if (isSystemError(error, 'ENOENT')) return ''
    throw error
  })
  return sealed.includes(JSON.stringify(sealedName))
}
