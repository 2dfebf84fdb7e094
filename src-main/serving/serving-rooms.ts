/** What the entry of the serving process puts together from the rooms that this one may not know. */
import type { Log } from '../base/log.ts'
import type { LicensingTold, ServingConfig } from '../contract/processes.ts'
import type { RequestRow } from '../contract/views.ts'
import type { Engine } from '../engine/engine.ts'
import type { NodeReader } from '../store/sqlite.ts'
import type { ProcessingPort } from './hosting/processing-port.ts'
import type { LicensingPort } from './infer/licensing-port.ts'

export interface ServingRooms {
  nodeDb: NodeReader
  engine: Engine
  processing: ProcessingPort
  record: (row: RequestRow) => Promise<void>
  /** What licenses and quotas say, and what they said. */
  licensing: LicensingPort & { follow(): void; told(): LicensingTold }
  log: Log
  version: string
  /** The service that the gRPC door offers. */
  protoFile: string
  /** Ends what the entry opened, after the last answer. */
  close(): Promise<void>
}

/** Opens the rooms for a configuration; `onStuck` is called when a run hangs. */
export type OpenRooms = (config: ServingConfig, onStuck: (versionId: string) => void) => Promise<ServingRooms>
