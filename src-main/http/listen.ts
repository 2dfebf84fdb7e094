/**
 * The UI's listener: node:http or node:https over the app. Loopback unless told otherwise, and never an address that
 * others can reach without TLS, own or of a proxy that was named as such.
 */
import { once } from 'node:events'
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { type AddressInfo, isIPv4, type Socket } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { isSystemError, OutpostError } from '../base/errors.ts'
import { limits } from '../contract/limits.ts'
import type { Transport } from './environment.ts'

export interface ListenOptions {
  host: string
  port: number
  /** True where the port was asked for by name: then a taken one is an error. */
  portFixed: boolean
  tls: { cert: string; key: string } | null
  /** A proxy in front ends TLS; its X-Forwarded-For names the caller. */
  behindProxy: boolean
}

export interface Listener {
  url: string
  port: number
  /** Stops accepting, lets open answers end for a moment, then cuts them. */
  close(): Promise<void>
}

const closeMsMax = 2_000

/** A header comes in 10 s; a body may be an upload of many gigabytes and has no limit but that of stalling. */
const slowness = {
  headersTimeout: 10_000,
  connectionsCheckingInterval: 1000,
  requestTimeout: 0,
  maxHeaderSize: 16 * 1024,
  keepAliveTimeout: 65_000,
}

/** A header that stands twice is read as one of both values, which is no host and no key: no reader may choose. */
const oneOfEach = { joinDuplicateHeaders: true }

/** Cuts connections on which nothing moves, but for those whose request is here and whose answer takes its time. */
function cutStalled(server: Server): void {
  const current = new WeakMap<Socket, { request: IncomingMessage; answer: ServerResponse }>()
  server.on('request', (request: IncomingMessage, answer: ServerResponse) => {
    current.set(request.socket, { request, answer })
  })
  server.setTimeout(limits.stallSecondsMax * 1000, (socket: Socket) => {
    const open = current.get(socket)
    const isWorkedOn = open?.request.complete && !open.answer.headersSent
    if (!isWorkedOn) socket.destroy()
  })
}

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'))

/** The host names that requests may carry: those that were allowed, and the address that it listens on. */
export const answeredHosts = (host: string | undefined, allowed: readonly string[]): Set<string> =>
  new Set(host === undefined || wildcards.has(host) ? allowed : [...allowed, inUrl(host).toLowerCase()])

const wildcards = new Map([
  ['0.0.0.0', '127.0.0.1'],
  ['::', '::1'],
])

const inUrl = (host: string): string => (host.includes(':') ? `[${host}]` : host)

/** Where people reach it who are not on this machine: by the first name that it was given, where TLS is ended for it. */
export function publicUrl(
  { url, port }: Pick<Listener, 'url' | 'port'>,
  { tls, behindProxy }: Pick<ListenOptions, 'tls' | 'behindProxy'>,
  allowed: readonly string[],
): string {
  const name = allowed.find((one) => one !== '*')
  if (name === undefined || !(tls || behindProxy)) return url
  // A proxy's own port is not known here; that of the web is what it has.
  return `https://${name}${behindProxy || port === 443 ? '' : `:${port}`}`
}

export function refuseInsecureBind(options: Pick<ListenOptions, 'host' | 'tls' | 'behindProxy'>): void {
  if (isLoopback(options.host) || options.tls || options.behindProxy) return
  throw new OutpostError(
    'BIND_INSECURE',
    `Listening on ${options.host} without TLS would send keys and passwords in the clear.`,
    {
      hint: 'Give --cert and --key, or say --behind-proxy where a proxy ends TLS in front of this node.',
    },
  )
}

export async function listen(
  options: ListenOptions,
  answer: (request: Request, transport: Transport) => Response | Promise<Response>,
): Promise<Listener> {
  refuseInsecureBind(options)
  const onRequest = getRequestListener(
    (request, environment) => {
      const socket = 'incoming' in environment ? environment.incoming.socket : undefined
      const forwarded = options.behindProxy
        ? request.headers.get('x-forwarded-for')?.split(',').at(-1)?.trim()
        : undefined
      return answer(request, {
        owner: false,
        address: forwarded || socket?.remoteAddress || 'unknown',
        secure: options.tls !== null || options.behindProxy,
      })
    },
    { overrideGlobalObjects: false },
  )
  const server = options.tls
    ? createHttpsServer(
        { ...slowness, ...oneOfEach, cert: options.tls.cert, key: options.tls.key },
        onRequest,
      )
    : createHttpServer({ ...slowness, ...oneOfEach }, onRequest)
  cutStalled(server)

  await bind(server, options)
  const { port } = server.address() as AddressInfo
  return {
    // All addresses are no address to go to; this machine's own is one of them.
    url: `${options.tls ? 'https' : 'http'}://${inUrl(wildcards.get(options.host) ?? options.host)}:${port}`,
    port,
    close: () =>
      new Promise((resolve) => {
        const cut = setTimeout(() => server.closeAllConnections(), closeMsMax)
        server.close(() => {
          clearTimeout(cut)
          resolve()
        })
        server.closeIdleConnections()
      }),
  }
}

/** PORT_TAKEN where the port was asked for by name; another one where it was not. */
async function bind(server: Server, { host, port, portFixed }: ListenOptions): Promise<void> {
  const tryPort = async (number: number): Promise<void> => {
    server.listen(number, host)
    await once(server, 'listening')
  }
  try {
    await tryPort(port)
  } catch (error) {
    if (!isSystemError(error, 'EADDRINUSE', 'EACCES')) throw error
    if (!portFixed) return tryPort(0)
    throw new OutpostError('PORT_TAKEN', `Port ${port} of ${host} cannot be used (${error.code}).`, {
      hint: 'Stop what listens there, or name another port.',
      cause: error,
    })
  }
}
