/**
 * Opens the databases. node.db is written by control, usage.db and quota.db by serving; whoever is not the writer opens
 * for reading. The writer migrates, so control opens usage.db once for writing before it starts serving.
 */
import { closeSync, openSync } from 'node:fs'
import Database from 'better-sqlite3'
import { isSystemError, OutpostError } from '../base/errors.ts'
import { newId } from '../base/ids.ts'
import { dataPaths } from './data-paths.ts'
import { type Migrations, migrate, refuseNewer, schemaVersion } from './migrate.ts'
import { foundation as nodeFoundation } from './migrations/node/0001-foundation.ts'
import { traffic } from './migrations/node/0002-traffic.ts'
import { rateLimits } from './migrations/node/0003-rate-limits.ts'
import { tunings } from './migrations/node/0004-tunings.ts'
import { alerts } from './migrations/node/0005-alerts.ts'
import { remoteEngines } from './migrations/node/0006-remote-engines.ts'
import { registryRecord } from './migrations/node/0007-registry-record.ts'
import { licensing } from './migrations/node/0008-licenses.ts'
import { receivedReports } from './migrations/node/0009-received-reports.ts'
import { revocationsBySignature } from './migrations/node/0010-revocations.ts'
import { foundation as quotaFoundation } from './migrations/quota/0001-foundation.ts'
import { foundation as usageFoundation } from './migrations/usage/0001-foundation.ts'
import { licensedUsage } from './migrations/usage/0002-licenses.ts'
import { callsOfLicense } from './migrations/usage/0003-calls-of-a-license.ts'
import {
  asStoreError,
  type NodeReader,
  type NodeWriter,
  type QuotaReader,
  type QuotaWriter,
  type Sqlite,
  sql,
  type UsageReader,
  type UsageWriter,
} from './sqlite.ts'

const nodeMigrations: Migrations = [
  nodeFoundation,
  traffic,
  rateLimits,
  tunings,
  alerts,
  remoteEngines,
  registryRecord,
  licensing,
  receivedReports,
  revocationsBySignature,
]
const usageMigrations: Migrations = [usageFoundation, licensedUsage, callsOfLicense]
const quotaMigrations: Migrations = [quotaFoundation]

/** A writer waits this long for the other process's reader or checkpoint before it gives up. */
const busyMsMax = 5000
/** Serving waits for quota.db on the thread that answers everyone, so it gives up sooner and tries again later. */
const quotaBusyMsMax = 50
/** Pages that reads take straight from the page cache; the figures of test/bench/registry.ts stand on it. */
const mappedBytes = 1 << 30

interface Kind {
  file: string
  backups: string
  migrations: Migrations
  synchronous: 'full' | 'normal'
  busyMs?: number
  /** Pages of the WAL at which it is copied into the database; SQLite's default is 1000. */
  checkpointPages?: number
}

/** Registrations, keys and revocations survive a power loss once they are answered (FULL). */
const nodeKind = (dataDir: string): Kind => ({
  file: dataPaths(dataDir).nodeDatabase,
  backups: dataPaths(dataDir).backups,
  migrations: nodeMigrations,
  synchronous: 'full',
})

/** An index over the segment files, which it can be rebuilt from (NORMAL). */
const usageKind = (dataDir: string): Kind => ({
  file: dataPaths(dataDir).usageDatabase,
  backups: dataPaths(dataDir).backups,
  migrations: usageMigrations,
  synchronous: 'normal',
})

/** A block that was leased stays leased after a power loss (FULL). */
const quotaKind = (dataDir: string): Kind => ({
  file: dataPaths(dataDir).quotaDatabase,
  backups: dataPaths(dataDir).backups,
  migrations: quotaMigrations,
  synchronous: 'full',
  busyMs: quotaBusyMsMax,
  checkpointPages: 256, // a commit rewrites the same few pages, and a disk that fills up leaves room for no more
})

/** Creates and migrates. The caller holds the owner lock. DATA_DIR_NEWER, DATA_DIR_INVALID. */
export function openNodeDatabase(dataDir: string): NodeWriter {
  const db = openWriter(nodeKind(dataDir)) as NodeWriter
  sql(db, `insert or ignore into meta (key, value) values ('node_id', ?)`).run(newId())
  return db
}

