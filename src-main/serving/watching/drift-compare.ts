/** One feature of what was seen beside the same of the suite: how far apart they are, and what is usual of each. */
import type { FeatureDrift } from '../../contract/alerts.ts'
import type { Feature } from './drift-features.ts'
import {
  kolmogorovSmirnov,
  kolmogorovSmirnovChance,
  sharesOf,
  stabilityIndex,
  stabilityIndexByChance,
} from './drift-measures.ts'
import { countsOf, type FeatureReference } from './drift-reference.ts'

export function compared(feature: Feature, reference: FeatureReference, seen: Float64Array): FeatureDrift {
  const { side, tensor, name, kind, word } = feature
  const psi = stabilityIndex(reference.shares, sharesOf(countsOf(reference, seen)))
  const ks = kind === 'number' ? kolmogorovSmirnov(reference.values, seen) : null
  const shown = (values: Float64Array): string =>
    kind === 'number'
      ? String(Number((values[Math.floor(values.length / 2)] ?? 0).toPrecision(4)))
      : word(mostFrequent(values))
  return {
    side,
    tensor,
    name,
    kind,
    psi,
    psiByChance: stabilityIndexByChance(reference.shares.length, reference.values.length, seen.length),
    ks,
    ksChance: ks === null ? null : kolmogorovSmirnovChance(ks, reference.values.length, seen.length),
    count: seen.length,
    usual: shown(reference.values),
    seen: shown(seen),
  }
}

function mostFrequent(sorted: Float64Array): number {
  const counts = new Map<number, number>()
  for (const value of sorted) counts.set(value, (counts.get(value) ?? 0) + 1)
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0] ?? 0
}
