/**
 * Secrets that a node makes for itself once and keeps in its keys folder, readable by its owner alone. What that is
 * worth: whoever can read the account's files can read them.
 */
import { randomBytes } from 'node:crypto'
import { chmod, readFile, stat } from 'node:fs/promises'
import { isSystemError, OutpostError } from '../base/errors.ts'
import { writeFileAtomically } from '../base/files.ts'

const secretBytes = 32

/** 256 random bits, made at the first call. DATA_DIR_INVALID where the file holds something else. */
export async function loadOrCreateSecret(path: string): Promise<Buffer> {
  const text = await loadOrCreateText(path, () => `${randomBytes(secretBytes).toString('hex')}\n`)
  const secret = Buffer.from(text.trim(), 'hex')
  if (secret.byteLength === secretBytes && secret.toString('hex') === text.trim()) return secret
  throw new OutpostError('DATA_DIR_INVALID', `${path} does not hold a secret of this node.`, {
    hint: 'Restore it from a backup of the data folder. What was made with it cannot be read with another.',
  })
}

/** The text of the file; where there is none, what `make` gives, written so that it is there whole or not at all. */
export async function loadOrCreateText(path: string, make: () => string): Promise<string> {
  try {
    const found = await stat(path)
    // A copy or a restore may have opened it to others.
    if (process.platform !== 'win32' && (found.mode & 0o077) !== 0) await chmod(path, 0o600)
    return await readFile(path, 'utf8')
  } catch (error) {
    if (!isSystemError(error, 'ENOENT')) throw error
  }
  const text = make()
  await replaceSecretText(path, text)
  return text
}

export const replaceSecretText = (path: string, text: string): Promise<void> =>
  writeFileAtomically(path, text, 0o600)
