/**
 * Brings a database to this build's schema: one transaction a migration, in the order of `user_version`. A database
 * that holds something is copied to backups/ first. The caller has refused one of a newer build.
 */
import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { OutpostError } from '../base/errors.ts'
import { temporarySuffix } from '../base/files.ts'
import type { Sqlite } from './sqlite.ts'

/** The SQL of each migration; the first brings `user_version` to 1. */
export type Migrations = readonly string[]

export const schemaVersion = (db: Sqlite): number => Number(db.pragma('user_version', { simple: true }))

export function migrate(db: Sqlite, migrations: Migrations, backups: string): void {
  const from = schemaVersion(db)
  if (from === migrations.length) return
  if (from > 0) copyBefore(db, from, backups)
  for (const [index, text] of migrations.entries()) {
    if (index < from) continue
    db.transaction(() => {
      db.exec(text)
      db.pragma(`user_version = ${index + 1}`)
    }).exclusive()
  }
}

/** DATA_DIR_NEWER where a newer build wrote the database. */
export function refuseNewer(name: string, version: number, migrations: Migrations): void {
  if (version <= migrations.length) return
  throw new OutpostError(
    'DATA_DIR_NEWER',
    `${name} has schema ${version}; this version of the product knows ${migrations.length} at most.`,
    { hint: 'Start the newer version of the product, or choose another data folder.' },
  )
}

function copyBefore(db: Sqlite, version: number, backups: string): void {
  const target = join(backups, `${basename(db.name, '.db')}-schema-${version}.db`)
  if (existsSync(target)) rmSync(target) // an upgrade that did not go through left it
  const temporary = `${target}${temporarySuffix}`
  rmSync(temporary, { force: true })
  db.prepare('vacuum into ?').run(temporary)
  const file = openSync(temporary, 'r+')
  fsyncSync(file)
  closeSync(file)
  renameSync(temporary, target)
}
