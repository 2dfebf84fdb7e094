/** How one deployed version is hosted: its device, its threads, its queue, and how long it stays in memory. */
import { z } from 'zod'
import { limits } from './limits.ts'

export const executionProvider = z.enum(['auto', 'cpu', 'cuda', 'webgpu', 'directml', 'coreml'])

export const hostingSettings = z.object({
  executionProvider: executionProvider.default('auto'),
  /** Threads of one operator; null takes the number that was measured to be best on this machine. */
  intraOpThreads: z.int().min(1).max(256).nullable().default(null),
  /** Whether idle operator threads wait by turning, which burns a core; null takes what was measured. */
  spinning: z.boolean().nullable().default(null),
  /** Copies of the model in memory at least; 0 loads it with the first request. */
  replicasMin: z.int().min(0).max(1).default(1),
  /** Copies at most, each on a thread of its own; more are added while requests queue up. */
  replicasMax: z.int().min(1).max(64).default(1),
  /** Rows that waiting requests are merged to at most. */
  maxBatchSize: z.int().min(1).max(65_536).default(limits.mergedRowsMax),
  /** The largest of them that can be formed goes at once. */
  preferredBatchSizes: z.array(z.int().min(1).max(65_536)).max(16).default([]),
  /** How long a request may be held back so that a fuller batch forms; 0 never holds one back. */
  maxQueueDelayUs: z.int().min(0).max(60_000_000).default(0),
  /** Requests that may wait; the next is refused. */
  queueRequestsMax: z.int().min(1).max(1_000_000).default(limits.queueRequestsMax),
  /** Longest wait in the queue, which a request may shorten; 0 is none. */
  defaultTimeoutUs: z.int().min(0).max(3_600_000_000).default(0),
  /** Levels that a request may name, 1 the highest; the middle one is the default. */
  priorityLevels: z.int().min(1).max(16).default(3),
  /** Milliseconds that 99 of 100 answers are to stay below: batches are kept small enough, and what would wait longer is refused. */
  p99TargetMs: z.number().positive().max(3_600_000).nullable().default(null),
  /** Never unloaded to make room for another. */
  pinned: z.boolean().default(false),
  /** Unloaded after so long without a request; null keeps it. */
  idleSecondsMax: z.int().min(1).max(31_536_000).nullable().default(null),
})
export type HostingSettings = z.infer<typeof hostingSettings>

export const defaultHosting: HostingSettings = hostingSettings.parse({})
