/** Attacks on the count, by their numbers: a disk that is full, locked or gone, loss of power, refunds, retries. */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { appendFileSync, copyFileSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createIdempotencyKeys } from '../../src-main/metering/quota/idempotency.ts'
import type { QuotaLedger } from '../../src-main/metering/quota/ledger.ts'
import { crashed, deny, ledgerFolder, november, takeMany } from '../support/quota-ledger.ts'
import { canMountSmallDisk, smallDisk } from '../support/small-disk.ts'
import { failPoints } from './kill/kill-campaign.ts'

const account = { id: 'lic', period: '2026-11' }
const counted = (ledger: QuotaLedger) => ledger.usage(account)?.counted

test('44: a loss of power charges the open block at most, marked as forfeited', () => {
  const folder = ledgerFolder()
  const first = folder.open()
  const synced = readFileSync(folder.paths.quotaTally)
  expect(takeMany(first, 5000, { limit: 20_000 }).admitted).toBe(5000)
  const next = crashed(folder)
  writeFileSync(next.paths.quotaTally, synced)
  next.state.boot = 'boot-2'
  const second = next.open()
  const usage = second.usage(account)
  expect(usage?.counted).toBeGreaterThanOrEqual(5000)
  expect(usage?.counted).toBeLessThanOrEqual(5000 + 1000)
  expect(usage?.forfeited).toBeGreaterThan(0)
  expect(usage?.forfeited).toBeLessThanOrEqual(1000)
  expect((usage?.counted ?? 0) - (usage?.forfeited ?? 0)).toBeLessThanOrEqual(5000)
  expect(takeMany(second, 20_000, { limit: 20_000 }).admitted).toBe(20_000 - (usage?.counted ?? 0))
})

test.each(['another boot', 'an unknown boot'])(
  '44: after %s a tally of which only an earlier page reached the disk wins nothing',
  (boot) => {
    const folder = ledgerFolder()
    if (boot === 'an unknown boot') folder.state.boot = ''
    const first = folder.open()
    takeMany(first, 5000, { limit: 20_000 })
    const flushed = readFileSync(folder.paths.quotaTally)
    // Of the same block: nothing that was written since says that there were more.
    expect(takeMany(first, 1, { limit: 20_000 }).admitted).toBe(1)
    const next = crashed(folder)
    writeFileSync(next.paths.quotaTally, flushed)
    if (boot === 'another boot') next.state.boot = 'boot-2'
    const second = next.open()
    expect(counted(second)).toBeGreaterThanOrEqual(5001)
    expect(5001 + takeMany(second, 20_000, { limit: 20_000 }).admitted).toBeLessThanOrEqual(20_000)
  },
)

test.each(['another boot', 'an unknown boot'])(
  '44: what the tally still tells after %s is not forfeited',
  (boot) => {
    const folder = ledgerFolder()
    if (boot === 'an unknown boot') folder.state.boot = ''
    expect(takeMany(folder.open(), 5000, { limit: null }).admitted).toBe(5000)
    const next = crashed(folder)
    if (boot === 'another boot') next.state.boot = 'boot-2'
    const usage = next.open().usage(account)
    expect((usage?.counted ?? 0) - (usage?.forfeited ?? 0)).toBe(5000)
  },
)

test('44: a block that rests is settled, and so is each at a clean end: a loss of power forfeits nothing of them', async () => {
  const folder = ledgerFolder()
  const first = folder.open({ idleMs: 10 })
  takeMany(first, 777, { limit: null })
  folder.time.elapsed += 1000
  const afterPower = () => {
    const next = crashed(folder)
    rmSync(next.paths.quotaTally)
    next.state.boot = 'boot-2'
    const ledger = next.open()
    const usage = ledger.usage(account)
    ledger.close()
    return usage
  }
  await expect.poll(afterPower).toMatchObject({ counted: 777, forfeited: 0 })
  takeMany(first, 223, { limit: null })
  first.close()
  expect(afterPower()).toMatchObject({ counted: 1000, forfeited: 0 })
})

