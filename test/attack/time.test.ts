/**
 * Faults of clocks and of their records, by their numbers: 33, 35, 37 and 38. Each machine lives through days here; its
 * clocks and its record are the test's. Those that somebody sets are in clock-set.test.ts.
 */
import { pino } from 'pino'
import { afterEach, describe, expect, test } from 'vitest'
import { openLicensing } from '../../src-main/flows/licenses/open-licensing.ts'
import { openLicensedServing } from '../../src-main/flows/serve/licensed-serving.ts'
import { periodAt } from '../../src-main/metering/quota/period.ts'
import { dataPaths } from '../../src-main/store/data-paths.ts'
import { openNodeDatabase } from '../../src-main/store/open.ts'
import { clockedNode, isAbout, noon } from '../support/clocked-node.ts'
import { foreignPackage } from '../support/foreign-package.ts'
import { importAttempt } from '../support/hostile-import.ts'
import { nowSeconds, testIssuer } from '../support/licenses.ts'
import { day, hour, machineClocks, minute, second } from '../support/machine-clocks.ts'
import { ledgerFolder, takeMany } from '../support/quota-ledger.ts'
import { temporaryNode } from '../support/temporary-node.ts'

describe('35: the battery of the clock is empty', () => {
  test.each([0, Date.UTC(2000, 0, 1)])('it starts at %s: no worse than what was reached', async (wall) => {
    const machine = machineClocks(noon)
    const it = clockedNode(machine)
    it.run(2 * day)
    await it.restart(() => {
      machine.off(hour)
      machine.set(wall)
    })
    it.run(hour)
    isAbout(it.clock.now(), noon + 2 * day + hour)
    expect(it.kinds()).toEqual(['clock-unset'])
    expect(it.clock.anomalies()[0]?.hint).toMatch(/battery/)
    machine.set(machine.real)
    it.run(minute)
    isAbout(it.clock.now(), machine.real)
    expect(it.kinds()).toEqual([])
  })

  test('on the first start: what is signed is the time, until the clock is set', () => {
    const machine = machineClocks(noon)
    machine.set(0)
    const { clock, run } = clockedNode(machine)
    clock.signed(noon - hour)
    isAbout(clock.now(), noon - hour)
    machine.set(machine.real)
    clock.signed(noon - hour)
    run(49 * hour)
    isAbout(clock.now(), machine.real)
  })
})

describe('37: time zones, summer time, leap days and leap seconds', () => {
  const zone = process.env.TZ
  afterEach(() => {
    if (zone === undefined) delete process.env.TZ
    else process.env.TZ = zone
  })

  test.each(['Etc/GMT+12', 'Pacific/Kiritimati', 'Europe/Berlin', 'America/New_York', 'UTC'])(
    'the month is that of UTC in %s, changed at run time',
    (name) => {
      const machine = machineClocks(Date.UTC(2026, 9, 31, 23, 59, 59, 999))
      const { clock } = clockedNode(machine)
      process.env.TZ = name
      expect(clock.month()).toBe('2026-10')
      machine.run(1)
      expect(clock.month()).toBe('2026-11')
      clock.sync()
      expect(clock.month()).toBe('2026-11')
    },
  )

  test.each([
    ['spring', Date.UTC(2027, 2, 28, 0, 59)],
    ['autumn', Date.UTC(2026, 9, 25, 0, 59)],
    ['a leap day', Date.UTC(2028, 1, 28, 23, 59)],
  ])('%s: an hour is an hour', (_words, start) => {
    process.env.TZ = 'Europe/Berlin'
    const machine = machineClocks(start)
    const { clock, run, kinds } = clockedNode(machine)
    run(hour)
    expect(clock.now()).toBe(start + hour)
    expect(kinds()).toEqual([])
  })

  test('a leap second, as systems show it: the same second twice', () => {
    const machine = machineClocks(Date.UTC(2026, 11, 31, 23, 59, 59))
    const { clock, run, kinds } = clockedNode(machine)
    run(second)
    const before = clock.now()
    machine.set(machine.wall() - second)
    run(second / 2)
    expect(clock.now()).toBeGreaterThanOrEqual(before)
    expect(clock.month()).toBe('2027-01')
    expect(kinds()).toEqual([])
  })
})

describe('38: the machine sleeps for three days, or its virtual machine is paused', () => {
  test('seen by the counter: the time is right at once', () => {
    const machine = machineClocks(noon)
    const { clock, run, kinds } = clockedNode(machine)
    run(hour)
    machine.sleep(3 * day)
    clock.sync()
    isAbout(clock.now(), machine.real)
    expect(kinds()).toEqual([])
  })

  test('seen by the wall clock alone: right after two days of agreement, and not locked out before', () => {
    const machine = machineClocks(noon)
    const { clock, run, kinds } = clockedNode(machine)
    run(hour)
    machine.sleep(3 * day, false)
    run(hour)
    isAbout(clock.now(), noon + 2 * hour)
    expect(kinds()).toEqual(['clock-ahead'])
    run(2 * day)
    isAbout(clock.now(), machine.real)
  })

  test('an hour that the counter missed is believed at once', () => {
    const machine = machineClocks(noon)
    const { clock, run, kinds } = clockedNode(machine)
    machine.sleep(hour, false)
    run(second)
    isAbout(clock.now(), machine.real)
    expect(kinds()).toEqual([])
  })
})

test('33: whoever deletes the records of the time, and sets the clock back, has the count to answer', async () => {
  const { folder, macKey, time, open } = ledgerFolder()
  const later = Date.now() + 40 * 86_400_000
  // What was counted until the clock was set back.
  Object.assign(time, { wall: later })
  const ledger = open()
  expect(takeMany(ledger, 3, { period: periodAt(later), now: later }).admitted).toBe(3)
  ledger.close()
  const db = openNodeDatabase(folder)
  const pepper = Buffer.alloc(32, 7)
  const config = { dataDir: folder, keyPepper: pepper.toString('hex'), usageKey: macKey.toString('hex') }
  const serving = await openLicensedServing(config, db, pino({ level: 'silent' }))
  await serving.close()
  const keys = dataPaths(folder).keys
  const control = await openLicensing({ db, root: folder, keys, pepper, process: 'control' })
  expect(control.licensing.now() * 1000).toBeGreaterThanOrEqual(later - 1000)
  await control.close()
  db.close()
})

test('33: a version that comes after a license’s end has no grace, also where the clock was set back for its import', async () => {
  let ahead = 0
  const clock = { now: () => Date.now() + ahead, monotonic: () => performance.now() }
  const outpost = await temporaryNode({ serving: null, clock })
  const foreign = await foreignPackage('acme', '1.0.0', outpost.dataDirectory)
  const issuer = testIssuer('acme', foreign.privateKey)
  await outpost.client.publishers.trust({ name: 'acme', publicKey: issuer.pem })
  const ended = nowSeconds() - 3600
  const document = issuer.license({ iat: ended - 3600, nbf: ended - 3600, exp: ended }).text
  await outpost.client.licenses.install({ document })
  ahead = -2 * day
  const { code } = await importAttempt(outpost, foreign.path)
  expect(code).toBe('imported')
  const { registeredAt } = await outpost.client.models.version({ model: 'acme.cells', version: '1.0.0' })
  expect(Date.parse(registeredAt)).toBeGreaterThan(ended * 1000)
  const { decision } = await outpost.client.licenses.explain({ model: 'acme.cells' })
  expect(decision).toMatchObject({ allowed: false, code: 'LIC_EXPIRED' })
}, 60_000)
