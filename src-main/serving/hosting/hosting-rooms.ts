/** What hosting models needs of the process that does it. */
import type { Engine } from '../../engine/engine.ts'
import type { RemoteEngines } from '../remote/remote-engines.ts'
import type { ServedVersion } from '../routing/routes.ts'
import type { Pool } from './pool.ts'
import type { ProcessingPort } from './processing-port.ts'
import type { Tunings } from './tunings.ts'

export interface HostingRooms {
  engine: Engine
  dataDir: string
  processing: Pick<ProcessingPort, 'readLabels' | 'prepareCase'>
  pool: Pool
  tunings: Tunings
  remotes: RemoteEngines
  /** Of sealed weights; throws where no license permits them to be opened. */
  contentKey: (version: ServedVersion, keyId: string) => Uint8Array
}
