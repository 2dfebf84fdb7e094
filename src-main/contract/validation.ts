/** The report of a validation: a ladder of named checks, each with its outcome in words a person can act on. */
import { z } from 'zod'

const checkOutcome = z.enum(['passed', 'failed', 'warned', 'skipped'])

export const validationCheck = z.object({
  name: z.string(),
  title: z.string(),
  outcome: checkOutcome,
  message: z.string(),
  hint: z.string().optional(),
  details: z.record(z.string(), z.unknown()).optional(),
  durationMs: z.number(),
})
export type ValidationCheck = z.infer<typeof validationCheck>

export const validationReport = z.object({
  verdict: z.enum(['passed', 'failed']),
  checks: z.array(validationCheck),
  /** R202: true where batched and single results were equal on the cases; null where it could not be tried. */
  batchSafe: z.boolean().nullable(),
  /** Of one run with one item, after warm-up. */
  latencyMs: z.object({ p50: z.number(), p95: z.number(), runs: z.int() }).nullable(),
  memory: z.object({ loadedBytes: z.number(), peakBytes: z.number() }).nullable(),
  /** Measured on the suite, where it has labels. */
  measured: z.object({ cases: z.int(), accuracy: z.number().nullable() }).nullable(),
  runtime: z.object({ name: z.string(), version: z.string() }),
  at: z.string(),
})
export type ValidationReport = z.infer<typeof validationReport>
