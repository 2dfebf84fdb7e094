/** What is watched of served versions, what it looks like when a rule is broken, and who is told. */
import { z } from 'zod'
import { endpointName, modelId, rowId, timestamp, versionName } from './names.ts'

/** How far the values of one feature are from those of the suite. */
const featureDrift = z.object({
  side: z.enum(['input', 'output']),
  tensor: z.string(),
  /** A field, a place in the row, label, score, mean, deviation or characters. */
  name: z.string(),
  kind: z.enum(['number', 'category']),
  /** Population stability index: under 0.1 as in the suite, from 0.25 another population. */
  psi: z.number(),
  /** Up to which chance alone may bring it, with so many values: once in ten thousand times it is more. */
  psiByChance: z.number(),
  /** Two-sample Kolmogorov-Smirnov statistic and the chance of one so large; null for categories. */
  ks: z.number().nullable(),
  ksChance: z.number().nullable(),
  /** Values that were compared. */
  count: z.int(),
  /** Of numbers the median, of categories the most frequent one, in the suite and now. */
  usual: z.string(),
  seen: z.string(),
})
export type FeatureDrift = z.infer<typeof featureDrift>

/** One version of an endpoint beside its own suite. */
export const driftRow = z.object({
  endpoint: endpointName,
  model: modelId,
  version: versionName,
  /** none: the version has no cases to compare with. waiting: the suite was not run yet. */
  reference: z.enum(['none', 'waiting', 'ready']),
  /** Cases of the suite that the reference is made of. */
  cases: z.int(),
  /** Rows of requests that were looked at, of the last hour and at most the last 1024. */
  samples: z.int(),
  /** The furthest first; empty until there are enough samples. */
  features: z.array(featureDrift),
})
export type DriftRow = z.infer<typeof driftRow>

export const alertMetric = z.enum(['psi', 'ks', 'error-rate', 'latency-p95', 'queue-length', 'quality'])
export type AlertMetric = z.infer<typeof alertMetric>

export const alertRuleInput = z.object({
  /** Null watches every endpoint, and every version that answers. */
  endpoint: endpointName.nullable().default(null),
  version: versionName.nullable().default(null),
  metric: alertMetric,
  /**
   * Fires above it. psi and ks: of the feature that is furthest away, and further than chance brings it. error-rate: a share of 1. latency-p95:
   * milliseconds. queue-length: requests that wait, on average. quality, which fires below it: the mean of the scores
   * that callers gave, from 0 to 1.
   */
  threshold: z.number().nonnegative().max(1e9),
  windowSeconds: z.int().min(5).max(86_400).default(300),
  /** Requests, samples of drift, or scores, under which nothing is said. */
  countMin: z.int().min(1).max(1_000_000).default(50),
})
export type AlertRuleInput = z.infer<typeof alertRuleInput>

export const alertRule = alertRuleInput.extend({ id: rowId, createdAt: timestamp })
export type AlertRule = z.infer<typeof alertRule>

/** A rule fires above its threshold, and on quality below it. */
export const firesBelow = ({ metric }: Pick<AlertRule, 'metric'>): boolean => metric === 'quality'

export const alertRow = z.object({
  id: rowId,
  ruleId: rowId,
  endpoint: z.string(),
  model: z.string(),
  version: z.string(),
  metric: alertMetric,
  threshold: z.number(),
  /** When it began to fire. */
  value: z.number(),
  /** In words, with the value and the feature. */
  message: z.string(),
  state: z.enum(['firing', 'resolved']),
  since: timestamp,
  resolvedAt: timestamp.nullable(),
})
export type AlertRow = z.infer<typeof alertRow>

export const webhookRow = z.object({
  id: rowId,
  url: z.string(),
  createdAt: timestamp,
  /** Messages that are still to be delivered. */
  waiting: z.int(),
  lastDeliveredAt: timestamp.nullable(),
  /** Of the newest attempt; null where it went well or there was none. */
  lastError: z.string().nullable(),
})
export type WebhookRow = z.infer<typeof webhookRow>

/** The first of a set of rules, for whoever has none yet. */
export const usualRules: z.input<typeof alertRuleInput>[] = [
  { metric: 'error-rate', threshold: 0.05, windowSeconds: 300, countMin: 20 },
  { metric: 'psi', threshold: 0.25, windowSeconds: 3600, countMin: 200 },
]
