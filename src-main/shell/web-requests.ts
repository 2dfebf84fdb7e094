/** The window's network: its own scheme, memory and this machine. Everything else is cancelled before it is sent. */
import type { Session } from 'electron'
import { isLoopbackAddress, isOwnAddress } from './own-origin.ts'

const memoryProtocols = new Set(['data:', 'blob:'])

function mayRequest(address: string, developing: boolean): boolean {
  if (isOwnAddress(address) || isLoopbackAddress(address)) return true
  const protocol = URL.parse(address)?.protocol ?? ''
  return memoryProtocols.has(protocol) || (developing && protocol === 'devtools:')
}

export function confineWebRequests(session: Session, developing: boolean): void {
  session.webRequest.onBeforeRequest((details, callback) => {
    callback({ cancel: !mayRequest(details.url, developing) })
  })
}
