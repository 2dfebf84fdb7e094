/** Attacks on the count, by their numbers: the edge of the quota, months and zones, limits that change. */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, describe, expect, onTestFinished, test } from 'vitest'
import { periodAt, periodEnd } from '../../src-main/metering/quota/period.ts'
import type { QuotaToken } from '../../src-main/metering/quota/types.ts'
import { deny, ledgerFolder, november, takeMany } from '../support/quota-ledger.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const december = Date.UTC(2026, 11, 1)
const counts = (ledger: ReturnType<ReturnType<typeof ledgerFolder>['open']>) =>
  Object.fromEntries(ledger.accounts().map(({ period, counted }) => [period, counted]))

test('36: each of 1000 in flight over the end of a month counts once, in the month of its admission', async () => {
  const folder = ledgerFolder()
  const ledger = folder.open()
  const take = async (at: number, index: number) => {
    const token = ledger.take({ id: 'lic', period: periodAt(at), limit: 600 }, deny, 1, at)
    await new Promise(setImmediate)
    if (!token.admitted) throw token.refusal
    if (index % 10 === 0) ledger.giveBack(token)
    else ledger.settle(token, 1)
    return token.period
  }
  const flights = Array.from({ length: 1000 }, (_, at) => take(at < 500 ? december - 1 : december, at))
  const periods = await Promise.all(flights)
  expect(periods.filter((period) => period === '2026-11')).toHaveLength(500)
  expect(counts(ledger)).toEqual({ '2026-11': 450, '2026-12': 450 })
  expect(takeMany(ledger, 300, { period: '2026-12', limit: 600, now: december }).admitted).toBe(150)
  ledger.close()
  expect(counts(folder.open())).toEqual({ '2026-11': 450, '2026-12': 600 })
})

describe('37', () => {
  const before = process.env.TZ
  afterEach(() => {
    if (before === undefined) delete process.env.TZ
    else process.env.TZ = before
  })
  const offsets = Array.from({ length: 27 }, (_, at) => at - 12)
  const zones = [
    ...offsets.map((hours) => `Etc/GMT${hours > 0 ? '-' : '+'}${Math.abs(hours)}`),
    'Asia/Kathmandu',
    'Pacific/Chatham',
  ]
  test.each(zones)('37: the months of UTC hold in %s', (zone) => {
    process.env.TZ = zone
    for (let month = 0; month < 12; month++) {
      const start = Date.UTC(2028, month, 1) // a leap year
      const key = `2028-${String(month + 1).padStart(2, '0')}`
      expect(periodAt(start)).toBe(key)
      expect(periodAt(start - 1)).not.toBe(key)
      expect(periodAt(periodEnd(key) - 1)).toBe(key)
      expect(periodAt(periodEnd(key))).not.toBe(key)
    }
    expect(periodAt(Date.UTC(2028, 1, 29, 23, 59, 59, 999))).toBe('2028-02')
  })

  test.each([
    ['Europe/Berlin', Date.UTC(2026, 2, 29, 1)],
    ['Europe/Berlin', Date.UTC(2026, 9, 25, 1)],
    ['America/New_York', Date.UTC(2026, 2, 8, 7)],
    ['America/New_York', Date.UTC(2026, 10, 1, 6)],
    ['Antarctica/Troll', Date.UTC(2026, 9, 25, 1)],
  ])(
    '37: the change of summer time in %s at %i changes nothing, nor does a new zone while it runs',
    (zone, at) => {
      const ledger = ledgerFolder().open()
      process.env.TZ = zone
      let admitted = 0
      for (let minutes = -180; minutes <= 180; minutes += 5) {
        if (minutes === 0) process.env.TZ = 'Pacific/Kiritimati'
        const now = at + minutes * 60_000
        admitted += takeMany(ledger, 1, { period: periodAt(now), limit: 50, now }).admitted
      }
      const months = new Set([periodAt(at - 180 * 60_000), periodAt(at + 180 * 60_000)])
      expect(admitted).toBe(months.size === 1 ? 50 : 73)
    },
  )
})

test('39: a month that is over does not come back', () => {
  const folder = ledgerFolder()
  const first = folder.open()
  expect(takeMany(first, 5, { limit: 100 }).admitted).toBe(5)
  expect(takeMany(first, 100, { period: '2026-12', limit: 100, now: december }).admitted).toBe(100)
  expect(takeMany(first, 1, { limit: 100 }).code).toBe('QUOTA_EXCEEDED')
  expect(takeMany(first, 3, { id: 'other', limit: 100 }).admitted).toBe(3)
  expect(first.usage({ id: 'other', period: '2026-12' })?.counted).toBe(3)
  first.close()
  const second = folder.open()
  expect(takeMany(second, 1, { limit: 100 }).code).toBe('QUOTA_EXCEEDED')
  expect(takeMany(second, 1, { id: 'new', limit: 100 }).admitted).toBe(1)
  expect(second.usage({ id: 'new', period: '2026-12' })?.counted).toBe(1)
})

