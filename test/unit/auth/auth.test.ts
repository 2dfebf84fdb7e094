/** Keys, logins, the password and the limiter: who gets in, for how long, and what a copy of the database is worth. */
import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { checkKey, createKey, listKeys, revokeKey, rotateKey } from '../../../src-main/auth/api-keys.ts'
import {
  changePassword,
  claimLoginLink,
  isPasswordSet,
  issueLoginLink,
  leave,
  loggedInUntil,
  loginWithPassword,
} from '../../../src-main/auth/logins.ts'
import { hashPassword, isPassword } from '../../../src-main/auth/password.ts'
import { loadOrCreateSecret, loadOrCreateText } from '../../../src-main/auth/secret-files.ts'
import type { Clock } from '../../../src-main/base/clock.ts'
import { createFailureLimiter } from '../../../src-main/base/failure-limiter.ts'
import { grants } from '../../../src-main/contract/api/scopes.ts'
import { limits } from '../../../src-main/contract/limits.ts'
import { touchKey } from '../../../src-main/store/tables/api-keys.ts'
import { listAuditEntries } from '../../../src-main/store/tables/audit-entries.ts'
import { currentSnapshot } from '../../../src-main/store/tables/meta.ts'
import { dataFolder } from '../../support/data-folder.ts'
import { by } from '../../support/registration.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const code = (name: string) => expect.objectContaining({ code: name })
const pepper = Buffer.alloc(32, 7)
const at = (minutes: number) => new Date(Date.parse(by.at) + minutes * 60_000).toISOString()

describe('keys', () => {
  test('are shown once, stored as a hash, and good until they expire or are revoked', async () => {
    const { db, path } = await dataFolder()
    const { key, secret } = createKey(
      db,
      pepper,
      { name: 'ci', scopes: ['infer', 'infer'], expiresAt: at(60) },
      by,
    )
    expect(secret).toMatch(/^opk_[A-Za-z0-9_-]{43}$/)
    expect(key).toMatchObject({ name: 'ci', prefix: secret.slice(0, 10), scopes: ['infer'], revokedAt: null })
    db.pragma('wal_checkpoint(truncate)')
    expect(readFileSync(join(path, 'node.db')).includes(secret.slice(12))).toBe(false)
    expect(checkKey(db, pepper, secret, at(1))).toEqual({ outcome: 'valid', key })
    expect(checkKey(db, pepper, secret, at(60))).toMatchObject({ outcome: 'expired' })
    for (const other of [`${secret.slice(0, -1)}x`, secret.toUpperCase(), '', 'opk_', key.prefix]) {
      expect(checkKey(db, pepper, other, at(1))).toEqual({ outcome: 'unknown' })
    }
    expect(checkKey(db, Buffer.alloc(32, 8), secret, at(1))).toEqual({ outcome: 'unknown' })
    const snapshot = currentSnapshot(db)
    expect(revokeKey(db, key.id, { actor: 'owner', at: at(2) }).revokedAt).toBe(at(2))
    expect(revokeKey(db, key.id, { actor: 'owner', at: at(3) }).revokedAt).toBe(at(2))
    expect(currentSnapshot(db)).toBe(snapshot + 1)
    expect(checkKey(db, pepper, secret, at(1))).toMatchObject({ outcome: 'revoked' })
    const entries = listAuditEntries(db, {}, { offset: 0, limit: 9 }).rows
    expect(entries.map(({ action }) => action)).toEqual(['key.revoke', 'key.create'])
    expect(JSON.stringify(entries)).not.toContain(secret.slice(12))
    expect(() => revokeKey(db, 'nobody', by)).toThrow(code('NOT_FOUND'))
    expect(() => createKey(db, pepper, { name: 'late', scopes: ['read'], expiresAt: by.at }, by)).toThrow(
      code('BAD_REQUEST'),
    )
  })

  test('are rotated: the same rights under a new secret, the old one for the overlap and no longer than before', async () => {
    const { db } = await dataFolder()
    const wanted = {
      name: 'ci',
      scopes: ['infer', 'read'] as const,
      expiresAt: at(60),
      requestsPerMinute: 7,
      commercial: true,
    }
    const old = createKey(db, pepper, wanted, by)
    const rotated = rotateKey(db, pepper, { id: old.key.id, overlapMs: 10 * 60_000 }, { ...by, at: at(20) })
    expect(rotated.secret).not.toBe(old.secret)
    expect(rotated.key).toMatchObject({ ...wanted, createdAt: at(20), expiresAt: at(80), lastUsedAt: null })
    expect(rotated.previous).toMatchObject({ id: old.key.id, expiresAt: at(30), revokedAt: null })
    const held = (secret: string, minutes: number) => checkKey(db, pepper, secret, at(minutes)).outcome
    expect([held(old.secret, 29), held(old.secret, 30)]).toEqual(['valid', 'expired'])
    expect([held(rotated.secret, 79), held(rotated.secret, 80)]).toEqual(['valid', 'expired'])

    // An overlap lengthens nothing, and none ends the old one at once.
    const longer = rotateKey(db, pepper, { id: rotated.key.id, overlapMs: 1e9 }, { ...by, at: at(40) })
    expect(longer.previous.expiresAt).toBe(at(80))
    const now = { ...by, at: at(50) }
    const last = rotateKey(db, pepper, { id: longer.key.id, overlapMs: 0, expiresAt: null }, now)
    expect([held(longer.secret, 50), held(last.secret, 9999)]).toEqual(['revoked', 'valid'])
    const kept = rotateKey(db, pepper, { id: last.key.id, overlapMs: 60_000 }, { ...by, at: at(60) })
    expect([kept.key.expiresAt, kept.previous.expiresAt]).toEqual([null, at(61)])

    const rotate = (id: string) => rotateKey(db, pepper, { id, overlapMs: 0 }, { ...by, at: at(70) })
    for (const ended of [old, longer]) expect(() => rotate(ended.key.id)).toThrow(code('KEY_INVALID'))
    expect(() => rotate('nobody')).toThrow(code('NOT_FOUND'))
    const entries = listAuditEntries(db, {}, { offset: 0, limit: 99 }).rows
    expect(entries.filter(({ action }) => action === 'key.rotate')).toHaveLength(4)
    expect(
      entries.find(({ action, object }) => action === 'key.rotate' && object === old.key.id),
    ).toMatchObject({
      details: { name: 'ci', replacedBy: rotated.key.id, overlapMs: 600_000 },
    })
  })

  test('use is remembered and only moves forward', async () => {
    const { db } = await dataFolder()
    const { key } = createKey(db, pepper, { name: 'ci', scopes: ['read'], expiresAt: null }, by)
    for (const time of [at(5), at(3), at(9)]) touchKey(db, key.id, time)
    expect(listKeys(db, { offset: 0, limit: 1 }).rows[0]?.lastUsedAt).toBe(at(9))
  })

  test('scopes: admin may all, who writes reads, calling models is a right of its own', () => {
    expect([grants(['admin'], 'infer'), grants(['write'], 'read'), grants(['read'], 'write')]).toEqual([
      true,
      true,
      false,
    ])
    expect([grants(['write'], 'infer'), grants(['infer'], 'read'), grants([], 'read')]).toEqual([
      false,
      false,
      false,
    ])
  })
})

