/**
 * What the licenses say to a request, and what it costs: filled in by the entry, since this room knows neither
 * licenses nor quotas. A denial is a value; a grant ends once.
 */
import type { OutpostError } from '../../base/errors.ts'
import type { Caller } from '../door/callers.ts'
import type { ServedVersion } from '../routing/routes.ts'

export type Admission =
  | { allowed: true /** To be shown with every answer. */; attribution: string | null }
  | { allowed: false; refusal: OutpostError }

/** Units that were taken for one request, and what stands in its usage record. */
export interface Grant {
  license: string | null
  /** As 2026-11. */
  period: string | null
  /** Tokens are asked for only where the price is by them. */
  pricedByTokens: boolean
  /** What the answer cost; nothing where an earlier request under the same Idempotency-Key was counted. */
  cost(tokens: number): { units: number; credits: number }
  /** Settles once the answer may leave. */
  answered(tokens: number): Promise<void> | void
  /** There is no answer: all is given back. */
  failed(): void
}

/** Idempotency-Key, and the SHA-256 of the body that it came with. */
export interface Idempotency {
  key: string
  body: Uint8Array
  /** Of many requests under one key: how many equal ones came before it. Null where the key is of this one alone. */
  equalBefore: number | null
}

export interface Taking {
  caller: Caller
  version: ServedVersion
  requestId: string
  items: number
  bytesIn: number
  idempotency: Idempotency | null
}

export interface RefusedBy {
  license: string
  /** As 2026-11. */
  period: string
}

/** A call for what no endpoint serves. */
interface Undeployed {
  model: string
  reference: string | null
  requestId: string
}

export interface LicensingPort {
  /** The key of sealed weights; throws where no license permits them to be opened, as they may not be any more. */
  contentKey(version: ServedVersion, keyId: string): Uint8Array
  /** Without a request id it is nobody's request that is refused, as a copy for a shadow: that stands in no list. */
  admit(caller: Caller, version: ServedVersion, requestId: string | null): Admission
  /** Why no version that is meant may be deployed; null where one may, or where none is registered. */
  undeployable(asked: Undeployed): OutpostError | null
  /** Whose refusal it is, and of which month; null where no license refused. */
  refusedBy(refusal: OutpostError): RefusedBy | null
  /** Throws the refusal: QUOTA_EXCEEDED, CREDITS_INSUFFICIENT, METER_UNAVAILABLE, IDEMPOTENCY_KEY_REUSED. */
  take(taking: Taking): Grant
}
