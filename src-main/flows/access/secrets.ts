/**
 * The secrets of a node: the pepper of its keys and the own publisher's key in files that only the owner can read; the
 * key of the usage chain in the desktop's safe storage where there is one.
 */
import type { KeyObject } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { loadOrCreateSecret, loadOrCreateText, replaceSecretText } from '../../auth/secret-files.ts'
import { exportSigningKey, generateSigningKey, importSigningKey } from '../../base/signing-key.ts'
import type { DataPaths } from '../../store/data-paths.ts'

/** Sealed by the system; `get` gives undefined where nothing was set yet. */
export interface SecretStore {
  get(name: string): Promise<string | undefined>
  set(name: string, value: string): Promise<void>
}

export interface LoadedSecrets {
  readonly pepper: Buffer
  readonly usageKey: Buffer
  publisherKey(): KeyObject
  replacePublisherKey(key: KeyObject): Promise<void>
}

export async function loadSecrets(paths: DataPaths, sealed: SecretStore | null): Promise<LoadedSecrets> {
  const publisherPath = join(paths.keys, 'publisher.pem')
  const [pepper, usageKey, pem] = await Promise.all([
    loadOrCreateSecret(join(paths.keys, 'pepper')),
    sealed ? sealedUsageKey(paths, sealed) : loadOrCreateSecret(join(paths.keys, 'usage.key')),
    loadOrCreateText(publisherPath, () => exportSigningKey(generateSigningKey())),
  ])
  let publisherKey = importSigningKey(pem)
  return {
    pepper,
    usageKey,
    publisherKey: () => publisherKey,
    async replacePublisherKey(key) {
      await replaceSecretText(publisherPath, exportSigningKey(key))
      publisherKey = key
    },
  }
}

/** A folder that a headless node used before keeps its chain: the file's key is taken over into the safe storage. */
async function sealedUsageKey(paths: DataPaths, sealed: SecretStore): Promise<Buffer> {
  const known = await sealed.get('usage-key')
  if (known !== undefined) return Buffer.from(known, 'hex')
  const path = join(paths.keys, 'usage.key')
  const made = await loadOrCreateSecret(path)
  await sealed.set('usage-key', made.toString('hex'))
  await rm(path, { force: true }) // sealed now: a copy in the clear would undo it
  return made
}
