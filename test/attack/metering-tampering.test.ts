/** Attacks on the count, by their numbers: rows edited, files deleted, yesterday's put back. */
import { copyFileSync, rmSync } from 'node:fs'
import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import type { QuotaRecovery } from '../../src-main/metering/quota/types.ts'
import { ledgerFolder, takeMany } from '../support/quota-ledger.ts'

const account = { id: 'lic', period: '2026-11' }
type Folder = ReturnType<typeof ledgerFolder>

function used(count = 900): Folder {
  const folder = ledgerFolder()
  const ledger = folder.open()
  takeMany(ledger, count, { limit: 1000 })
  takeMany(ledger, 10, { id: 'other', limit: null })
  ledger.close()
  return folder
}

function edit(folder: Folder, sql: string): void {
  const db = new Database(folder.paths.quotaDatabase)
  expect(db.prepare(sql).run().changes).toBeGreaterThan(0)
  db.close()
}

const take = (folder: Folder) => {
  const result = takeMany(folder.open(), 1000, { limit: 1000 })
  folder.close()
  return result
}

describe('47', () => {
  const edits = [
    'update quota_accounts set settled = 0',
    'update quota_accounts set settled = settled - 1',
    `update quota_accounts set period = '2026-12'`,
    'update quota_accounts set epoch = epoch + 1',
    'update quota_accounts set forfeited = settled',
    `delete from quota_accounts where account = 'lic'`,
    'delete from quota_accounts',
    'delete from quota_settlements',
    'delete from quota_settlements where sequence = (select max(sequence) from quota_settlements)',
    'delete from quota_settlements where sequence = (select min(sequence) from quota_settlements)',
    'update quota_settlements set used = 0 where sequence = 3',
    `delete from meta where key = 'head'`,
    `update meta set value = replace(value, '"opens":1', '"opens":0') where key = 'head'`,
  ]
  test.each(edits)('47: %s', (sql) => {
    const folder = used()
    edit(folder, sql)
    expect(take(folder)).toEqual({ admitted: 0, code: 'LEDGER_TAMPERED' })
    expect(take(folder)).toEqual({ admitted: 0, code: 'LEDGER_TAMPERED' })
  })

  test('47: the row of an earlier moment, which was sealed, is taken for that and not for now', () => {
    const folder = used(100)
    const db = new Database(folder.paths.quotaDatabase)
    const row = db.prepare(`select * from quota_accounts where account = 'lic'`).get() as Record<
      string,
      unknown
    >
    db.close()
    expect(take(folder).admitted).toBe(900)
    const columns = Object.keys(row).filter((column) => column !== 'hash')
    const again = new Database(folder.paths.quotaDatabase)
    again
      .prepare(`update quota_accounts set ${columns.map((name) => `${name} = @${name}`)} where hash = @hash`)
      .run(row)
    again.close()
    expect(take(folder).admitted).toBe(0)
  })

  test('47: the sealed row of an earlier month does not bring that back', () => {
    const folder = used(100)
    edit(folder, `update quota_accounts set account = 'other2' where account = 'other'`)
    expect(take(folder).code).toBe('LEDGER_TAMPERED')
  })

  test('47: a grant of the issuer for this very state lets the count go on where the anchors stand', () => {
    const folder = used()
    edit(folder, 'update quota_accounts set settled = 0')
    const asked: QuotaRecovery[] = []
    const refused = folder.open({ recover: (recovery) => asked.push(recovery) === 0 })
    expect(refused.refusal()).toMatchObject({ code: 'LEDGER_TAMPERED', status: 403 })
    refused.recheck()
    refused.close()
    expect(new Set(asked.map(({ recoveryId }) => recoveryId)).size).toBe(1)
    const [{ recoveryId } = { recoveryId: '' }] = asked
    expect(refused.refusal()?.code).not.toBe('LEDGER_TAMPERED')
    const granted = folder.open({ recover: (recovery) => recovery.recoveryId === recoveryId })
    expect(takeMany(granted, 1000, { limit: 1000 }).admitted).toBe(100)
    granted.close()
    expect(take(folder).code).toBe('QUOTA_EXCEEDED') // nothing left, and nothing wrong any more
    edit(folder, 'update quota_accounts set settled = 0')
    const again = folder.open({ recover: (recovery) => recovery.recoveryId === recoveryId })
    expect(takeMany(again, 1, { limit: 1000 }).code).toBe('LEDGER_TAMPERED')
  })
})

