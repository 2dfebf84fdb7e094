/** Whether SQLite's native library loads on this machine, for a command that looks at the machine and ends. */
import Database from 'better-sqlite3'

export function probeDatabase(): { works: boolean; message: string } {
  try {
    const db = new Database(':memory:')
    const version = db.prepare('select sqlite_version()').pluck().get()
    db.close()
    return { works: true, message: `SQLite ${String(version)} loads.` }
  } catch (error) {
    return { works: false, message: `SQLite does not load: ${(error as Error).message}` }
  }
}