describe.skipIf(!canMountSmallDisk)('45: a disk that is full', () => {
  const fill = (disk: string) => {
    for (const size of [1 << 20, 1 << 12, 1]) {
      try {
        for (;;) appendFileSync(join(disk, 'filler'), Buffer.alloc(size))
      } catch {
        // full by pieces of this size
      }
    }
  }

  test.each(failPoints)(
    '45: from %s on: the leased block is served, then 503, and later the exact rest',
    (point) => {
      const disk = smallDisk(3)
      const folder = ledgerFolder(join(disk, 'data'))
      let visits = 0
      const ledger = folder.open({
        at: (at) => {
          if (at === point && ++visits === 12) fill(disk)
        },
      })
      let admitted = 0
      for (let batch = 0; batch < 2000; batch++) {
        const { admitted: more, code } = takeMany(ledger, 10, { limit: 20_000 })
        admitted += more
        if (code !== null) {
          expect(code).toBe('METER_UNAVAILABLE')
          break
        }
      }
      expect(visits).toBeGreaterThanOrEqual(12)
      expect(admitted).toBeLessThan(20_000)
      expect(counted(ledger)).toBe(admitted)
      expect(crashed(folder).open().usage(account)?.counted).toBe(admitted)
      rmSync(join(disk, 'filler'))
      folder.time.elapsed += 1000
      expect(admitted + takeMany(ledger, 20_000, { limit: 20_000 }).admitted).toBe(20_000)
      ledger.close()
    },
  )

  test('45: at the start: nothing is admitted until there is room, and then all', () => {
    const disk = smallDisk(1)
    fill(disk)
    const folder = ledgerFolder(join(disk, 'data'))
    let ledger: QuotaLedger | null = null
    try {
      ledger = folder.open()
    } catch (error) {
      expect(error).toBeInstanceOf(Error) // not even the folder could be made
    }
    if (ledger) expect(takeMany(ledger, 10, { limit: 5 })).toEqual({ admitted: 0, code: 'METER_UNAVAILABLE' })
    rmSync(join(disk, 'filler'))
    folder.time.elapsed += 1000
    expect(takeMany(ledger ?? folder.open(), 10, { limit: 5 }).admitted).toBe(5)
    folder.close()
  })

  test('45: a file system that turned read-only', () => {
    const disk = smallDisk(4)
    const folder = ledgerFolder(join(disk, 'data'))
    takeMany(folder.open(), 100, { limit: 1000 })
    folder.close()
    execFileSync('mount', ['-o', 'remount,ro', disk])
    onTestFinished(() => void execFileSync('mount', ['-o', 'remount,rw', disk]))
    expect(takeMany(folder.open(), 10, { limit: 1000 })).toEqual({ admitted: 0, code: 'METER_UNAVAILABLE' })
    folder.close()
    execFileSync('mount', ['-o', 'remount,rw', disk])
    expect(takeMany(folder.open(), 1000, { limit: 1000 }).admitted).toBe(900)
    folder.close()
  })
})

test('46: while another process writes to the database the leased block is served, then 503, then all goes on', () => {
  const folder = ledgerFolder()
  const ledger = folder.open()
  const before = takeMany(ledger, 2000, { limit: 10_000 }).admitted
  const other = new Database(folder.paths.quotaDatabase)
  onTestFinished(() => void other.close())
  other.exec('begin immediate')
  const during = takeMany(ledger, 5000, { limit: 10_000 })
  expect(during.code).toBe('METER_UNAVAILABLE')
  expect(during.admitted).toBeLessThan(1000)
  other.exec('rollback')
  folder.time.elapsed += 1000
  const after = takeMany(ledger, 10_000, { limit: 10_000 }).admitted
  expect(before + during.admitted + after).toBe(10_000)
})

test('46: a reader that stays for long stops nothing', () => {
  const folder = ledgerFolder()
  const ledger = folder.open()
  takeMany(ledger, 10, { limit: null })
  const reader = new Database(folder.paths.quotaDatabase, { readonly: true })
  onTestFinished(() => void reader.close())
  reader.exec('begin')
  reader.prepare('select count(*) from quota_settlements').get()
  expect(takeMany(ledger, 3000, { limit: null }).admitted).toBe(3000)
  reader.exec('commit')
  expect(takeMany(ledger, 3000, { limit: null }).admitted).toBe(3000)
  expect(counted(ledger)).toBe(6010)
})

describe('51', () => {
  test.each(['-wal', '-shm'])(
    '51: quota.db%s was deleted after a crash: the count goes on where it stood',
    (ending) => {
      const folder = ledgerFolder()
      takeMany(folder.open(), 900, { limit: 1000 })
      const next = crashed(folder)
      rmSync(next.paths.quotaDatabase + ending)
      const ledger = next.open()
      expect(takeMany(ledger, 1000, { limit: 1000 }).admitted).toBeLessThanOrEqual(100)
      expect(counted(ledger)).toBe(1000)
    },
  )

  test.each([
    [
      'its first page is overwritten',
      (file: string) => writeFileSync(file, Buffer.alloc(4096, 7), { flag: 'r+' }),
    ],
    ['it is cut off', (file: string) => truncateSync(file, 5000)],
    ['it is something else', (file: string) => writeFileSync(file, 'not a database at all'.repeat(500))],
  ])(
    '51: quota.db is damaged (%s): it is set aside, and the count goes on where it stood',
    (_what, damage) => {
      const folder = ledgerFolder()
      const first = folder.open()
      takeMany(first, 900, { limit: 1000 })
      first.close()
      damage(folder.paths.quotaDatabase)
      const second = folder.open()
      expect(second.anomalies().map(({ code }) => code)).toEqual(['STATE_MISSING'])
      expect(takeMany(second, 1000, { limit: 1000 }).admitted).toBe(100)
      second.close()
      expect(folder.open().usage(account)?.counted).toBe(1000)
    },
  )

  test('51: the tally is damaged: the open block is charged', () => {
    const folder = ledgerFolder()
    takeMany(folder.open(), 900, { limit: null })
    const next = crashed(folder)
    writeFileSync(next.paths.quotaTally, Buffer.alloc(4096 * 8, 7))
    const usage = next.open().usage(account)
    expect(usage?.counted).toBeGreaterThanOrEqual(900)
    expect(usage?.forfeited).toBeGreaterThan(0)
  })
})

