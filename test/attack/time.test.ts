/**
 * Attacks on time and faults of clocks, by their numbers: 32 to 35, 38 and 37. Each machine lives through days here;
 * its clocks and its record are the test's.
 */
import { rm } from 'node:fs/promises'
import { pino } from 'pino'
import { afterEach, describe, expect, test } from 'vitest'
import { openLicensing } from '../../src-main/flows/licenses/open-licensing.ts'
import { openLicensedServing } from '../../src-main/flows/serve/licensed-serving.ts'
import { createTrustedClock } from '../../src-main/license/trusted-time/trusted-clock.ts'
import { dataPaths } from '../../src-main/store/data-paths.ts'
import { openNodeDatabase } from '../../src-main/store/open.ts'
import { foreignPackage } from '../support/foreign-package.ts'
import { importAttempt } from '../support/hostile-import.ts'
import { nowSeconds, testIssuer } from '../support/licenses.ts'
import {
  day,
  hour,
  keptRecord,
  type MachineClocks,
  machineClocks,
  minute,
  second,
} from '../support/machine-clocks.ts'
import { ledgerFolder, takeMany } from '../support/quota-ledger.ts'
import { startWholeNode } from '../support/whole-node.ts'

const key = Buffer.alloc(32, 3)
const noon = Date.UTC(2026, 10, 21, 12)

/** A node on a machine: started, run with a look at the clocks each minute, stopped in good order. */
function node(machine: MachineClocks, kept = keptRecord()) {
  let clock = createTrustedClock(machine, kept, key)
  return {
    kept,
    get clock() {
      return clock
    },
    run(duration: number) {
      for (let left = duration; left > 0; left -= minute) {
        machine.run(Math.min(left, minute))
        clock.sync()
      }
    },
    async restart(meanwhile: () => void) {
      await clock.close()
      meanwhile()
      clock = createTrustedClock(machine, kept, key)
    },
    kinds: () => clock.anomalies().map(({ kind }) => kind),
  }
}

/** Off by less than what one look at the clocks is apart from the next. */
const isAbout = (time: number, expected: number) => expect(Math.abs(time - expected)).toBeLessThan(2 * second)

describe('32: the clock is set back while the node runs', () => {
  test.each([
    ['1 hour', hour],
    ['1 year', 365 * day],
  ])('%s: time goes on, and the anomaly is told', (_words, back) => {
    const machine = machineClocks(noon)
    const { clock, run, kinds } = node(machine)
    run(hour)
    machine.set(machine.wall() - back)
    run(3 * hour)
    isAbout(clock.now(), machine.real)
    expect(kinds()).toEqual(['clock-behind'])
    const [anomaly] = clock.anomalies()
    expect(anomaly?.since).toBe(new Date(noon + hour + minute).toISOString())
    expect(anomaly?.hint).toMatch(/NTP/)
  })

  test('again and again, a little each time', () => {
    const machine = machineClocks(noon)
    const { clock, run } = node(machine)
    for (let times = 0; times < 100; times++) {
      machine.set(machine.wall() - 9 * minute)
      run(10 * minute)
    }
    isAbout(clock.now(), machine.real)
  })
})

describe('33: the clock is set back while the node is stopped', () => {
  test('it starts at the time that was reached', async () => {
    const machine = machineClocks(noon)
    const it = node(machine)
    it.run(2 * day)
    await it.restart(() => {
      machine.off(minute)
      machine.set(noon - 30 * day)
    })
    isAbout(it.clock.now(), noon + 2 * day)
    expect(it.kinds()).toEqual(['clock-behind'])
  })

  test('a process started again on the same boot knows what passed meanwhile', async () => {
    const machine = machineClocks(noon)
    const it = node(machine)
    await it.restart(() => {
      machine.run(5 * day)
      machine.set(noon)
    })
    isAbout(it.clock.now(), machine.real)
  })

  test('its record taken away too: what is signed, and what the other process reached, still hold', async () => {
    const machine = machineClocks(noon)
    const serving = node(machine)
    serving.run(2 * day)
    await serving.clock.close()
    machine.off(hour)
    machine.set(noon - 30 * day)
    const alone = createTrustedClock(machine, keptRecord(), key)
    alone.signed(noon - day)
    isAbout(alone.now(), noon - day)
    const paired = createTrustedClock(
      machine,
      keptRecord(null, () => [serving.kept.text]),
      key,
    )
    expect(paired.now()).toBeGreaterThanOrEqual(noon + 2 * day - minute)
  })
})

