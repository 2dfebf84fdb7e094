/** How the versions of an endpoint are hosted: their threads, their queue, and how long they stay in memory. */
import { z } from 'zod'
import { limits } from './limits.ts'
import { type RemoteProvider, remoteProvider } from './names.ts'

const hostingValues = z.object({
  /** Threads of one operator; null takes the number that was measured to be best on this machine. */
  intraOpThreads: z.int().min(1).max(256).nullable(),
  /** Whether idle operator threads wait by turning, which burns a core; null is no. */
  spinning: z.boolean().nullable(),
  /** Copies of the model in memory at least; 0 loads it with the first request. */
  replicasMin: z.int().min(0).max(1),
  /** Copies at most, each on a thread of its own; more are added while requests queue up. */
  replicasMax: z.int().min(1).max(64),
  /** Rows that waiting requests are merged to at most. */
  maxBatchSize: z.int().min(1).max(65_536),
  /** The largest of them that can be formed goes at once. */
  preferredBatchSizes: z.array(z.int().min(1).max(65_536)).max(16),
  /** How long a request may be held back so that a fuller batch forms; 0 never holds one back. */
  maxQueueDelayUs: z.int().min(0).max(60_000_000),
  /** Requests that may wait; the next is refused. */
  queueRequestsMax: z.int().min(1).max(1_000_000),
  /** Longest wait in the queue, which a request may shorten; 0 is none. */
  defaultTimeoutUs: z.int().min(0).max(3_600_000_000),
  /** Levels that a request may name, 1 the highest; the middle one is the default. */
  priorityLevels: z.int().min(1).max(16),
  /**
   * Milliseconds that 99 of 100 answers are to stay below: batches are kept small enough, and what would wait longer
   * is refused.
   */
  p99TargetMs: z.number().positive().max(3_600_000).nullable(),
  /** Never unloaded to make room for another. */
  pinned: z.boolean(),
  /** Unloaded after so long without a request; null keeps it. */
  idleSecondsMax: z.int().min(1).max(31_536_000).nullable(),
})

export const isRemote = (provider: string): provider is RemoteProvider => provider.startsWith('remote:')
export const remoteNameOf = (provider: RemoteProvider): string => provider.slice('remote:'.length)

/** Bytes that loaded models may take together, as set in Settings; in node.db under this key. */
export const modelMemorySetting = 'model-memory'
export const modelMemoryBytes = z.int().min(10_000_000).max(1e15)

/** What was set; the rest is the default. */
export const hostingChanges = hostingValues.partial()
export type HostingChanges = z.infer<typeof hostingChanges>

const devices = z.enum(['auto', 'cpu', 'cuda', 'webgpu', 'directml', 'coreml'])
/** A device of this machine, or a remote engine that runs the version in its place. */
export const executionProvider = z.union([devices, remoteProvider])

/** The same, and the device of the version that answers. */
export const hostingInput = hostingChanges.extend({ executionProvider: executionProvider.optional() })
export type HostingInput = z.infer<typeof hostingInput>

export const hostingSettings = hostingValues.extend({ executionProvider })
export type HostingSettings = z.infer<typeof hostingSettings>

export const defaultHosting: HostingSettings = {
  executionProvider: 'auto',
  intraOpThreads: null,
  spinning: null,
  replicasMin: 1,
  replicasMax: 1,
  maxBatchSize: limits.mergedRowsMax,
  preferredBatchSizes: [],
  maxQueueDelayUs: 0,
  queueRequestsMax: limits.queueRequestsMax,
  defaultTimeoutUs: 0,
  priorityLevels: 3,
  p99TargetMs: null,
  pinned: false,
  idleSecondsMax: null,
}

/** The middle one, of which 1 is the highest. */
export const defaultPriorityLevel = ({ priorityLevels }: Pick<HostingSettings, 'priorityLevels'>): number =>
  Math.ceil((priorityLevels + 1) / 2)

/** Later changes win; a device that this build does not know is chosen anew. */
export function hostingOf(device: string, ...changes: HostingChanges[]): HostingSettings {
  const settings = Object.assign({}, defaultHosting, ...changes) as HostingSettings
  settings.executionProvider = executionProvider.catch('auto').parse(device)
  return settings
}