describe('logins', () => {
  const address = '127.0.0.1'
  const password = 'correct horse battery'

  test('a link is good once, within its hour, and sets the password', async () => {
    const { db, path } = await dataFolder()
    const token = issueLoginLink(db, at(0))
    expect(isPasswordSet(db)).toBe(false)
    await expect(claimLoginLink(db, { token, password: 'short', address }, at(1))).rejects.toThrow(
      code('PASSWORD_WEAK'),
    )
    const login = await claimLoginLink(db, { token, password, address }, at(1))
    expect([isPasswordSet(db), loggedInUntil(db, login.token, at(2)) !== null]).toEqual([true, true])
    await expect(claimLoginLink(db, { token, address }, at(2))).rejects.toThrow(code('LOGIN_LINK_INVALID'))
    const late = issueLoginLink(db, at(0))
    await expect(
      claimLoginLink(db, { token: late, address }, at(limits.loginLinkMinutesMax)),
    ).rejects.toThrow(code('LOGIN_LINK_INVALID'))
    db.pragma('wal_checkpoint(truncate)')
    const file = readFileSync(join(path, 'node.db'))
    expect([token, late, login.token, password].filter((secret) => file.includes(secret))).toEqual([])
    expect([
      loggedInUntil(db, login.token, at(limits.loginHoursMax * 60 + 1)) !== null,
      loggedInUntil(db, 'made up', at(2)) !== null,
    ]).toEqual([false, false])
    leave(db, login.token)
    expect(loggedInUntil(db, login.token, at(2)) !== null).toBe(false)
  })

  test('two claims of one link at once: one gets in', async () => {
    const { db } = await dataFolder()
    const token = issueLoginLink(db, at(0))
    const claims = await Promise.allSettled(
      [1, 2, 3].map(() => claimLoginLink(db, { token, password, address }, at(1))),
    )
    expect(claims.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })

  test('the password logs in; changing it ends every other login', async () => {
    const { db } = await dataFolder()
    await expect(loginWithPassword(db, { password, address }, at(0))).rejects.toThrow(code('LOGIN_FAILED'))
    await claimLoginLink(db, { token: issueLoginLink(db, at(0)), password, address }, at(1))
    await expect(loginWithPassword(db, { password: `${password} `, address }, at(1))).rejects.toThrow(
      code('LOGIN_FAILED'),
    )
    const [one, two] = [
      await loginWithPassword(db, { password, address }, at(1)),
      await loginWithPassword(db, { password, address }, at(1)),
    ]
    const change = { next: 'another horse entirely', trusted: false, kept: one.token, address }
    await expect(changePassword(db, change, at(2))).rejects.toThrow(code('LOGIN_FAILED'))
    await expect(changePassword(db, { ...change, current: password, next: 'short' }, at(2))).rejects.toThrow(
      code('PASSWORD_WEAK'),
    )
    await changePassword(db, { ...change, current: password }, at(2))
    expect([
      loggedInUntil(db, one.token, at(2)) !== null,
      loggedInUntil(db, two.token, at(2)) !== null,
    ]).toEqual([true, false])
    await expect(loginWithPassword(db, { password, address }, at(3))).rejects.toThrow(code('LOGIN_FAILED'))
    await changePassword(db, { next: password, trusted: true, kept: null, address }, at(3))
    expect(loggedInUntil(db, one.token, at(3)) !== null).toBe(false)
  }, 60_000) // five derivations, each made to be slow
})

test('a password is salted, and the same on any keyboard', async () => {
  const [one, two] = [await hashPassword('Zwölf Boxkämpfer'), await hashPassword('Zwölf Boxkämpfer')]
  expect(one.hash).not.toBe(two.hash)
  expect(await isPassword('Zwo\u0308lf Boxka\u0308mpfer', one)).toBe(true)
  expect(await isPassword('Zwolf Boxkampfer', one)).toBe(false)
  expect(await isPassword('x'.repeat(1_000_000), one)).toBe(false)
})

describe('the limiter', () => {
  const clock = (): Clock & { at: number } => ({
    at: 0,
    now: () => 0,
    monotonic() {
      return this.at
    },
  })

  test('makes an address wait after too many failures, and forgets them with time or success', () => {
    const time = clock()
    const limiter = createFailureLimiter(time, 3, 15)
    const fail = (address: string, times: number) => {
      for (let n = 0; n < times; n++) limiter.failed(address)
    }
    fail('10.0.0.1', 2)
    limiter.admit('10.0.0.1')
    fail('10.0.0.1', 1)
    expect(() => limiter.admit('10.0.0.1')).toThrow(
      expect.objectContaining({ code: 'TOO_MANY_REQUESTS', details: { retryAfterSeconds: 900 } }),
    )
    expect(() => limiter.admit('::ffff:10.0.0.1')).toThrow(code('TOO_MANY_REQUESTS'))
    limiter.admit('10.0.0.2')
    time.at = 15 * 60_000
    limiter.admit('10.0.0.1')
    fail('10.0.0.1', 2)
    limiter.succeeded('10.0.0.1')
    fail('10.0.0.1', 2)
    limiter.admit('10.0.0.1')
  })

  test('counts an IPv6 host as one, however it writes itself, and stays bounded', () => {
    const limiter = createFailureLimiter(clock(), 1, 15)
    limiter.failed('2001:db8:1:2:3:4:5:6')
    for (const same of ['2001:db8:1:2::9', '2001:DB8:1:2:ffff::', '2001:db8:1:2::9%eth0']) {
      expect(() => limiter.admit(same)).toThrow(code('TOO_MANY_REQUESTS'))
    }
    limiter.admit('2001:db8:1:3::9')
    limiter.failed('::1')
    expect(() => limiter.admit('0:0:0:0:0:0:0:1')).toThrow(code('TOO_MANY_REQUESTS'))
    for (let n = 0; n < 20_000; n++) limiter.failed(`10.${n >> 8}.${n & 255}.1`)
    limiter.admit('2001:db8:1:2::9')
  })
})

test('secrets are made once, closed to others, and never replaced by chance', async () => {
  const path = join(temporaryFolder(), 'keys', 'pepper')
  const secret = await loadOrCreateSecret(path)
  expect([secret.byteLength, statSync(path).mode & 0o777]).toEqual([32, 0o600])
  chmodSync(path, 0o644)
  expect(await loadOrCreateSecret(path)).toEqual(secret)
  expect(statSync(path).mode & 0o777).toBe(0o600)
  writeFileSync(path, 'something else')
  await expect(loadOrCreateSecret(path)).rejects.toThrow(code('DATA_DIR_INVALID'))
  expect(await loadOrCreateText(path, () => 'new')).toBe('something else')
})
