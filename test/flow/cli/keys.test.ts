/** Keys and publishers on the command line: shown once, revoked by id, trusted by file, moved in an encrypted file. */
import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { answer, outpost } from '../../support/command-line.ts'
import { writeSource } from '../../support/package-folder.ts'
import { sharedFolder } from '../../support/temporary-folder.ts'

const folder = sharedFolder()
const data = ['--data', join(folder, 'data')]
const other = ['--data', join(folder, 'other')]

interface Key {
  id: string
  prefix: string
  scopes: string[]
  revokedAt: string | null
}

/** Every file under a folder, as one text. */
async function contents(path: string): Promise<string> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  const texts = await Promise.all(files.map((file) => readFile(join(file.parentPath, file.name), 'latin1')))
  return texts.join('\n')
}

test('a key is shown when it is made and nowhere after', async () => {
  const made = await outpost([
    'keys',
    'create',
    'ci',
    '--scope',
    'infer',
    'read',
    '--expires',
    '2099-01-31',
    ...data,
  ])
  expect(made.code).toBe(0)
  const secret = made.out.trim()
  expect(secret).toMatch(/^opk_\S{20,}$/)

  const [key] = (await answer<{ rows: Key[] }>(['keys', 'list', ...data])).rows
  expect(key).toMatchObject({
    scopes: ['infer', 'read'],
    expiresAt: '2099-01-31T00:00:00.000Z',
    revokedAt: null,
  })
  expect((await outpost(['keys', 'list', ...data])).out).not.toContain(secret)
  expect(await contents(join(folder, 'data'))).not.toContain(secret)

  expect(await answer(['keys', 'revoke', key?.id ?? '', ...data])).toMatchObject({
    revokedAt: expect.any(String),
  })
  expect((await outpost(['keys', 'list', ...data])).out).toContain('revoked')
})

test('a key is rotated: a new secret for the same, the old one for the time that is asked for', async () => {
  const made = await answer<{ key: Key }>(['keys', 'create', 'turned', '--scope', 'read', ...data])
  const rotated = await outpost(['keys', 'rotate', made.key.id, '--overlap', '7d', ...data])
  expect(rotated.out.trim()).toMatch(/^opk_\S{20,}$/)
  const { rows } = await answer<{ rows: Array<Key & { name: string; expiresAt: string }> }>([
    'keys',
    'list',
    ...data,
  ])
  const [next, old] = rows.filter(({ name }) => name === 'turned')
  expect(old).toMatchObject({ id: made.key.id, revokedAt: null })
  expect(Math.round((Date.parse(old?.expiresAt ?? '') - Date.now()) / 86_400_000)).toBe(7)
  const last = await answer<{ previous: Key; key: { expiresAt: string | null } }>([
    ...['keys', 'rotate', next?.id ?? '', '--overlap', 'none', '--expires', 'never', ...data],
  ])
  expect(last).toMatchObject({ previous: { revokedAt: expect.any(String) }, key: { expiresAt: null } })
  const wrong = await outpost(['keys', 'rotate', made.key.id, '--overlap', '31d', ...data])
  expect([wrong.code, wrong.errors]).toEqual([2, expect.stringContaining('30 days at most')])
})

test('a key ends after 90 days, never, after so many days or at a time', async () => {
  const day = 86_400_000
  const untilOf = async (...options: string[]): Promise<string | null> =>
    (await answer<{ key: { expiresAt: string | null } }>(['keys', 'create', 'k', ...options, ...data])).key
      .expiresAt
  const daysLeft = (until: string | null): number => Math.round((Date.parse(until ?? '') - Date.now()) / day)
  expect(daysLeft(await untilOf())).toBe(90)
  expect(await untilOf('--expires', 'never')).toBeNull()
  expect(daysLeft(await untilOf('--expires', '30d'))).toBe(30)
  expect(await untilOf('--expires', '2096-02-29')).toBe('2096-02-29T00:00:00.000Z')
  expect(await untilOf('--expires', '2096-02-29T12:00:00+02:00')).toBe('2096-02-29T10:00:00.000Z')
  const { rows, total } = await answer<{ rows: Key[]; total: number }>([
    'keys',
    'list',
    '--limit',
    '2',
    ...data,
  ])
  expect(rows).toHaveLength(2)
  expect((await outpost(['keys', 'list', '--offset', '1', '--limit', '2', ...data])).out).toContain(
    `2 of ${total}`,
  )
  const past = await outpost(['keys', 'create', 'k', '--expires', '0d', ...data])
  expect(past.errors).toMatch(/^BAD_REQUEST: The key would have expired/)
})

test('the own key moves to another node in a file that its passphrase alone opens', async () => {
  const file = join(folder, 'acme.key')
  await answer(['publisher', 'rename', 'acme', ...data])
  const unset = await outpost(['publisher', 'export', '-o', file, ...data], {
    environment: { OUTPOST_PASSPHRASE: '' },
  })
  expect(unset.code).toBe(2)

  const environment = { OUTPOST_PASSPHRASE: 'correct horse battery staple' }
  const exported = await outpost(['publisher', 'export', '-o', file, ...data], { environment })
  expect(exported.code).toBe(0)
  expect(`${exported.out}${exported.errors}`).not.toContain('PRIVATE KEY')
  expect(await readFile(file, 'utf8')).toContain('BEGIN ENCRYPTED PRIVATE KEY')
  expect((await stat(file)).mode & 0o077).toBe(0)

  const wrong = await outpost(['publisher', 'import', file, ...other], {
    environment: { OUTPOST_PASSPHRASE: 'not the passphrase' },
  })
  expect(wrong.errors).toMatch(/^KEY_INVALID: /)
  const imported = await answer(['publisher', 'import', file, '--name', 'acme', ...other], { environment })
  const own = await answer(['publisher', 'show', ...data])
  expect(imported.fingerprint).toBe(own.fingerprint)

  // On a machine without a data folder the file alone signs.
  const source = await writeSource(join(folder, 'source'))
  const output = join(folder, 'adder.outpost')
  await answer(['pack', source, '-o', output, '--signing-key', file, '--publisher', 'acme'], { environment })
  expect((await outpost(['inspect', output])).out).toContain(
    `Signed by "acme" with ${String(own.fingerprint)}`,
  )
})

test('what the old key signed stays trusted after a rotation', async () => {
  const before = await answer(['publisher', 'show', ...data])
  const after = await answer(['publisher', 'rotate', ...data])
  expect(after.fingerprint).not.toBe(before.fingerprint)
  expect(await answer(['import', join(folder, 'adder.outpost'), ...data])).toMatchObject({
    outcome: 'registered',
  })
})

test('a publisher is trusted by its public key and no longer when it is removed', async () => {
  const third = ['--data', join(folder, 'third')]
  const shown = await outpost(['publisher', 'show', ...other])
  await writeFile(join(folder, 'acme.pem'), shown.out)
  const trusted = await answer(['trust', 'add', 'acme', join(folder, 'acme.pem'), ...third])
  expect(shown.out).toContain(String(trusted.fingerprint))
  await answer(['import', join(folder, 'adder.outpost'), ...third])

  expect((await answer<{ rows: unknown[] }>(['trust', 'list', ...third])).rows).toContainEqual(
    expect.objectContaining({ name: 'acme', own: false, versions: 1 }),
  )
  await answer(['trust', 'remove', 'acme', ...third])
  expect((await outpost(['trust', 'remove', 'acme', ...third])).errors).toMatch(/^NOT_FOUND: /)
})