export const openUsageDatabase = (dataDir: string): UsageWriter =>
  openWriter(usageKind(dataDir)) as UsageWriter

/** The caller holds the lock of the quota ledger. */
export const openQuotaDatabase = (dataDir: string): QuotaWriter =>
  openWriter(quotaKind(dataDir)) as QuotaWriter

export const readQuotaDatabase = (dataDir: string): QuotaReader =>
  openReader(quotaKind(dataDir)) as QuotaReader

/** The file must be there and of this build's schema: its writer has opened it before. */
export const readNodeDatabase = (dataDir: string): NodeReader => openReader(nodeKind(dataDir)) as NodeReader

/** For who only looks, also at a folder that an older build has left. DATA_DIR_NEWER, DATA_DIR_INVALID. */
export function inspectNodeDatabase(dataDir: string): { db: NodeReader; schema: number; schemaHere: number } {
  const kind = nodeKind(dataDir)
  let schema = 0
  const db = connect(kind, { readonly: true, fileMustExist: true, timeout: busyMsMax }, (opened) => {
    schema = schemaVersion(opened)
    refuseNewer(kind.file, schema, kind.migrations)
  })
  return { db: db as NodeReader, schema, schemaHere: kind.migrations.length }
}

export const readUsageDatabase = (dataDir: string): UsageReader =>
  openReader(usageKind(dataDir)) as UsageReader

/** DATA_DIR_NEWER for schemas of a newer build, before anything of them is opened. */
export function refuseNewerSchema(schema: { node: number; usage: number }): void {
  refuseNewer('The backup', schema.node, nodeMigrations)
  refuseNewer('The backup', schema.usage, usageMigrations)
}

function openWriter(kind: Kind): Sqlite {
  createPrivate(kind.file)
  return connect(kind, { timeout: kind.busyMs ?? busyMsMax }, (db) => {
    refuseNewer(kind.file, schemaVersion(db), kind.migrations) // before a byte of it changes
    db.pragma('journal_mode = wal')
    db.pragma(`synchronous = ${kind.synchronous}`)
    if (kind.checkpointPages) db.pragma(`wal_autocheckpoint = ${kind.checkpointPages}`)
    db.pragma('journal_size_limit = 67108864') // a burst of imports must not keep its WAL for ever
    migrate(db, kind.migrations, kind.backups)
  })
}

function openReader(kind: Kind): Sqlite {
  return connect(kind, { readonly: true, fileMustExist: true, timeout: busyMsMax }, (db) => {
    const version = schemaVersion(db)
    refuseNewer(kind.file, version, kind.migrations)
    if (version === kind.migrations.length) return
    throw new OutpostError(
      'DATA_DIR_INVALID',
      `${kind.file} has schema ${version} and was not upgraded yet.`,
      {
        hint: 'Start the node on this folder once.',
      },
    )
  })
}

function connect(kind: Kind, options: Database.Options, prepare: (db: Sqlite) => void): Sqlite {
  let db: Sqlite | undefined
  try {
    db = new Database(kind.file, options)
    db.pragma('foreign_keys = on')
    db.pragma(`mmap_size = ${mappedBytes}`)
    db.pragma('trusted_schema = off') // what stands in the file's schema may not call functions
    prepare(db)
    return db
  } catch (error) {
    db?.close()
    if (error instanceof Database.SqliteError && error.code.startsWith('SQLITE_CANTOPEN')) {
      throw new OutpostError('DATA_DIR_INVALID', `${kind.file} cannot be opened: ${error.message}.`, {
        cause: error,
      })
    }
    throw asStoreError(error)
  }
}

/** SQLite gives its WAL the permissions of the database, so this one call closes all three files to others. */
function createPrivate(file: string): void {
  try {
    closeSync(openSync(file, 'a', 0o600))
  } catch (error) {
    if (!isSystemError(error, 'EACCES', 'EPERM', 'EROFS', 'ENOENT', 'EISDIR')) throw error
    throw new OutpostError('DATA_DIR_INVALID', `${file} cannot be written: ${error.message}.`, {
      cause: error,
    })
  }
}
