/**
 * What a request must be before it is looked at: addressed to this node (against DNS rebinding) and sent by a program
 * or by the node's own page (against other sites in the same browser). There is no CORS: no other origin is served.
 */
import { OutpostError } from '../base/errors.ts'

const loopbackNames = new Set(['localhost', '127.0.0.1', '[::1]'])

export interface Guard {
  /** Host names this node answers for beside the loopback ones, in lower case and without a port. */
  hostsAllowed: ReadonlySet<string>
}

/** The name in a Host header, lower case, without the port; null where it is none. */
function hostName(host: string): string | null {
  const url = URL.parse(`http://${host}`)
  return url && url.host !== '' && url.pathname === '/' && url.username === '' ? url.hostname : null
}

/** `url` has the host of the request's first line where that names one, as requests to a proxy do. */
export function guardRequest(
  guard: Guard,
  method: string,
  url: string,
  header: (name: string) => string | undefined,
): void {
  const host = header('host') ?? ''
  const answersFor = (name: string | null | undefined): boolean =>
    typeof name === 'string' && (loopbackNames.has(name) || guard.hostsAllowed.has(name))
  if (!answersFor(hostName(host)) || !answersFor(URL.parse(url)?.hostname)) {
    throw new OutpostError(
      'HOST_FORBIDDEN',
      `This node does not answer for the host "${host.slice(0, 100)}".`,
      {
        hint: 'Start it with --public-host NAME if it is reached under that name.',
      },
    )
  }
  const origin = header('origin')
  if (origin !== undefined && URL.parse(origin)?.host !== host.toLowerCase()) {
    throw new OutpostError('ORIGIN_FORBIDDEN', `A page of ${origin.slice(0, 100)} may not call this node.`, {
      hint: 'Where that is the node itself behind a proxy, the proxy has to pass on the Host that the browser sends.',
    })
  }
  const site = header('sec-fetch-site')
  const navigation = header('sec-fetch-mode') === 'navigate' && method === 'GET'
  if (site !== undefined && site !== 'same-origin' && site !== 'none' && !navigation) {
    throw new OutpostError('ORIGIN_FORBIDDEN', 'A page of another site may not call this node.')
  }
}
