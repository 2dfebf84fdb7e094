/** Opening, migrating and owning a data folder. */
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { findRunningNode, openDataDirectory } from '../../../src-main/store/data-directory.ts'
import { migrate, schemaVersion } from '../../../src-main/store/migrate.ts'
import { revocationsBySignature } from '../../../src-main/store/migrations/node/0010-revocations.ts'
import { callsOfLicense } from '../../../src-main/store/migrations/usage/0003-calls-of-a-license.ts'
import {
  openNodeDatabase,
  openUsageDatabase,
  readNodeDatabase,
  readUsageDatabase,
} from '../../../src-main/store/open.ts'
import { recoverDataDirectory } from '../../../src-main/store/recover.ts'
import { inTransaction } from '../../../src-main/store/sqlite.ts'
import { nodeId } from '../../../src-main/store/tables/meta.ts'
import { dataFolder } from '../../support/data-folder.ts'
import { install } from '../../support/registration.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const code = (name: string) => expect.objectContaining({ code: name })

test('a new folder and its databases are closed to others, and keep the node id', async () => {
  const path = join(temporaryFolder(), 'data')
  const directory = await openDataDirectory(path)
  const first = openNodeDatabase(path)
  openUsageDatabase(path).close()
  const id = nodeId(first)
  expect(first.pragma('synchronous', { simple: true })).toBe(2)
  expect(first.pragma('foreign_keys', { simple: true })).toBe(1)
  for (const name of ['node.db', 'node.db-wal', 'usage.db', 'runtime/node.json']) {
    expect(statSync(join(path, name)).mode & 0o077).toBe(0)
  }
  first.close()
  const again = openNodeDatabase(path)
  expect(nodeId(again)).toBe(id)
  again.close()
  await directory.release()
})

test('a reader reads what the writer wrote and can write nothing', async () => {
  const folder = await dataFolder()
  await install(folder)
  const reader = readNodeDatabase(folder.path)
  expect(reader.prepare('select count(*) as n from versions').get()).toEqual({ n: 1 })
  expect(() => reader.prepare('delete from versions').run()).toThrow(/readonly/)
  reader.close()
})

test('a reader finds no database where no writer has been', () => {
  expect(() => readNodeDatabase(temporaryFolder())).toThrow(code('DATA_DIR_INVALID'))
  expect(() => readUsageDatabase(temporaryFolder())).toThrow(code('DATA_DIR_INVALID'))
})

test('a database of a newer build is refused and left alone', async () => {
  const path = join(temporaryFolder(), 'data')
  await (await openDataDirectory(path)).release()
  const db = openNodeDatabase(path)
  db.pragma('user_version = 999')
  db.pragma('journal_mode = delete')
  db.close()
  const before = readFileSync(join(path, 'node.db'))
  expect(() => openNodeDatabase(path)).toThrow(code('DATA_DIR_NEWER'))
  expect(() => readNodeDatabase(path)).toThrow(code('DATA_DIR_NEWER'))
  expect(readFileSync(join(path, 'node.db'))).toEqual(before)
})

test('a file that is no database is refused in words', async () => {
  const path = join(temporaryFolder(), 'data')
  await (await openDataDirectory(path)).release()
  writeFileSync(join(path, 'node.db'), 'this is a text and no database at all, however long it may be')
  expect(() => openNodeDatabase(path)).toThrow(code('DATA_DIR_INVALID'))
})

describe('migrating', () => {
  const first = 'create table t (a text) strict;'
  const second = `alter table t add column b text; update t set b = 'new';`

  test('copies what is there before it upgrades, and only then', () => {
    const folder = temporaryFolder()
    const db = new Database(join(folder, 'some.db'))
    migrate(db, [first], folder)
    expect(readdirSync(folder)).toEqual(['some.db'])
    db.prepare(`insert into t values ('old')`).run()
    migrate(db, [first, second], folder)
    migrate(db, [first, second], folder)
    expect(db.prepare('select a, b from t').all()).toEqual([{ a: 'old', b: 'new' }])
    expect(schemaVersion(db)).toBe(2)
    const copy = new Database(join(folder, 'some-schema-1.db'), { readonly: true })
    expect([schemaVersion(copy), copy.prepare('select * from t').all()]).toEqual([1, [{ a: 'old' }]])
    copy.close()
    db.close()
  })

  test('one that fails half way leaves the schema before it', () => {
    const folder = temporaryFolder()
    const db = new Database(join(folder, 'some.db'))
    migrate(db, [first], folder)
    expect(() => migrate(db, [first, `${second} create table u (; `], folder)).toThrow(/syntax/)
    expect(schemaVersion(db)).toBe(1)
    expect(db.prepare('select * from t').columns()).toHaveLength(1)
    migrate(db, [first, second], folder)
    expect(schemaVersion(db)).toBe(2)
    db.close()
  })
})

