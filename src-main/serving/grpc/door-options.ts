/** What the gRPC door stands before: the parts that it has in common with the HTTP door, and its service file. */
import type { OutpostError } from '../../base/errors.ts'
import type { Identify } from '../door/callers.ts'
import type { RateLimits } from '../door/rate-limits.ts'
import type { Repository } from '../door/repository.ts'
import type { ServedViews } from '../door/served-views.ts'
import type { InferRooms } from '../infer/exchange.ts'
import type { Targets } from '../routing/targets.ts'
import type { Traces } from '../watching/traces.ts'

export interface GrpcDoorOptions {
  protoFile: string
  tls: { cert: string; key: string } | null
  addressRequestsPerMinute: number | null
  /** In which the client of a stream must have taken something of what was sent. */
  answerSecondsMax: number
  rates: RateLimits
  identify: Identify
  targets: Pick<Targets, 'of'>
  views: ServedViews
  repository: Repository
  rooms: InferRooms
  traces: Traces | null
  onFault: (error: OutpostError, requestId: string) => void
}
