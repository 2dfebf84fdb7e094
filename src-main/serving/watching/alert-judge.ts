/** What a rule of alerts finds in what was seen: its value beside the threshold, and that in words. */
import type { AlertRule, FeatureDrift } from '../../contract/alerts.ts'
import type { RuleWindow } from './rule-window.ts'

/** As often may a rule fire on what is like the suite, a feature and a look; as for the index. */
const byChance = 1e-4

/** What a rule finds: null where there is too little to judge. */
export type Judged = { value: number; message: string } | null

const percent = (share: number): string => `${Math.round(share * 1000) / 10} %`
const short = (value: number): string => String(Number(value.toPrecision(3)))

export function judgeWindow(rule: AlertRule, window: RuleWindow, at: number): Judged {
  const { metric, threshold, windowSeconds } = rule
  const count = window.count(at)
  // A queue is looked at once a second, whatever is asked.
  const countMin = metric === 'queue-length' ? Math.min(rule.countMin, windowSeconds) : rule.countMin
  if (count < countMin) return null
  if (metric === 'latency-p95') {
    const value = window.quantile(at, 0.95) ?? 0
    const message = `p95 is ${short(value)} ms, of ${count} requests in ${windowSeconds} s; the rule says ${threshold} ms`
    return { value, message }
  }
  const value = window.mean(at)
  if (metric === 'quality') {
    const message = `The mean quality is ${short(value)}, of ${count} scores in ${windowSeconds} s; the rule says ${threshold}`
    return { value, message }
  }
  const message =
    metric === 'error-rate'
      ? `${percent(value)} of ${count} requests in ${windowSeconds} s failed; the rule says ${percent(threshold)}`
      : `${short(value)} requests waited on average of ${windowSeconds} s; the rule says ${threshold}`
  return { value, message }
}

export function judgeDrift(rule: AlertRule, measured: { samples: number; features: FeatureDrift[] }): Judged {
  const distanceOf = (feature: FeatureDrift): number => {
    if (rule.metric === 'psi') return feature.psi > feature.psiByChance ? feature.psi : 0
    return (feature.ksChance ?? 1) < byChance ? (feature.ks ?? 0) : 0
  }
  const [first] = measured.features.toSorted((a, b) => distanceOf(b) - distanceOf(a))
  if (!first) return null
  if (distanceOf(first) === 0)
    return {
      value: 0,
      message: `No feature is further from the suite than chance, over ${measured.samples} samples.`,
    }
  const name = rule.metric === 'psi' ? 'The population stability index' : 'The Kolmogorov-Smirnov distance'
  const value = distanceOf(first)
  const message = `${name} of the ${first.side} ${first.tensor}, ${first.name}, is ${short(value)} over ${measured.samples} samples; the rule says ${rule.threshold}`
  return { value, message }
}
