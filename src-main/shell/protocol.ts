/**
 * The app:// scheme: every request of the window goes to the node's fetch, in the name of the machine's owner. Only
 * our own page can make one, because the window shows nothing else (navigation.ts, web-requests.ts).
 */
import { protocol, type Session } from 'electron'
import { isOwnAddress, scheme } from './own-origin.ts'
import type { ShellNode } from './shell-node.ts'

/** Before the app is ready. No bypassCSP, no corsEnabled: other origins cannot read from this one. */
export function registerScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme, privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true } },
  ])
}

/** `pageSource` answers for the page's own files while developing; the built product leaves that to the node too. */
export function serveScheme(
  session: Session,
  node: Pick<ShellNode, 'fetch'>,
  pageSource?: (request: Request) => Promise<Response> | undefined,
): void {
  session.protocol.handle(scheme, async (request) => {
    if (!isOwnAddress(request.url)) return Response.error()
    return pageSource?.(request) ?? node.fetch(request, { owner: true })
  })
}
