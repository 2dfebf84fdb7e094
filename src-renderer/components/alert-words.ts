/** Rules of alerts and figures of drift in words. */
import {
  type AlertMetric,
  type AlertRule,
  type FeatureDrift,
  firesBelow,
} from '../../src-main/contract/alerts.ts'
import type { Tone } from './chip.tsx'

export const metricWords: Record<AlertMetric, string> = {
  psi: 'Drift, population stability index',
  ks: 'Drift, Kolmogorov-Smirnov',
  'error-rate': 'Errors',
  'latency-p95': 'Latency, p95',
  'queue-length': 'Requests that wait',
  quality: 'Quality, by feedback',
}

/** As it was written: 0.25, and not 0.250. */
const short = (value: number): string => String(Number(value.toPrecision(4)))

export function thresholdWords(rule: Pick<AlertRule, 'metric' | 'threshold'>): string {
  const { metric, threshold } = rule
  if (firesBelow(rule)) return `below ${short(threshold)}`
  if (metric === 'error-rate') return `above ${short(threshold * 100)} %`
  return `above ${short(threshold)}${metric === 'latency-p95' ? ' ms' : ''}`
}

export function windowWords(seconds: number): string {
  if (seconds % 3600 === 0) return `${seconds / 3600} h`
  return seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`
}

/** The usual reading of the population stability index (contract/alerts.ts). */
export function driftWords({ psi, psiByChance }: Pick<FeatureDrift, 'psi' | 'psiByChance'>): [Tone, string] {
  if (psi < 0.1 || psi <= psiByChance) return ['ok', 'As in the suite']
  return psi < 0.25 ? ['warn', 'Shifting'] : ['bad', 'Drifted']
}
