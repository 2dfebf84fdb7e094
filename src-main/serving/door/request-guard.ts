/**
 * What a request must be before anyone asks who sent it: addressed to this node by a name it answers for (DNS
 * rebinding), and not sent by a page of another site.
 */
import type { IncomingHttpHeaders } from 'node:http'
import { OutpostError } from '../../base/errors.ts'

/** In the list of hosts: a proxy or a cluster in front decides under which names it is reached. */
const anyHost = '*'
const loopback = ['localhost', '127.0.0.1', '[::1]']

/** HOST_FORBIDDEN where the request names another host, ORIGIN_FORBIDDEN where a page of another site sent it. */
export function guardRequest(headers: IncomingHttpHeaders, hosts: ReadonlySet<string>): void {
  const host = hostName(headers.host)
  if (host === null || !(hosts.has(host) || hosts.has(anyHost))) {
    throw new OutpostError(
      'HOST_FORBIDDEN',
      'This node does not answer for the host that the request names.',
      {
        hint: 'Name it in the list of allowed hosts if clients reach the node by it.',
      },
    )
  }
  // A page cannot add a bearer key to a request to another site: that needs a preflight, which is never granted.
  if (headers.authorization !== undefined) return
  const foreignOrigin =
    headers.origin !== undefined && originHost(headers.origin) !== headers.host?.toLowerCase()
  const site = headers['sec-fetch-site']
  if (foreignOrigin || site === 'cross-site' || site === 'same-site') {
    throw new OutpostError('ORIGIN_FORBIDDEN', 'A page of another site may not call this node.')
  }
}

export const servedHosts = (own: string, allowed: readonly string[]): Set<string> =>
  new Set([...loopback, own, ...allowed].map((name) => hostName(name) ?? name.toLowerCase()))

/** The name without its port, in lower case; IPv6 addresses in brackets. Null where it is none. */
function hostName(host: string | undefined): string | null {
  if (host === undefined) return null
  if (/^[0-9a-f]*:[0-9a-f:.]*$/i.test(host) && host.split(':').length > 2) return `[${host.toLowerCase()}]`
  const match = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/i.exec(host)
  return match?.[1]?.toLowerCase() ?? null
}

function originHost(origin: string): string | undefined {
  try {
    return new URL(origin).host
  } catch {
    return undefined // "null", which sandboxed pages and files send
  }
}