test('54: a crash between a failure and its refund counts the request, and nothing goes below zero', () => {
  const folder = ledgerFolder()
  const ledger = folder.open()
  const tokens = Array.from({ length: 10 }, () => ledger.take({ ...account, limit: 10 }, deny, 1, november))
  ledger.note() // others of the same turn were answered
  for (const token of tokens.slice(0, 5)) if (token.admitted) ledger.giveBack(token)
  const before = crashed(folder).open()
  expect(before.usage(account)?.counted).toBe(10) // they were not written yet
  expect(takeMany(ledger, 1, { limit: 10 }).admitted).toBe(1)
  const after = crashed(folder).open()
  expect(after.usage(account)?.counted).toBe(6)
  for (const token of tokens) if (token.admitted) ledger.giveBack(token)
  for (const token of tokens) if (token.admitted) expect(ledger.giveBack(token)).toBe(false)
  expect(ledger.usage(account)).toMatchObject({ counted: 1, givenBack: 10 })
})

test('a crash before the turn is noted costs nobody anything: none of its requests was answered', () => {
  const folder = ledgerFolder()
  const ledger = folder.open()
  takeMany(ledger, 20, { limit: 100 })
  const taken = Array.from({ length: 30 }, () => ledger.take({ ...account, limit: 100 }, deny, 1, november))
  expect(taken.every(({ admitted }) => admitted)).toBe(true)
  const dead = crashed(folder).open()
  const left = 100 - (dead.usage(account)?.counted ?? 0)
  expect(left).toBeGreaterThanOrEqual(50) // what closed blocks hold of them is counted
  expect(takeMany(dead, 200, { limit: 100 }).admitted).toBe(left)
  ledger.note()
  expect(crashed(folder).open().usage(account)?.counted).toBe(50)
})

test('55: a request that is sent again under its key counts once, also after the process was killed', async () => {
  const folder = ledgerFolder()
  const body = createHash('sha256').update('{"inputs":[]}').digest()
  const enter = (ledger: QuotaLedger) =>
    createIdempotencyKeys(ledger, { warn: () => undefined }).enter(
      { caller: 'ada', license: 'lic', key: 'k', body },
      november,
      () => {
        const answer = ledger.take({ ...account, limit: 10 }, deny, 1, november)
        return answer.admitted ? [answer] : answer
      },
    )
  const first = folder.open()
  const held = enter(first)
  if (!held.admitted) throw held.refusal
  first.note()
  await held.succeed(1)
  const next = crashed(folder)
  const second = next.open()
  const again = enter(second)
  expect(again.admitted && again.bills()).toBe(false)
  expect(counted(second)).toBe(1)
})

test('43: a commit that failed and yet reached the disk hides nothing of what was used after it', () => {
  const folder = ledgerFolder()
  let fails = false
  const ledger = folder.open({
    at: (point) => {
      if (fails && point === 'after-commit') throw new Error('the disk says no')
    },
  })
  expect(takeMany(ledger, 500, { limit: 10_000 }).admitted).toBe(500)
  fails = true
  expect(takeMany(ledger, 1, { limit: 10_000, units: 1000 }).code).toBe('METER_UNAVAILABLE')
  const { admitted: more } = takeMany(ledger, 5000, { limit: 10_000 }) // the rest of the block
  expect(more).toBeGreaterThan(0)
  const next = crashed(folder).open()
  expect(next.usage(account)?.counted).toBe(500 + more)
  expect(takeMany(next, 10_000, { limit: 10_000 }).admitted).toBe(10_000 - 500 - more)
})

test('49: a copy of the database does not bring back what a full tally knows', () => {
  const folder = ledgerFolder()
  const first = folder.open()
  takeMany(first, 10, { limit: 100 })
  first.close()
  copyFileSync(folder.paths.quotaDatabase, `${folder.paths.quotaDatabase}.old`)
  const second = folder.open()
  takeMany(second, 80, { limit: 100 })
  second.close()
  copyFileSync(`${folder.paths.quotaDatabase}.old`, folder.paths.quotaDatabase)
  expect(takeMany(folder.open(), 100, { limit: 100 }).admitted).toBe(10)
})
