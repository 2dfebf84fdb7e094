/**
 * Drift of what is served (R177, R178): a few requests a second are looked at as they pass, their values kept as
 * numbers, and compared with the version's own suite when someone asks or a rule is looked at. A request pays for it by
 * some microseconds at most, and the others by one comparison.
 */
import type { Log } from '../../base/log.ts'
import type { Tensor } from '../../base/tensors.ts'
import type { DriftRow, FeatureDrift } from '../../contract/alerts.ts'
import type { ProcessingPlan, ProcessingPort } from '../hosting/processing-port.ts'
import type { Target } from '../infer/target.ts'
import type { Routes, RouteTarget } from '../routing/routes.ts'
import { compared } from './drift-compare.ts'
import { type Feature, featuresOf, rowsOf, takeRow } from './drift-features.ts'
import { type DriftReference, type FeatureReference, readReference } from './drift-reference.ts'
import { createDriftSamples, type DriftSamples } from './drift-samples.ts'

/** Looked back on where no rule says otherwise. */
const horizonMsDefault = 3_600_000
/** Rows of one request that are looked at. */
const rowsMax = 8
/** Fewer are compared with nothing. */
const samplesMin = 20

interface Watched {
  endpoint: string
  target: RouteTarget
  features: Feature[]
  samples: DriftSamples
  horizonMs: number
  /** By how far back was looked. */
  measured: Map<number, { at: number; added: number; found: Measured }>
}

/** Null where there is nothing to compare. */
type Measured = { samples: number; features: FeatureDrift[] } | null

/** A measure is good for so long. */
const freshMs = 5000
/** Where no request was looked at since then. */
const restingMs = 60_000
/** In which the measures of a second stop: they run where requests are answered. */
const lookMsMax = 4

type Reference = DriftReference | 'waiting' | null

export interface DriftWatch {
  /** `horizonMs` of the rules on drift: how far back the longest looks. */
  follow(routes: Routes, horizonMs: number | null): void
  /** Before the run, whose thread takes the inputs; what it returns takes the outputs. Null where it is not looked at. */
  begin(target: Target, inputs: readonly Tensor[]): ((outputs: readonly Tensor[]) => void) | null
  /** The features since so long ago, the furthest first; null where there is nothing to compare. */
  measure(endpoint: string, versionId: string, windowMs: number): Measured
  /** Measures what is due, a few milliseconds at most; called each second. */
  look(): void
  /** As it was measured last. */
  rows(): DriftRow[]
}

export interface DriftWatchOptions {
  now: () => number
  dataDir: string
  prepareCase: ProcessingPort['prepareCase']
  log: Log
}

