/** Items 28 and 29: secrets lie sealed on the disk, through the asynchronous half of safeStorage. */
import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, expect, test, vi } from 'vitest'
import { openSealedSecrets, type SealedSecrets } from '../../../src-main/shell/secrets.ts'
import { safeStorage } from '../../support/electron-stand-in.ts'
import { standIn } from '../../support/electron-stand-in-state.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

vi.mock('electron', () => import('../../support/electron-stand-in.ts'))

let path: string

async function open(file: string): Promise<SealedSecrets> {
  const secrets = await openSealedSecrets(file)
  if (!secrets) throw new Error('the stand-in has a store')
  return secrets
}
beforeEach(async () => {
  path = join(temporaryFolder(), 'secrets.json')
  standIn.storageAvailable = true
  standIn.storageBackend = 'gnome_libsecret'
})

test('28: a secret comes back after a restart, and its text is not on the disk', async () => {
  await (await open(path)).set('usage-key', 'c0ffee')
  expect(await readFile(path, 'utf8')).not.toContain('c0ffee')
  expect(await (await open(path)).get('usage-key')).toBe('c0ffee')
  expect(await (await open(path)).get('another')).toBeUndefined()
})

test.skipIf(process.platform === 'win32')("28: the file is the owner's alone", async () => {
  await (await open(path)).set('usage-key', 'c0ffee')
  expect((await stat(path)).mode & 0o777).toBe(0o600)
})

test('28: secrets that are set at the same time are all kept', async () => {
  const secrets = await open(path)
  await Promise.all(['a', 'b', 'c'].map((name) => secrets.set(name, name)))
  const again = await open(path)
  expect(await Promise.all(['a', 'b', 'c'].map((name) => again.get(name)))).toEqual(['a', 'b', 'c'])
})

test.runIf(process.platform === 'linux')(
  '28: a desktop without a secret store says that it only obfuscates',
  async () => {
    expect((await open(path)).protection).toBe('system-store')
    standIn.storageBackend = 'basic_text'
    expect((await open(path)).protection).toBe('obfuscated')
  },
)

test('28: without a store nothing is sealed, and what was sealed is not given up', async () => {
  standIn.storageAvailable = false
  expect(await openSealedSecrets(path)).toBeNull()
  standIn.storageAvailable = true
  await (await open(path)).set('usage-key', 'c0ffee')
  standIn.storageAvailable = false
  await expect(openSealedSecrets(path)).rejects.toMatchObject({
    code: 'INTERNAL',
    hint: expect.stringContaining('Unlock'),
  })
})

test('28: a file that was changed is an error, not an empty store', async () => {
  await (await open(path)).set('usage-key', 'c0ffee')
  const sealed = JSON.parse(await readFile(path, 'utf8')) as Record<string, string>
  const bytes = Buffer.from(sealed['usage-key'] ?? '', 'base64').map((byte) => byte ^ 1)
  await writeFile(path, JSON.stringify({ 'usage-key': Buffer.from(bytes).toString('base64') }))
  await expect((await open(path)).get('usage-key')).rejects.toThrow()
  await writeFile(path, 'torn')
  await expect(open(path)).rejects.toThrow()
})

test('28: an old key is replaced when the system asks for it', async () => {
  const secrets = await open(path)
  await secrets.set('usage-key', 'c0ffee')
  const before = await readFile(path, 'utf8')
  const decrypt = safeStorage.decryptStringAsync
  vi.spyOn(safeStorage, 'decryptStringAsync').mockImplementationOnce(async (sealed) => ({
    ...(await decrypt(sealed)),
    shouldReEncrypt: true,
  }))
  expect(await secrets.get('usage-key')).toBe('c0ffee')
  expect(await readFile(path, 'utf8')).not.toBe(before)
  expect(await (await open(path)).get('usage-key')).toBe('c0ffee')
})
