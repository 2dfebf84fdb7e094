/** Trusted time over any life of a machine: what it may never do, whatever is done to its clocks and its record. */
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { systemTime, timeFile } from '../../../src-main/license/trusted-time/system-time.ts'
import {
  mergeTime,
  readTimeRecord,
  writeTimeRecord,
} from '../../../src-main/license/trusted-time/time-record.ts'
import { advanceTime, beginTime, raiseTime } from '../../../src-main/license/trusted-time/time-state.ts'
import { createTrustedClock } from '../../../src-main/license/trusted-time/trusted-clock.ts'
import { day, hour, keptRecord, machineClocks, minute } from '../../support/machine-clocks.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const key = Buffer.alloc(32, 3)
const noon = Date.UTC(2026, 10, 21, 12)

const event = fc.oneof(
  fc.record({ kind: fc.constantFrom('run', 'sleep', 'unseen', 'off', 'restart'), by: fc.nat(3 * day) }),
  fc.record({
    kind: fc.constantFrom('set', 'signed'),
    by: fc.oneof(
      fc.integer({ min: -3 * day, max: 3 * day }),
      fc.integer({ min: -4000 * day, max: 4000 * day }),
    ),
  }),
)
const life = fc.array(event, { maxLength: 40 })

/** Plays a life, and shows each moment of it to `look`. */
function live(
  events: ReadonlyArray<{ kind: string; by: number }>,
  look: (now: number, least: number) => void,
): void {
  const machine = machineClocks(noon)
  let state = raiseTime(beginTime({ wall: noon, sinceBoot: 5000, boot: machine.boot }), noon)
  state = { ...state, fresh: null }
  let least = noon
  for (const { kind, by } of events) {
    if (kind === 'run') machine.run(by)
    if (kind === 'sleep' || kind === 'unseen') machine.sleep(by, kind === 'sleep')
    if (kind === 'off') machine.off(by)
    if (kind === 'set') machine.set(machine.wall() + by)
    if (kind === 'run' || kind === 'sleep') least += by
    state = advanceTime(state, { wall: machine.wall(), sinceBoot: machine.sinceBoot(), boot: machine.boot })
    if (kind === 'restart') state = readTimeRecord(writeTimeRecord(state, key), key) ?? state
    if (kind === 'signed' && noon + by < Date.UTC(9999, 0)) {
      state = raiseTime(state, noon + by)
      least = Math.max(least, noon + by)
    }
    look(state.time, least)
  }
}

describe('trusted time', () => {
  test('never goes back, and is never before what ran since and what is signed', () => {
    fc.assert(
      fc.property(life, (events) => {
        let last = 0
        live(events, (now, least) => {
          expect(now).toBeGreaterThanOrEqual(last)
          expect(now).toBeGreaterThanOrEqual(least)
          last = now
        })
      }),
    )
  })

  test('is that of a clock that nobody touched', () => {
    const untouched = life.map((events) =>
      events.filter(({ kind }) => ['run', 'sleep', 'restart'].includes(kind)),
    )
    fc.assert(
      fc.property(untouched, (events) => {
        live(events, (now, least) => expect(now).toBe(least))
      }),
    )
  })

  test('keeps nothing of a clock set years ahead and corrected within two days of running', () => {
    const held = fc.array(fc.record({ kind: fc.constantFrom('run', 'sleep', 'off'), by: fc.nat(5 * hour) }), {
      maxLength: 8,
    })
    fc.assert(
      fc.property(fc.integer({ min: 2 * day, max: 9000 * day }), held, (ahead, events) => {
        const machine = machineClocks(noon)
        const clock = createTrustedClock(machine, keptRecord(), key)
        for (let hours = 0; hours < 72; hours++) {
          machine.run(hour)
          clock.sync()
        }
        machine.set(machine.wall() + ahead)
        for (const { kind, by } of events) {
          if (kind === 'off') machine.sleep(by, false)
          else machine[kind === 'run' ? 'run' : 'sleep'](by)
          clock.sync()
          expect(clock.now()).toBeLessThanOrEqual(machine.real)
        }
        machine.set(machine.real)
        clock.sync()
        expect(clock.now()).toBe(machine.real)
        expect(clock.anomalies()).toEqual([])
      }),
    )
  })

  test('nothing that a wall clock can say stops it', () => {
    const machine = machineClocks(noon)
    const clock = createTrustedClock(machine, keptRecord(), key)
    for (const wall of [Number.NaN, Number.POSITIVE_INFINITY, -1e300, 8.64e15, Number.MAX_VALUE]) {
      machine.set(wall)
      clock.sync()
      expect(clock.now()).toBe(noon)
      expect(clock.anomalies().every(({ message }) => message.length > 0)).toBe(true)
      expect(readTimeRecord(clock.record(), key)).not.toBeNull()
    }
  })
})