export function createDriftWatch({ now, dataDir, prepareCase, log }: DriftWatchOptions): DriftWatch {
  let horizonMs = horizonMsDefault
  let watched = new Map<string, Watched>()
  /** Asked for with each request; a target is the same object for as long as its snapshot. */
  let byTarget = new WeakMap<RouteTarget, Watched>()
  const references = new Map<string, Reference>()
  const features = new Map<string, Feature[]>()
  const keyOf = (endpoint: string, versionId: string): string => `${endpoint}|${versionId}`

  /** The same for all endpoints of a version, since they share its reference. */
  function featuresFor(versionId: string, plan: ProcessingPlan): Feature[] {
    const made = features.get(versionId) ?? featuresOf(plan)
    features.set(versionId, made)
    return made
  }

  function watchedOf({ endpoint, traffic, ready }: Target): Watched | null {
    if (!traffic) return null
    const { target } = traffic
    const met = byTarget.get(target)
    if (met) return met
    const key = keyOf(endpoint, target.versionId)
    const known = watched.get(key)
    if (known) {
      byTarget.set(target, known)
      return known
    }
    const its = featuresFor(target.versionId, ready.plan)
    const samples = createDriftSamples(its.length, horizonMs)
    const made = { endpoint, target, features: its, samples, horizonMs, measured: new Map() }
    watched.set(key, made)
    return made
  }

  function refer(target: Target, its: Feature[]): void {
    const { versionId } = target.version
    if (references.has(versionId)) return
    references.set(versionId, 'waiting')
    const goOn = () => references.get(versionId) === 'waiting'
    readReference(dataDir, target, its, prepareCase, goOn).then(
      (made) => goOn() && references.set(versionId, made),
      (error: unknown) => {
        if (goOn()) references.set(versionId, null) // a suite is for judging; that it cannot be run stops no model from serving
        log.warn(
          { err: error, model: target.version.model },
          'a suite could not be run as the reference of drift',
        )
      },
    )
  }

  function take(one: Watched, target: Target, inputs: readonly Tensor[]) {
    const { loaded } = target.ready
    const spread = (specs: typeof loaded.inputs, at: number) => (tensor: Tensor) => {
      const spec = specs.find(({ name }) => name === tensor.name)
      const rows = spec ? rowsOf(tensor, spec) : 1
      return { row: Math.floor((at * rows) / Math.min(rows, rowsMax)), rows }
    }
    const spec = loaded.inputs.find(({ name }) => name === inputs[0]?.name)
    const count = Math.min(rowsMax, inputs[0] && spec ? rowsOf(inputs[0], spec) : 1)
    const rows = Array.from({ length: count }, (_, at) => {
      const values = new Float64Array(one.features.length).fill(Number.NaN)
      takeRow(one.features, 'input', inputs, spread(loaded.inputs, at), values)
      return values
    })
    return (outputs: readonly Tensor[]) => {
      const at = now()
      for (const [row, values] of rows.entries()) {
        takeRow(one.features, 'output', outputs, spread(loaded.outputs, row), values)
        one.samples.add(at, values)
      }
      refer(target, one.features)
    }
  }

  function compare(one: Watched, windowMs: number): Measured {
    const reference = references.get(one.target.versionId)
    if (!reference || reference === 'waiting') return null
    const from = now() - windowMs
    const found = one.features.flatMap((feature, at) => {
      const its = reference.features[at] as FeatureReference
      const seen = one.samples.sorted(at, from)
      return seen.length < samplesMin || its.values.length === 0 ? [] : [compared(feature, its, seen)]
    })
    return { samples: one.samples.count(from), features: found.sort((a, b) => b.psi - a.psi) }
  }

  function measureOf(one: Watched, windowMs: number): Measured {
    const known = one.measured.get(windowMs)
    const at = now()
    const added = one.samples.added()
    if (known && at - known.at < (known.added === added ? restingMs : freshMs)) return known.found
    const found = compare(one, windowMs)
    if (found) one.measured.set(windowMs, { at, added, found })
    return found
  }

  return {
    follow: (routes, ruled) => {
      byTarget = new WeakMap()
      horizonMs = ruled ?? horizonMsDefault
      // What is stopped has no drift: what it was asked before says nothing of what is served.
      const served = [...routes.endpoints.values()].flatMap(({ name, targets, desired }) =>
        desired === 'running'
          ? targets.map((target) => [keyOf(name, target.versionId), target] as const)
          : [],
      )
      watched = new Map(
        served.flatMap(([key, target]) => {
          const known = watched.get(key)
          if (!known) return []
          if (known.horizonMs !== horizonMs) known.samples.lookBack(now(), horizonMs)
          return [[key, { ...known, target, horizonMs, measured: new Map() }]]
        }),
      )
      const versions = new Set(served.map(([, { versionId }]) => versionId))
      for (const known of [references, features])
        for (const versionId of known.keys()) if (!versions.has(versionId)) known.delete(versionId)
    },
    begin: (target, inputs) => {
      const one = watchedOf(target)
      return one?.samples.isDue(now()) && one.features.length > 0 ? take(one, target, inputs) : null
    },
    measure: (endpoint, versionId, windowMs) => {
      const one = watched.get(keyOf(endpoint, versionId))
      return one ? measureOf(one, windowMs) : null
    },
    look: () => {
      const until = performance.now() + lookMsMax
      const aged = [...watched.values()].map((one) => ({
        one,
        at: one.measured.get(one.horizonMs)?.at ?? Number.NEGATIVE_INFINITY,
      }))
      for (const { one } of aged.sort((a, b) => a.at - b.at)) {
        if (performance.now() > until) return
        measureOf(one, one.horizonMs)
      }
    },
    rows: () =>
      [...watched.values()].map((one) => {
        const { version, name } = one.target
        const reference = references.get(version.versionId)
        const measured = one.measured.get(one.horizonMs)?.found ?? null
        return {
          endpoint: one.endpoint,
          model: version.model,
          version: name,
          reference: reference === null ? 'none' : measured ? 'ready' : 'waiting',
          cases: reference && reference !== 'waiting' ? reference.cases : 0,
          samples: one.samples.count(now() - one.horizonMs),
          features: measured?.features ?? [],
        }
      }),
  }
}
