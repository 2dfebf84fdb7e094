/** Node's HTTP server with the limits of the door: what reaches the listener is a request, whole up to its body. */
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { Duplex } from 'node:stream'
import { limits } from '../../contract/limits.ts'
import { isLines } from './lines.ts'

interface ServerOptions {
  tls: { cert: string; key: string } | null
  /** In which a request must have arrived. */
  requestSecondsMax: number
  /** Whose lines may come for as long as they come: Node's limit on a whole request is not for them. */
  inLines: WeakSet<Duplex>
}

export function createHttpServer(options: ServerOptions, listener: RequestListener): Server {
  const settings = {
    maxHeaderSize: limits.headerBytesMax,
    headersTimeout: Math.min(limits.headersSecondsMax, options.requestSecondsMax) * 1000,
    requestTimeout: options.requestSecondsMax * 1000,
    connectionsCheckingInterval: 1000,
    // A header that stands twice is read as one of both values, which is no host and no key: no reader may choose.
    joinDuplicateHeaders: true,
    keepAliveTimeout: 65_000, // longer than common proxies keep theirs, so that it is they who close
  }
  const server = options.tls
    ? createSecureServer({ ...settings, ...options.tls }, listener)
    : createServer(settings, listener)
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    // A body that is refused by its announced length need not be sent at all.
    const announced = Number(request.headers['content-length'] ?? 0)
    if (announced <= limits.inferBodyBytesMax || isLines(request)) response.writeContinue()
    listener(request, response)
  })
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT' && options.inLines.has(socket)) return
    refuseBrokenRequest(error, socket)
  })
  return server
}

/** What Node's parser refused before it was a request: too large a header block, no HTTP, too slow. */
function refuseBrokenRequest(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy()
    return
  }
  const [status, message] =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? ['431 Request Header Fields Too Large', 'The header block is too large.']
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? ['408 Request Timeout', 'The request took too long to arrive.']
        : ['400 Bad Request', 'The request is not valid HTTP.']
  const body = JSON.stringify({ error: message })
  socket.end(
    `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`,
  )
}