test.each([0, 1, 7, 999, 1000, 1001])('41: with %i left, 1000 at once are admitted exactly', async (left) => {
  const ledger = ledgerFolder().open()
  const limit = 500 + left
  expect(takeMany(ledger, 500, { limit }).admitted).toBe(500)
  const answers = await Promise.all(
    Array.from({ length: 1000 }, async () => {
      await new Promise(setImmediate)
      return ledger.take({ id: 'lic', period: '2026-11', limit }, deny, 1, november)
    }),
  )
  const refused = answers.filter((answer) => !answer.admitted)
  expect(1000 - refused.length).toBe(Math.min(left, 1000))
  for (const { refusal } of refused) {
    expect(refusal).toMatchObject({ code: 'QUOTA_EXCEEDED', status: 429 })
    expect(refusal.details?.resetAt).toBe('2026-12-01T00:00:00.000Z')
  }
})

const owner = async (folder: string, limit: number) => {
  const entry = join(import.meta.dirname, 'owner-process.ts')
  const child = spawn(process.execPath, [entry, folder, String(limit)], { stdio: ['ignore', 'pipe', 'pipe'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  const ended = once(child, 'close').then(([code]) => ({ child, code: code as number, port: null }))
  const said = once(child.stdout, 'data').then(([port]) => ({ child, code: null, port: String(port).trim() }))
  return await Promise.race([ended, said])
}

test.each([400, 1999, 2000, 2500])(
  '42: four processes race for %i units and get exactly those',
  async (limit) => {
    const { port } = await owner(join(temporaryFolder(), 'data'), limit)
    if (port === null) throw new Error('the owner did not start')
    const client = join(import.meta.dirname, 'client-process.ts')
    const ends = await Promise.all(
      [1, 2, 3, 4].map(() => promisify(execFile)(process.execPath, [client, port, '500'])),
    )
    const statuses = ends.map(({ stdout }) => JSON.parse(stdout) as Record<string, number>)
    const sum = (status: number) => statuses.reduce((all, one) => all + (one[status] ?? 0), 0)
    expect([sum(200), sum(429)]).toEqual([Math.min(limit, 2000), 2000 - Math.min(limit, 2000)])
  },
)

test('42: a second owner of the same files is refused, and one after the death of the first is not', async () => {
  const folder = ledgerFolder()
  const first = await owner(folder.folder, 10)
  expect(first.port).not.toBeNull()
  expect(await owner(folder.folder, 10)).toMatchObject({ port: null, code: 1 })
  expect(() => folder.open()).toThrow(expect.objectContaining({ code: 'DATA_DIR_IN_USE' }))
  first.child.kill('SIGKILL')
  await once(first.child, 'exit')
  expect(() => ledgerFolder(folder.folder).open({ macKey: Buffer.alloc(32, 5) })).not.toThrow()
})

describe('56', () => {
  test('56: a limit that is lowered below what was used denies at once, one that is raised admits at once', () => {
    const ledger = ledgerFolder().open()
    expect(takeMany(ledger, 500, { limit: 10_000 }).admitted).toBe(500)
    expect(takeMany(ledger, 1, { limit: 100 }).code).toBe('QUOTA_EXCEEDED')
    expect(ledger.usage({ id: 'lic', period: '2026-11' })).toMatchObject({ counted: 500, remaining: 0 })
    expect(takeMany(ledger, 100, { limit: 510 }).admitted).toBe(10)
    expect(takeMany(ledger, 1000, { limit: 1000 }).admitted).toBe(490)
    expect(takeMany(ledger, 1000, { limit: 1000 }).admitted).toBe(0)
  })

  test('56: tokens of before the change end as they would have', () => {
    const ledger = ledgerFolder().open()
    const taken = Array.from({ length: 50 }, () =>
      ledger.take({ id: 'lic', period: '2026-11', limit: 100 }, deny, 1, november),
    ).filter((answer): answer is QuotaToken => answer.admitted)
    expect(takeMany(ledger, 1, { limit: 20 }).admitted).toBe(0)
    for (const token of taken.slice(0, 40)) ledger.giveBack(token)
    expect(takeMany(ledger, 100, { limit: 20 }).admitted).toBe(10)
  })
})

test('57: what has no limit is counted and never denied', () => {
  const folder = ledgerFolder()
  const first = folder.open()
  expect(takeMany(first, 5000, { limit: null }).admitted).toBe(5000)
  expect(takeMany(first, 10, { limit: null, units: 1_000_000 }).admitted).toBe(10)
  first.close()
  const second = folder.open()
  expect(second.usage({ id: 'lic', period: '2026-11' })).toMatchObject({
    counted: 10_005_000,
    remaining: null,
  })
})