describe('34: the clock is set ten years forward by mistake, and corrected', () => {
  const ahead = 3653 * day

  test('while the node runs: nothing of it stays', () => {
    const machine = machineClocks(noon)
    const { clock, run, kinds } = node(machine)
    run(3 * day)
    machine.set(machine.wall() + ahead)
    run(20 * hour)
    isAbout(clock.now(), machine.real)
    expect(kinds()).toEqual(['clock-ahead'])
    machine.set(machine.real)
    run(minute)
    isAbout(clock.now(), machine.real)
    expect(kinds()).toEqual([])
  })

  test('over a restart: nothing of it stays', async () => {
    const machine = machineClocks(noon)
    const it = node(machine)
    it.run(3 * day)
    await it.restart(() => {
      machine.off(10 * hour)
      machine.set(machine.wall() + ahead)
    })
    it.run(day)
    expect(it.clock.now()).toBeLessThanOrEqual(machine.real)
    await it.restart(() => {
      machine.off(hour)
      machine.set(machine.real)
    })
    isAbout(it.clock.now(), machine.real)
    expect(it.kinds()).toEqual([])
  })

  test('on the first start of a new node, before anything was signed: the correction is followed', () => {
    const machine = machineClocks(noon)
    machine.set(noon + ahead)
    const { clock, run } = node(machine)
    run(day)
    machine.set(machine.real)
    run(minute)
    isAbout(clock.now(), machine.real)
  })

  test('held for weeks, so that it was believed: a time document for this machine takes it back', () => {
    const machine = machineClocks(noon)
    const { clock, run, kinds } = node(machine)
    run(3 * day)
    machine.set(machine.wall() + ahead)
    run(7 * day)
    isAbout(clock.now(), machine.wall())
    expect(kinds()).toEqual(['clock-jumped'])
    machine.set(machine.real)
    run(day)
    expect(kinds()).toEqual(['clock-behind', 'clock-jumped'])
    clock.signed(machine.real - hour, { forThisNode: true })
    isAbout(clock.now(), machine.real)
    expect(kinds()).toEqual([])
  })

  test('a jump that is real (off for months) is believed after two days of running, or when signed', async () => {
    const machine = machineClocks(noon)
    const it = node(machine)
    it.run(3 * day)
    await it.restart(() => machine.off(100 * day))
    it.run(47 * hour)
    expect(it.clock.now()).toBeLessThan(noon + 6 * day)
    it.run(2 * hour)
    isAbout(it.clock.now(), machine.real)

    const signed = node(machineClocks(noon))
    signed.run(3 * day)
    signed.clock.signed(noon + 100 * day)
    isAbout(signed.clock.now(), noon + 100 * day)
  })

  test('off for a weekend: believed as soon as NTP would have set a wrong clock right, without a word after', async () => {
    const machine = machineClocks(noon)
    const it = node(machine)
    it.run(3 * day)
    await it.restart(() => machine.off(62 * hour))
    it.run(9 * minute)
    expect(it.clock.now()).toBeLessThan(noon + 3 * day + hour)
    it.run(2 * minute)
    isAbout(it.clock.now(), machine.real)
    expect(it.kinds()).toEqual([])
  })

  test('ten days ahead at the start, and set right by NTP: nothing of it stays', async () => {
    const machine = machineClocks(noon)
    const it = node(machine)
    it.run(3 * day)
    await it.restart(() => {
      machine.off(hour)
      machine.set(machine.wall() + 10 * day)
    })
    it.run(5 * minute)
    machine.set(machine.real)
    it.run(minute)
    isAbout(it.clock.now(), machine.real)
    expect(it.kinds()).toEqual([])
  })

  test('no old time document turns back a clock that never jumped', () => {
    const machine = machineClocks(noon)
    const { clock, run } = node(machine)
    run(30 * day)
    machine.set(noon + day)
    run(minute)
    clock.signed(noon + day, { forThisNode: true })
    isAbout(clock.now(), machine.real)
  })
})

describe('35: the battery of the clock is empty', () => {
  test.each([0, Date.UTC(2000, 0, 1)])('it starts at %s: no worse than what was reached', async (wall) => {
    const machine = machineClocks(noon)
    const it = node(machine)
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
    const { clock, run } = node(machine)
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
      const { clock } = node(machine)
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
    const { clock, run, kinds } = node(machine)
    run(hour)
    expect(clock.now()).toBe(start + hour)
    expect(kinds()).toEqual([])
  })

  test('a leap second, as systems show it: the same second twice', () => {
    const machine = machineClocks(Date.UTC(2026, 11, 31, 23, 59, 59))
    const { clock, run, kinds } = node(machine)
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
    const { clock, run, kinds } = node(machine)
    run(hour)
    machine.sleep(3 * day)
    clock.sync()
    isAbout(clock.now(), machine.real)
    expect(kinds()).toEqual([])
  })

  test('seen by the wall clock alone: right after two days of agreement, and not locked out before', () => {
    const machine = machineClocks(noon)
    const { clock, run, kinds } = node(machine)
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
    const { clock, run, kinds } = node(machine)
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
  expect(
    takeMany(ledger, 3, { period: new Date(later).toISOString().slice(0, 7), now: later }).admitted,
  ).toBe(3)
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
  const outpost = await startWholeNode({ serving: null, clock })
  try {
    const foreign = await foreignPackage('acme')
    const issuer = testIssuer('acme', foreign.privateKey)
    await outpost.client.publishers.trust({ name: 'acme', publicKey: issuer.pem })
    const ended = nowSeconds() - 3600
    const document = issuer.license({ iat: ended - 3600, nbf: ended - 3600, exp: ended }).text
    await outpost.client.licenses.install({ document })
    ahead = -2 * day
    const { code } = await importAttempt(outpost, foreign.path)
    await rm(foreign.folder, { recursive: true, force: true })
    expect(code).toBe('imported')
    const { registeredAt } = await outpost.client.models.version({ model: 'acme.cells', version: '1.0.0' })
    expect(Date.parse(registeredAt)).toBeGreaterThan(ended * 1000)
    const { decision } = await outpost.client.licenses.explain({ model: 'acme.cells' })
    expect(decision).toMatchObject({ allowed: false, code: 'LIC_EXPIRED' })
  } finally {
    await outpost[Symbol.asyncDispose]()
  }
}, 60_000)
