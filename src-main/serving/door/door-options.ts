/** What the HTTP door stands before. */
import type { OutpostError } from '../../base/errors.ts'
import type { InferRooms } from '../infer/exchange.ts'
import type { Targets } from '../routing/targets.ts'
import type { Traces } from '../watching/traces.ts'
import type { Identify } from './callers.ts'
import type { DoorViews } from './door-views.ts'
import type { FeedbackDoor } from './feedback.ts'
import type { RateLimits } from './rate-limits.ts'
import type { RepositoryDoor } from './repository.ts'

export interface DoorOptions {
  tls: { cert: string; key: string } | null
  hosts: ReadonlySet<string>
  addressRequestsPerMinute: number | null
  /** Kept by all doors together. */
  rates: RateLimits
  answerSecondsMax: number
  /** In which a request must have arrived, or each line of one that is lines. */
  requestSecondsMax: number
  identify: Identify
  targets: Pick<Targets, 'of' | 'try'>
  views: DoorViews
  repository: RepositoryDoor
  feedback: FeedbackDoor
  rooms: InferRooms
  /** Null where no requests are traced. */
  traces: Traces | null
  onFault: (error: OutpostError, requestId: string) => void
}