describe('48', () => {
  const remove = (folder: Folder, ...which: ('database' | 'tally' | 'anchor')[]) => {
    const { quotaDatabase, quotaTally, quotaAnchor } = folder.paths
    const files = { database: quotaDatabase, tally: quotaTally, anchor: quotaAnchor }
    for (const one of which)
      for (const ending of ['', '-wal', '-shm']) rmSync(files[one] + ending, { force: true })
  }

  test.each([
    [['database']],
    [['database', 'tally']],
    [['database', 'anchor']],
    [['tally', 'anchor']],
  ] as const)(
    '48: without %j nothing is counted until the issuer grants it, and then from where it stood',
    (which) => {
      const folder = used()
      remove(folder, ...which)
      expect(take(folder)).toEqual({ admitted: 0, code: 'STATE_MISSING' })
      expect(take(folder)).toEqual({ admitted: 0, code: 'STATE_MISSING' })
      const ledger = folder.open({ recover: ({ code }) => code === 'STATE_MISSING' })
      expect(takeMany(ledger, 1000, { limit: 1000 }).admitted).toBeLessThanOrEqual(100)
      expect(ledger.usage(account)?.counted).toBe(1000)
      ledger.close()
      expect(take(folder).code).toBe('QUOTA_EXCEEDED')
    },
  )

  test.each(['tally', 'anchor'] as const)(
    '48: the %s alone is missed and made again, and the count stands',
    (which) => {
      const folder = used()
      remove(folder, which)
      const ledger = folder.open()
      expect(ledger.anomalies().map(({ code }) => code)).toEqual(['STATE_MISSING'])
      expect(takeMany(ledger, 1000, { limit: 1000 }).admitted).toBe(100)
      ledger.close()
      expect(folder.open().anomalies()).toEqual([])
    },
  )

  test('48: a folder that never counted is no deletion; one that did, as something else knows, is', () => {
    const folder = ledgerFolder()
    expect(takeMany(folder.open(), 10, { limit: 5 }).admitted).toBe(5)
    folder.close()
    remove(folder, 'database', 'tally', 'anchor')
    const ledger = folder.open({ countedBefore: true })
    expect(takeMany(ledger, 10, { limit: 5 })).toEqual({ admitted: 0, code: 'STATE_MISSING' })
  })

  test('48: a start that ended before it counted is no deletion', () => {
    const folder = ledgerFolder()
    folder.open().close()
    remove(folder, 'database')
    expect(takeMany(folder.open(), 10, { limit: 5 }).admitted).toBe(5)
  })
})

describe('49', () => {
  const files = ({ paths }: Folder) => ({
    database: [paths.quotaDatabase],
    'database and tally': [paths.quotaDatabase, paths.quotaTally],
    'database and anchor': [paths.quotaDatabase, paths.quotaAnchor],
  })

  test.each(['database', 'database and tally', 'database and anchor'] as const)(
    "49: yesterday's %s: it is said, and the count goes on where it stood",
    (which) => {
      const folder = used(100)
      for (const file of files(folder)[which]) copyFileSync(file, `${file}.yesterday`)
      const today = folder.open()
      expect(takeMany(today, 800, { limit: 1000 }).admitted).toBe(800)
      expect(takeMany(today, 20, { id: 'new', limit: 30 }).admitted).toBe(20)
      today.close()
      for (const file of files(folder)[which]) copyFileSync(`${file}.yesterday`, file)
      const ledger = folder.open()
      expect(ledger.anomalies().map(({ code }) => code)).toEqual(['STATE_ROLLBACK'])
      const { admitted } = takeMany(ledger, 1000, { limit: 1000 })
      expect(admitted).toBeLessThanOrEqual(100)
      expect(ledger.usage(account)?.counted).toBe(1000)
      expect(takeMany(ledger, 100, { id: 'new', limit: 30 }).admitted).toBeLessThanOrEqual(10)
      ledger.close()
      const next = folder.open()
      expect(next.anomalies()).toEqual([])
      expect(takeMany(next, 1, { limit: 1000 }).code).toBe('QUOTA_EXCEEDED')
    },
  )

  test('49: the month after it was put back begins as any month', () => {
    const folder = used(100)
    copyFileSync(folder.paths.quotaDatabase, `${folder.paths.quotaDatabase}.yesterday`)
    take(folder)
    copyFileSync(`${folder.paths.quotaDatabase}.yesterday`, folder.paths.quotaDatabase)
    const ledger = folder.open()
    const december = { limit: 50, period: '2026-12', now: Date.UTC(2026, 11, 1) }
    expect(takeMany(ledger, 100, december).admitted).toBe(50)
    expect(ledger.usage(account)?.counted).toBe(1000)
  })
})
