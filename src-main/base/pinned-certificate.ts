/** How a program of this machine knows its own node under TLS: by the very certificate, whatever name it carries. */
import type { RequestOptions } from 'node:https'

/** A certificate of a public authority is trusted as it stands too: the chain above it need not be known here. */
export const pinned = (certificate: string): RequestOptions => ({
  ca: certificate,
  allowPartialTrustChain: true,
  checkServerIdentity: () => undefined,
})
