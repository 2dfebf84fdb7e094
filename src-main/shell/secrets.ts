/**
 * Named secrets, sealed by the system's own store (Keychain, DPAPI, Secret Service or KWallet) through safeStorage.
 * What that is worth differs: it keeps a secret from other accounts and from a stolen disk, not from an
 * administrator; on a Linux desktop without a secret store it is obfuscation alone, and `protection` says so.
 */
import { readFile } from 'node:fs/promises'
import { safeStorage } from 'electron'
import { z } from 'zod'
import { assert } from '../base/assert.ts'
import { isSystemError, OutpostError } from '../base/errors.ts'
import { writeFileAtomically } from '../base/files.ts'

export interface SealedSecrets {
  /** `obfuscated`: the key is a constant of Chromium's (the basic_text backend), so reading the file is enough. */
  protection: 'system-store' | 'obfuscated'
  get(name: string): Promise<string | undefined>
  set(name: string, value: string): Promise<void>
}

const sealedFile = z.record(z.string(), z.base64())

/**
 * After the app is ready. Null where the system has no store to offer: the node then keeps its secrets in files that
 * only their owner can read. Secrets that were sealed before are never given up for that.
 */
export async function openSealedSecrets(path: string): Promise<SealedSecrets | null> {
  const sealed = await readSealed(path)
  if (!(await safeStorage.isAsyncEncryptionAvailable())) {
    if (sealed.size === 0) return null
    throw new OutpostError('INTERNAL', "The system's secret store is not available.", {
      hint: 'Unlock the keychain (or the keyring) of this account, then start Outpost again.',
    })
  }
  // Two writers at once would each save a file without the other's secret.
  let lastWrite: Promise<void> = Promise.resolve()
  const save = (name: string, value: string): Promise<void> => {
    const write = async () => {
      sealed.set(name, (await safeStorage.encryptStringAsync(value)).toString('base64'))
      await writeFileAtomically(path, JSON.stringify(Object.fromEntries(sealed)), 0o600)
    }
    const written = lastWrite.then(write)
    lastWrite = written.catch(() => undefined) // its caller hears of it; the next write must still be tried
    return written
  }
  return {
    protection: isObfuscationOnly() ? 'obfuscated' : 'system-store',
    async get(name) {
      const bytes = sealed.get(name)
      if (bytes === undefined) return undefined
      const { result, shouldReEncrypt } = await safeStorage.decryptStringAsync(Buffer.from(bytes, 'base64'))
      if (shouldReEncrypt) await save(name, result)
      return result
    },
    set(name, value) {
      assert(/^[a-z][a-z0-9-]*$/.test(name), `a secret's name is lower case: ${name}`)
      return save(name, value)
    },
  }
}

const isObfuscationOnly = (): boolean =>
  process.platform === 'linux' && safeStorage.getSelectedStorageBackend() === 'basic_text'

async function readSealed(path: string): Promise<Map<string, string>> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return new Map()
    throw error
  }
  return new Map(Object.entries(sealedFile.parse(JSON.parse(text))))
}
