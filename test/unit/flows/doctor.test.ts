/** What doctor says of a folder that an older build has left: that it will be migrated, not that it is broken. */
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { examineMachine } from '../../../src-main/flows/upkeep/doctor.ts'
import { dataPaths } from '../../../src-main/store/data-paths.ts'
import { migrate } from '../../../src-main/store/migrate.ts'
import { foundation } from '../../../src-main/store/migrations/node/0001-foundation.ts'
import { openNodeDatabase } from '../../../src-main/store/open.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

async function findingsOf(folder: string): Promise<Record<string, { outcome: string; message: string }>> {
  const findings = await examineMachine(folder, folder)
  return Object.fromEntries(findings.map(({ name, ...finding }) => [name, finding]))
}

test('a folder of an older schema is sound, and its migration is announced', async () => {
  const folder = temporaryFolder()
  const { nodeDatabase, backups } = dataPaths(folder)
  const db = new Database(nodeDatabase)
  migrate(db, [foundation], backups)
  db.close()
  const { database, audit } = await findingsOf(folder)
  expect(database).toMatchObject({ outcome: 'good' })
  expect(database?.message).toMatch(/has schema 1; it will be migrated to \d+ at the next start/)
  expect(audit).toMatchObject({ outcome: 'good' })
})

test('a folder of a newer build, and a file that is no database, are bad', async () => {
  const folder = temporaryFolder()
  const { nodeDatabase } = dataPaths(folder)
  openNodeDatabase(folder).close()
  const whole = `${nodeDatabase}.whole`
  copyFileSync(nodeDatabase, whole)
  const db = new Database(nodeDatabase)
  db.pragma('user_version = 999')
  db.close()
  expect((await findingsOf(folder)).database).toMatchObject({ outcome: 'bad' })
  writeFileSync(nodeDatabase, readFileSync(whole).fill(1))
  expect((await findingsOf(folder)).database).toMatchObject({ outcome: 'bad' })
})