describe('the record', () => {
  const reading = { wall: noon, sinceBoot: 5000, boot: 'boot-1' }
  const stateAt = fc
    .record({
      wall: fc.integer({ min: noon - day, max: noon + day }),
      sinceBoot: fc.nat(day),
      boot: fc.constantFrom('a', 'b'),
    })
    .chain((at) => fc.nat(day).map((more) => raiseTime(beginTime(at), noon - day + more)))

  test('each flipped bit and each length of it is found, and none stops the node', () => {
    const text = writeTimeRecord(beginTime(reading), key)
    const bytes = Buffer.from(text)
    for (let at = 0; at < bytes.length - 1; at++) {
      expect(readTimeRecord(text.slice(0, at), key)).toBeNull()
      const flipped = Buffer.from(bytes)
      flipped[at] = (flipped[at] ?? 0) ^ (1 << (at % 8))
      expect(readTimeRecord(flipped.toString('latin1'), key)).toBeNull()
    }
    expect(readTimeRecord(text, Buffer.alloc(32, 4))).toBeNull()
  })

  test('two of them: in either order the same, and no earlier than each', () => {
    fc.assert(
      fc.property(stateAt, stateAt, (a, b) => {
        const merged = mergeTime(a, b)
        expect(mergeTime(b, a)).toEqual(merged)
        expect(mergeTime(a, a)).toEqual(a)
        expect(merged.signed).toBe(Math.max(a.signed, b.signed))
        const now = { wall: 0, sinceBoot: 2 * day, boot: a.boot }
        const after = Math.max(advanceTime(a, now).time, advanceTime(b, now).time)
        if (a.boot === b.boot) expect(advanceTime(merged, now).time).toBe(after)
        else expect(merged.time).toBeGreaterThanOrEqual(Math.max(a.time, b.time))
      }),
    )
  })

  test('one that was corrected wins over one that still has the mistake', () => {
    const wrong = { ...beginTime(reading), time: noon + 3000 * day }
    const right = { ...beginTime(reading), corrected: noon - hour, signed: noon - hour }
    expect(mergeTime(wrong, right).time).toBe(noon)
    expect(mergeTime(right, wrong).time).toBe(noon)
  })

  test('what the other process learns is taken in', () => {
    const machine = machineClocks(noon)
    const [control, serving] = [keptRecord(), keptRecord()].map((kept) =>
      createTrustedClock(machine, kept, key),
    )
    control?.signed(noon + 5 * hour)
    machine.run(minute)
    serving?.absorb(control?.record() ?? '')
    expect(serving?.now()).toBe(noon + 5 * hour + minute)
    serving?.absorb('nonsense')
    expect(serving?.now()).toBe(noon + 5 * hour + minute)
  })

  test('a lost one and one that cannot be written are told', async () => {
    const machine = machineClocks(noon)
    const full = { read: () => 'torn', write: () => Promise.reject(new Error('ENOSPC: no space left')) }
    const clock = createTrustedClock(machine, full, key)
    await clock.close()
    expect(clock.anomalies().map(({ kind }) => kind)).toEqual(['record-lost', 'record-unwritable'])
    expect(clock.anomalies()[1]?.evidence).toEqual({ error: 'ENOSPC: no space left' })
  })

  test('is written once a minute where nothing happens, at the change of a month, and at what is signed', async () => {
    const machine = machineClocks(Date.UTC(2026, 10, 30, 23, 57))
    let writes = 0
    const kept = keptRecord()
    const clock = createTrustedClock(
      machine,
      {
        read: kept.read,
        async write(text) {
          writes++
          await kept.write(text)
        },
      },
      key,
    )
    const pass = async (duration: number) => {
      machine.run(duration)
      clock.sync()
      await new Promise(setImmediate)
    }
    for (let times = 0; times < 120; times++) await pass(1000)
    expect(writes).toBe(3)
    for (let times = 0; times < 59; times++) await pass(1000)
    expect(writes).toBe(3)
    await pass(1000)
    expect(writes).toBe(4)
    clock.signed(machine.real + hour)
    await new Promise(setImmediate)
    expect(writes).toBe(5)
  })

  test('a folder that was removed is not made anew for a record', async () => {
    const folder = temporaryFolder()
    const clock = createTrustedClock(systemTime(), timeFile(join(folder, 'keys', 'control')), key)
    rmSync(folder, { recursive: true })
    await clock.close()
    expect(existsSync(folder)).toBe(false)
    expect(clock.anomalies().map(({ kind }) => kind)).toContain('record-unwritable')
  })

  test('on this machine: files that outlive the process, and one that cannot be read', async () => {
    const folder = temporaryFolder()
    const [own, other] = [join(folder, 'control'), join(folder, 'serving')]
    const first = createTrustedClock(systemTime(), timeFile(own, [other]), key)
    first.signed(Date.now() + 12 * hour)
    await first.close()
    const second = createTrustedClock(systemTime(), timeFile(other, [own]), key)
    expect(second.now()).toBeGreaterThanOrEqual(first.now() - 1000)
    expect(second.anomalies().map(({ kind }) => kind)).toEqual(['clock-behind'])
    writeFileSync(own, 'torn')
    const third = createTrustedClock(systemTime(), timeFile(own), key)
    expect(third.anomalies().map(({ kind }) => kind)).toEqual(['record-lost'])
    await Promise.all([second.close(), third.close()])
  })
})
