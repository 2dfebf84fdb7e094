/**
 * How an endpoint's requests are spread over versions: weights in buckets, rules on headers, what ends a transition
 * by itself, and who answers when the chosen version cannot.
 */
import { z } from 'zod'
import { timestamp, versionName } from './names.ts'

/** Weights are counted in buckets: 500 is 5 %. The primary version has what the others leave. */
export const bucketsTotal = 10_000

export const weight = z.int().min(0).max(bucketsTotal)

/**
 * candidate: answers the share that its weight says, from none (blue-green) to all. shadow: gets a copy of each
 * request, and its answer is compared and thrown away. pending: takes the primary's place once it is ready.
 * previous: was the primary before; kept for the way back.
 */
export const targetRole = z.enum(['primary', 'candidate', 'shadow', 'pending', 'previous'])
export type TargetRole = z.infer<typeof targetRole>

export const strategy = z.enum(['replace', 'canary', 'blue-green', 'ab', 'shadow'])
export type Strategy = z.infer<typeof strategy>

/** Which of a request's names decides its bucket; what it does not carry falls to the next: session, consumer, id. */
export const stickyBy = z.enum(['consumer', 'session', 'request'])

/** A header's name by RFC 9110, section 5.6.2, in lower case, without those that carry secrets. */
const headerName = z
  .string()
  .regex(/^[a-z0-9!#$%&'*+.^_`|~-]{1,64}$/, 'a header name in lower case')
  .refine((name) => name !== 'authorization' && name !== 'cookie', 'not a header that carries a secret')

const routingRule = z.object({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'lower case letters, digits and dashes'),
  header: headerName,
  /** Any of these; empty where the header need only be there. */
  values: z.array(z.string().max(256)).max(100).default([]),
  version: versionName,
})

const rollbackMetric = z.enum(['error-rate', 'latency-p95', 'divergence', 'quality'])
const rollbackRule = z.object({
  metric: rollbackMetric,
  /**
   * error-rate and divergence: a share of 1, rolled back above it. latency-p95: milliseconds, above it. quality: the
   * mean of the scores from 0 to 1 that were reported, rolled back below it.
   */
  threshold: z.number().nonnegative(),
  windowSeconds: z.int().min(1).max(86_400).default(60),
  requestsMin: z.int().min(1).max(1_000_000).default(20),
})

export const trafficPolicy = z.object({
  stickyBy: stickyBy.default('consumer'),
  /** The first that matches wins, before any weight. */
  rules: z.array(routingRule).max(50).default([]),
  /** Looked at for each candidate and shadow; the first that is broken takes it out. */
  rollback: z
    .array(rollbackRule)
    .max(10)
    .default([{ metric: 'error-rate', threshold: 0.05, windowSeconds: 60, requestsMin: 20 }]),
  /** Versions that answer, in this order, where the chosen one cannot; then the primary. */
  failover: z.array(versionName).max(8).default([]),
  /** Null keeps no answers. */
  cache: z
    .object({ entriesMax: z.int().min(1).max(1_000_000), secondsMax: z.int().min(1).max(86_400) })
    .nullable()
    .default(null),
  /** Outputs of a shadow or of a failover differ where they are further apart than this, absolutely and relatively. */
  tolerance: z.number().nonnegative().default(1e-3),
})
export type TrafficPolicy = z.infer<typeof trafficPolicy>

/** Bounds by which the largest difference of a request's outputs is counted: up to each, and beyond the last. */
export const distanceBounds = [0, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1, 10]

/** What a shadow's answers were beside those that were sent. */
export const shadowFigures = z.object({
  compared: z.int(),
  /** Beyond the tolerance, or of another shape. */
  diverged: z.int(),
  failed: z.int(),
  /** Requests whose copy was not asked since the shadow was busy, or has no license to answer. */
  leftOut: z.int(),
  /** One count a bound, and one beyond the last. */
  distances: z.array(z.int()),
})
export type ShadowFigures = z.infer<typeof shadowFigures>

/** What callers said of a version's answers, from 0 to 1 each. */
export const feedbackTotals = z.object({ total: z.int(), scoreSum: z.number() })
export type FeedbackTotals = z.infer<typeof feedbackTotals>

const transitionStatus = z.enum(['planned', 'testing', 'partial', 'complete', 'rolled_back'])
/** R162, R163: one change of what an endpoint answers with, from its begin to its end. */
export const transitionRow = z.object({
  id: z.string(),
  endpoint: z.string(),
  model: z.string(),
  strategy,
  /** Null for the first version of an endpoint. */
  from: versionName.nullable(),
  to: versionName,
  status: transitionStatus,
  weight,
  /** In words: who or which rule ended it. */
  reason: z.string().nullable(),
  actor: z.string(),
  startedAt: timestamp,
  endedAt: timestamp.nullable(),
})
export type TransitionRow = z.infer<typeof transitionRow>