test('what a migration takes out may be gone: some builds made folders without it', async () => {
  const path = join(temporaryFolder(), 'data')
  await (await openDataDirectory(path)).release()
  const node = openNodeDatabase(path)
  expect(() => node.exec(revocationsBySignature)).not.toThrow()
  node.close()
  const usage = openUsageDatabase(path)
  expect(() => usage.exec(callsOfLicense)).not.toThrow()
  usage.close()
})

test('a transaction that throws changes nothing, an inner one undoes its own part', async () => {
  const { db } = await dataFolder()
  const put = (key: string) => db.prepare('insert into settings values (?, ?)').run(key, '1')
  expect(() =>
    inTransaction(db, () => {
      put('a')
      throw new Error('no')
    }),
  ).toThrow('no')
  inTransaction(db, () => {
    put('outer')
    expect(() =>
      inTransaction(db, () => {
        put('inner')
        throw new Error('no')
      }),
    ).toThrow('no')
  })
  expect(db.prepare('select key from settings').all()).toEqual([{ key: 'outer' }])
})

describe('the owner', () => {
  test('DATA_DIR_IN_USE names process and url; released, the folder is free', async () => {
    const path = join(temporaryFolder(), 'data')
    const directory = await openDataDirectory(path)
    await directory.announce({
      url: 'http://127.0.0.1:1',
      servingUrl: null,
      grpcAddress: null,
      certificate: null,
      token: 'secret',
    })
    await expect(openDataDirectory(path)).rejects.toThrow(
      expect.objectContaining({
        code: 'DATA_DIR_IN_USE',
        details: { pid: process.pid, url: 'http://127.0.0.1:1' },
      }),
    )
    await expect(openDataDirectory(path)).rejects.not.toThrow(/secret/)
    expect(await findRunningNode(path)).toMatchObject({ pid: process.pid, token: 'secret' })
    await expect(openDataDirectory(path)).rejects.toThrow(code('DATA_DIR_IN_USE')) // looking took nothing away
    await directory.release()
    expect(await findRunningNode(path)).toBeNull()
    await (await openDataDirectory(path)).release()
  })

  test('a runtime file without its owner says that no node runs', async () => {
    const path = join(temporaryFolder(), 'data')
    const directory = await openDataDirectory(path)
    const left = readFileSync(join(path, 'runtime', 'node.json'))
    await directory.release()
    writeFileSync(join(path, 'runtime', 'node.json'), left)
    expect(await findRunningNode(path)).toBeNull()
    expect(await findRunningNode(join(path, 'nowhere'))).toBeNull()
  })

  test('DATA_DIR_INVALID: a file, and a folder in a file', async () => {
    const file = join(temporaryFolder(), 'file')
    writeFileSync(file, '')
    await expect(openDataDirectory(file)).rejects.toThrow(code('DATA_DIR_INVALID'))
    await expect(openDataDirectory(join(file, 'data'))).rejects.toThrow(code('DATA_DIR_INVALID'))
  })
})

test('recovering removes what is half written, unneeded or of the last run, and nothing else', async () => {
  const folder = await dataFolder()
  await install(folder)
  const { paths } = folder.directory
  const put = (...parts: string[]) => {
    const path = join(paths.root, ...parts)
    mkdirSync(join(path, '..'), { recursive: true })
    writeFileSync(path, '')
    return path
  }
  const gone = [
    put('blobs', 'sha256', 'abc.partial'),
    put('keys', 'pepper.123.partial'),
    put('backups', 'one.partial', 'node.db'),
    put('uploads', 'loose'),
    put('drafts', 'no-row', 'model.onnx'),
    put('drafts', 'with-row', 'model.onnx.9.partial'),
    put('runtime', 'staging', 'package', 'model.onnx'),
    put('runtime', 'trees', 'one', 'model.onnx'),
  ]
  const kept = [
    put('uploads', 'needed'),
    put('drafts', 'with-row', 'model.onnx'),
    put('backups', 'whole', 'node.db'),
    put('usage', '000001.log'),
    put('blobs', 'sha256', 'aa', 'a'.repeat(64)),
    put('logs', 'node.log'),
  ]
  const needed = { uploads: new Set(['needed']), drafts: new Set(['with-row']) }
  await recoverDataDirectory(paths, needed)
  expect(gone.filter((path) => existsSync(path))).toEqual([])
  expect(kept.filter((path) => !existsSync(path))).toEqual([])
  expect(await recoverDataDirectory(paths, needed)).toEqual([])
})

test('a folder that nobody may write is refused in words', async () => {
  if (process.getuid?.() === 0) return // root may write anywhere
  const folder = temporaryFolder()
  chmodSync(folder, 0o500)
  await expect(openDataDirectory(join(folder, 'data'))).rejects.toThrow(code('DATA_DIR_INVALID'))
})
