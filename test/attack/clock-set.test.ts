/**
 * Attacks on time, by their numbers: 32 to 34, where somebody sets the clock back, or forward and right again. Each
 * machine lives through days here; its clocks and its record are the test's.
 */
import { describe, expect, test } from 'vitest'
import { clockedNode, isAbout, noon } from '../support/clocked-node.ts'
import { day, hour, keptRecord, machineClocks, minute } from '../support/machine-clocks.ts'

describe('32: the clock is set back while the node runs', () => {
  test.each([
    ['1 hour', hour],
    ['1 year', 365 * day],
  ])('%s: time goes on, and the anomaly is told', (_words, back) => {
    const machine = machineClocks(noon)
    const { clock, run, kinds } = clockedNode(machine)
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
    const { clock, run } = clockedNode(machine)
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
    const it = clockedNode(machine)
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
    const it = clockedNode(machine)
    await it.restart(() => {
      machine.run(5 * day)
      machine.set(noon)
    })
    isAbout(it.clock.now(), machine.real)
  })

  test('its record taken away too: what is signed, and what the other process reached, still hold', async () => {
    const machine = machineClocks(noon)
    const serving = clockedNode(machine)
    serving.run(2 * day)
    await serving.clock.close()
    machine.off(hour)
    machine.set(noon - 30 * day)
    const { clock: alone } = clockedNode(machine)
    alone.signed(noon - day)
    isAbout(alone.now(), noon - day)
    const { clock: paired } = clockedNode(
      machine,
      keptRecord(null, () => [serving.kept.text]),
    )
    expect(paired.now()).toBeGreaterThanOrEqual(noon + 2 * day - minute)
  })
})

describe('34: the clock is set ten years forward by mistake, and corrected', () => {
  const ahead = 3653 * day

  test('while the node runs: nothing of it stays', () => {
    const machine = machineClocks(noon)
    const { clock, run, kinds } = clockedNode(machine)
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
    const it = clockedNode(machine)
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
    const { clock, run } = clockedNode(machine)
    run(day)
    machine.set(machine.real)
    run(minute)
    isAbout(clock.now(), machine.real)
  })

  test('held for weeks, so that it was believed: a time document for this machine takes it back', () => {
    const machine = machineClocks(noon)
    const { clock, run, kinds } = clockedNode(machine)
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
    const it = clockedNode(machine)
    it.run(3 * day)
    await it.restart(() => machine.off(100 * day))
    it.run(47 * hour)
    expect(it.clock.now()).toBeLessThan(noon + 6 * day)
    it.run(2 * hour)
    isAbout(it.clock.now(), machine.real)

    const signed = clockedNode(machineClocks(noon))
    signed.run(3 * day)
    signed.clock.signed(noon + 100 * day)
    isAbout(signed.clock.now(), noon + 100 * day)
  })

  test('off for a weekend: believed as soon as NTP would have set a wrong clock right, without a word after', async () => {
    const machine = machineClocks(noon)
    const it = clockedNode(machine)
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
    const it = clockedNode(machine)
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
    const { clock, run } = clockedNode(machine)
    run(30 * day)
    machine.set(noon + day)
    run(minute)
    clock.signed(noon + day, { forThisNode: true })
    isAbout(clock.now(), machine.real)
  })
})
