/**
 * A lock that dies with its process: SQLite's exclusive lock on an empty database, held open. Node.js has no flock of
 * its own, and a pid file would outlive a kill -9 and name a process that is someone else's by then.
 */
import Database from 'better-sqlite3'
import type { Sqlite } from './sqlite.ts'

export interface Lock {
  release(): void
}

/** A caller that only looks holds the lock for microseconds; waiting this long keeps it from being taken for an owner. */
const lookMsMax = 250

/** A lock lasts until it is released, not until nobody holds the object: a collected handle would close its file. */
const held = new Set<Sqlite>()

/**
 * Null where another process (or another part of this one) holds it. The file must not be opened by anything else in
 * this process: POSIX drops a process's locks on a file when any of its descriptors is closed.
 */
export function takeLock(path: string): Lock | null {
  const db = new Database(path, { timeout: lookMsMax })
  if (!hold(db)) return null
  held.add(db)
  return {
    release() {
      held.delete(db)
      db.close()
    },
  }
}

export function isLocked(path: string): boolean {
  const db = new Database(path, { timeout: 0 })
  if (!hold(db)) return true
  db.close()
  return false
}

function hold(db: Sqlite): boolean {
  try {
    db.pragma('journal_mode = memory') // no journal file that a kill could leave behind
    db.exec('begin exclusive')
    return true
  } catch (error) {
    db.close()
    if (error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')) return false
    throw error
  }
}
