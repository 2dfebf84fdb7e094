/**
 * The one origin that the window may show and that may speak to main: app://outpost. Addresses are compared by the
 * URL parser's parts, never by their beginning (`app://outpost.evil` begins like ours).
 */
export const scheme = 'app'
const host = 'outpost'

export const pageAddress = `${scheme}://${host}/`

/** True for an address of our own pages, whatever its path. */
export function isOwnAddress(address: string): boolean {
  const url = URL.parse(address)
  // A custom scheme has the origin "null" in Node.js, so the parts are compared.
  return url?.protocol === `${scheme}:` && url.host === host && url.username === '' && url.password === ''
}

const loopbackHosts = new Set(['127.0.0.1', 'localhost', '[::1]'])
const networkProtocols = new Set(['http:', 'https:', 'ws:', 'wss:'])

/** True for an address on this machine: the node's own listeners, and the page's source while developing. */
export function isLoopbackAddress(address: string): boolean {
  const url = URL.parse(address)
  return url !== null && networkProtocols.has(url.protocol) && loopbackHosts.has(url.hostname)
}
