/** A traffic policy while it is edited: numbers may be half typed, shares are percents, and rows have keys of their own. */
import type { TrafficPolicy } from '../../../src-main/contract/traffic.ts'

type Typed = number | string
type Metric = TrafficPolicy['rollback'][number]['metric']

export interface DraftRule {
  key: number
  name: string
  header: string
  values: string[]
  version: string | null
}

export interface DraftRollback {
  key: number
  metric: Metric
  threshold: Typed
  windowSeconds: Typed
  requestsMin: Typed
}

interface PolicyDraft {
  stickyBy: TrafficPolicy['stickyBy']
  rules: DraftRule[]
  rollback: DraftRollback[]
  failover: string[]
  cached: boolean
  entriesMax: Typed
  secondsMax: Typed
  tolerance: Typed
}

export const isShare = (metric: Metric): boolean => metric === 'error-rate' || metric === 'divergence'

let lastKey = 0
export const nextKey = (): number => {
  lastKey += 1
  return lastKey
}

export const draftOf = (policy: TrafficPolicy): PolicyDraft => ({
  stickyBy: policy.stickyBy,
  rules: policy.rules.map((rule) => ({ ...rule, key: nextKey() })),
  rollback: policy.rollback.map((rule) => ({
    ...rule,
    key: nextKey(),
    threshold: isShare(rule.metric) ? Number((rule.threshold * 100).toFixed(6)) : rule.threshold,
  })),
  failover: policy.failover,
  cached: policy.cache !== null,
  entriesMax: policy.cache?.entriesMax ?? 1000,
  secondsMax: policy.cache?.secondsMax ?? 300,
  tolerance: policy.tolerance,
})

/** As the schema has it; what was not filled in yet stays as it is, and the schema refuses it. */
export const policyOf = (draft: PolicyDraft): unknown => ({
  stickyBy: draft.stickyBy,
  rules: draft.rules.map(({ key: _, ...rule }) => rule),
  rollback: draft.rollback.map(({ key: _, ...rule }) => ({
    ...rule,
    threshold:
      isShare(rule.metric) && typeof rule.threshold === 'number'
        ? Number((rule.threshold / 100).toFixed(8))
        : rule.threshold,
  })),
  failover: draft.failover,
  cache: draft.cached ? { entriesMax: draft.entriesMax, secondsMax: draft.secondsMax } : null,
  tolerance: draft.tolerance,
})
