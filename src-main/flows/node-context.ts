/**
 * What a flow may use: the rooms of one node, put together in node.ts and nowhere else. Flows get it as their first
 * argument, so that a test can hand them a node of its own.
 */
import type { KeyObject } from 'node:crypto'
import type { Broadcast } from '../base/broadcast.ts'
import type { StartChild } from '../base/child.ts'
import type { Clock } from '../base/clock.ts'
import type { FailureLimiter, GuessLimiter } from '../base/failure-limiter.ts'
import type { Log } from '../base/log.ts'
import type { NodeEvent } from '../contract/api/system.ts'
import type { JobRunner } from '../jobs/runner.ts'
import type { BlobStore } from '../store/blobs/blobs.ts'
import type { DataPaths } from '../store/data-paths.ts'
import type { NodeWriter, UsageReader } from '../store/sqlite.ts'
import type { JobTable } from '../store/tables/jobs.ts'
import type { ServingSupervisor } from '../supervisor/serving-supervisor.ts'
import type { Licensing } from './licenses/licensing.ts'
import type { QuotaBoard } from './licenses/quota-board.ts'
import type { FileHandles } from './packages/file-handles.ts'
import type { StagedPackages } from './packages/staged-packages.ts'
import type { AskServing } from './serve/ask-serving.ts'

export interface NodeContext {
  readonly version: string
  readonly nodeId: string
  readonly host: 'desktop' | 'headless'
  readonly startedAt: number
  readonly clock: Clock
  readonly log: Log
  readonly paths: DataPaths
  readonly db: NodeWriter
  /** Serving writes it; here it is read. */
  readonly usage: UsageReader
  readonly blobs: BlobStore
  readonly jobs: JobRunner
  readonly jobTable: JobTable
  readonly serving: ServingSupervisor
  readonly events: Broadcast<NodeEvent>
  readonly files: FileHandles
  readonly staged: StagedPackages
  readonly startChild: StartChild
  readonly samplesDirectory: string
  readonly secrets: NodeSecrets
  readonly licensing: Licensing
  readonly quotas: QuotaBoard
  /** Guesses of keys and of passwords, each slowed down by address. */
  readonly keyFailures: GuessLimiter
  readonly loginFailures: FailureLimiter
  /** The URL of the UI's listener; null before it listens and where there is none. */
  controlUrl(): string | null
  /** The same for people elsewhere: under the name that the node was given. */
  publicUrl(): string | null
  /** Bytes for loaded models that the start named, before the setting; null where it named none. */
  readonly modelBytesMax: number | null
  readonly askServing: AskServing
  readonly mails: {
    /** Something is to be sent. */
    wake(): void
  }
  readonly webhooks: {
    /** Something is to be delivered. */
    wake(): void
  }
  /** The number of node.db's newest snapshot. */
  snapshot(): number
  /** Tells everyone who listens that something of this kind changed. */
  announce(topic: NodeEvent['topic'], id?: string | null): void
}

interface NodeSecrets {
  /** Keys the HMAC of API keys. */
  readonly pepper: Buffer
  /** Authenticates the usage chain. KEY_INVALID where only the desktop has it. */
  usageKey(): Buffer
  /** Bearer of control itself at the serving door; new at each start. */
  readonly internalKey: string
  /** Bearer of the machine's own account, for the command line; new at each start. */
  readonly ownerToken: string
  /** The own publisher's signing key, as it is now. */
  publisherKey(): KeyObject
  replacePublisherKey(key: KeyObject): Promise<void>
}
