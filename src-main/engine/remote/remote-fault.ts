/** What can go wrong with a remote engine, told apart by what it means for the next request. */

/**
 * unreachable: no connection, or it broke off. busy: 502, 503 or 504. slow: the time was over. garbage: no answer of
 * the protocol. denied: 401, 403, 404, 508 or a redirect, so that no request can get through. limited: 429. refused: it
 * works, and says no to this request.
 */
export type RemoteFaultKind = 'unreachable' | 'busy' | 'slow' | 'garbage' | 'denied' | 'limited' | 'refused'

export class RemoteFault extends Error {
  override readonly name = 'RemoteFault'
  readonly kind: RemoteFaultKind
  /** As it asked for; null where it did not. */
  readonly retryAfterSeconds: number | null

  constructor(
    kind: RemoteFaultKind,
    message: string,
    more: { cause?: unknown; retryAfterSeconds?: number | null } = {},
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause })
    this.kind = kind
    this.retryAfterSeconds = more.retryAfterSeconds ?? null
  }

  /** Whether the server itself is at fault, and not this one request. */
  get isOfTheServer(): boolean {
    return this.kind !== 'refused' && this.kind !== 'limited'
  }

  /** Inference changes nothing at the server, so that asking twice does no harm; a long wait asked for is respected. */
  get isRetryable(): boolean {
    return (this.kind === 'unreachable' || this.kind === 'busy') && (this.retryAfterSeconds ?? 0) <= 1
  }
}
