/**
 * Opens what licenses are judged by, in control and in serving alike: the machine's identity and traits, and its
 * trusted time. Each of the two processes keeps a time of its own and takes the other's in; the later one holds.
 */
import { createHmac } from 'node:crypto'
import { join } from 'node:path'
import { matchNode } from '../../license/node-traits/match-traits.ts'
import { readTraits } from '../../license/node-traits/read-traits.ts'
import { judgeBinding } from '../../license/node-traits/rebind-grace.ts'
import { bindingHashes, type HashedTrait, hashTraits } from '../../license/node-traits/traits.ts'
import { systemTime, timeFile } from '../../license/trusted-time/system-time.ts'
import {
  createTrustedClock,
  type TimeSource,
  type TrustedClock,
} from '../../license/trusted-time/trusted-clock.ts'
import type { NodeReader } from '../../store/sqlite.ts'
import { createLicensing, type LicenseTime, type Licensing } from './licensing.ts'
import { openMarks } from './marks.ts'
import { loadNodeIdentity } from './node-identity.ts'
import type { BindingOf } from './standings.ts'

export interface LicensingPlace {
  db: NodeReader
  /** Of the data folder, and its keys folder. */
  root: string
  keys: string
  /** Of this node alone: hides traits, and guards the records of the time. */
  pepper: Buffer
  process: 'control' | 'serving'
  /** Tests own the wall clock. */
  wall?: () => number
}

export interface OpenedLicensing {
  licensing: Licensing
  clock: TrustedClock
  /** There was no record of the time that this process keeps: its first start, or it was deleted. */
  isUnrecorded: boolean
  /** Stores the time. */
  close(): Promise<void>
}

/** The machine's clocks are compared so often. */
const syncEveryMs = 1000
/** What the other process has reached is taken in so often: it stores it each minute, and whenever something happened. */
const absorbEveryMs = 5000

const derived = (pepper: Buffer, purpose: string): Buffer =>
  createHmac('sha256', pepper).update(`outpost ${purpose}`).digest()

export async function openLicensing(place: LicensingPlace): Promise<OpenedLicensing> {
  const identity = await loadNodeIdentity(place.keys)
  const traits = hashTraits(await readTraits(place.root, identity.id), derived(place.pepper, 'node traits'))
  const { clock, absorb, isUnrecorded } = openClock(place)
  const timer = setInterval(() => clock.sync(), syncEveryMs)
  timer.unref()
  const otherTimer = setInterval(absorb, absorbEveryMs)
  otherTimer.unref()
  const marks = openMarks(join(place.keys, 'license-marks'), derived(place.pepper, 'license marks'))
  const machine = { bindingOf: bindingBy(traits, () => clock.now()), traits: () => bindingHashes(traits) }
  return {
    licensing: createLicensing(place.db, identity, timeOf(clock), { ...machine, marks }),
    clock,
    isUnrecorded,
    close: async () => {
      clearInterval(timer)
      clearInterval(otherTimer)
      await clock.close()
    },
  }
}

function openClock({ keys, pepper, process, wall }: LicensingPlace): {
  clock: TrustedClock
  absorb: () => void
  isUnrecorded: boolean
} {
  const file = (name: LicensingPlace['process']) => join(keys, `time-${name}`)
  const other = timeFile(file(process === 'control' ? 'serving' : 'control'))
  const own = timeFile(file(process))
  const source: TimeSource = wall ? { ...systemTime(), wall } : systemTime()
  const isUnrecorded = own.read() === null
  const store = { ...own, others: () => [other.read()] }
  const clock = createTrustedClock(source, store, derived(pepper, 'trusted time'))
  let seen = other.read()
  const absorb = () => {
    const record = other.read()
    if (record !== null && record !== seen) clock.absorb(record)
    seen = record
  }
  return { clock, absorb, isUnrecorded }
}

const timeOf = (clock: TrustedClock): LicenseTime => ({
  now: () => Math.floor(clock.now() / 1000),
  isoNow: () => new Date(clock.now()).toISOString(),
  latest: () => Math.floor(clock.latest() / 1000),
  heard: (signedAt) => clock.signed(signedAt * 1000),
  correct: (signedAt) => clock.signed(signedAt * 1000, { forThisNode: true }),
  anomalies: () =>
    clock.anomalies().map(({ kind, since, message, hint }) => ({ kind, since, message, hint })),
})

/** `since` is null before a license was installed: a machine that never was the right one has no time to bind anew. */
const bindingBy =
  (here: readonly HashedTrait[], now: () => number): BindingOf =>
  (license, since) => {
    if (license.nodes === null) return { state: 'any' }
    const match = matchNode(license.nodes, here)
    const state =
      since === null
        ? { matchedAt: null, belowSince: null }
        : { matchedAt: since.boundAt, belowSince: since.belowSince }
    const { verdict, until } = judgeBinding(match, state, now())
    if (verdict === 'bound') return { state: 'bound' }
    const matched = `${match.matched.length} of the ${match.need} traits needed`
    return verdict === 'grace' && until !== null
      ? { state: 'rebind', until: Math.floor(until / 1000), matched }
      : { state: 'mismatch', matched }
  }
