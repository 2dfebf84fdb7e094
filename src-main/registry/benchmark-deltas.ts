/**
 * The figures of a version and how they moved against its predecessor (R12, R17, R20): what the provider states of the
 * evaluation, and what validation measured here. Latency is in milliseconds, the rest in the metric's own unit.
 */
import type { PackageDescriptor } from '../contract/package.ts'
import type { ValidationReport } from '../contract/validation.ts'

export type Figures = Record<string, number>

export function figuresOf(descriptor: PackageDescriptor, validation: ValidationReport | null): Figures {
  const { custom = {}, ...stated } = descriptor.evaluation?.overall ?? {}
  const figures: Figures = {}
  for (const [name, value] of Object.entries({ ...custom, ...stated })) {
    if (value !== undefined) figures[name] = value
  }
  if (validation?.latencyMs) {
    figures.latencyMsP50 = validation.latencyMs.p50
    figures.latencyMsP95 = validation.latencyMs.p95
  }
  const measured = validation?.measured?.accuracy
  if (measured !== undefined && measured !== null) figures.accuracyMeasured = measured
  return figures
}

/** This version minus its predecessor, for each figure that both have. */
export function benchmarkDeltas(figures: Figures, predecessor: Figures | null): Figures {
  if (predecessor === null) return {}
  const deltas: Figures = {}
  for (const [name, value] of Object.entries(figures)) {
    const before = predecessor[name]
    if (before !== undefined) deltas[name] = rounded(value - before)
  }
  return deltas
}

/** The one figure that lists show: accuracy where there is one, else the task's own first. */
export function headlineMetric(
  descriptor: PackageDescriptor,
  validation: ValidationReport | null,
): { name: string; value: number } | null {
  const overall = descriptor.evaluation?.overall
  if (overall?.accuracy !== undefined) return { name: 'accuracy', value: overall.accuracy }
  const [custom] = Object.entries(overall?.custom ?? {})
  if (custom) return { name: custom[0], value: custom[1] }
  const measured = validation?.measured?.accuracy
  return measured === undefined || measured === null ? null : { name: 'accuracyMeasured', value: measured }
}

/** 0.91 - 0.9 is 0.010000000000000009 in binary; nine digits are more than any metric has. */
const rounded = (value: number): number => Math.round(value * 1e9) / 1e9
