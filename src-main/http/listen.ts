/**
 * The UI's listener: node:http or node:https over the app. Loopback unless told otherwise, and never an address that
 * others can reach without TLS, own or of a proxy that was named as such.
 */
import { createServer as createHttpServer } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { isSystemError, OutpostError } from '../base/errors.ts'
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

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)

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
  // Slow clients are cut off: a header in 10 s, and a body (an upload of many gigabytes may be one) without stalls.
  const limits = {
    headersTimeout: 10_000,
    requestTimeout: 0,
    maxHeaderSize: 16 * 1024,
    keepAliveTimeout: 65_000,
  }
  const server = options.tls
    ? createHttpsServer({ ...limits, cert: options.tls.cert, key: options.tls.key }, onRequest)
    : createHttpServer(limits, onRequest)
  server.setTimeout(120_000)

  const tryPort = (port: number): Promise<void> =>
    new Promise((resolve, reject) => {
      server.once('error', reject)
      server.listen(port, options.host, () => {
        server.off('error', reject)
        resolve()
      })
    })
  try {
    await tryPort(options.port)
  } catch (error) {
    if (!isSystemError(error, 'EADDRINUSE', 'EACCES')) throw error
    if (options.portFixed) {
      throw new OutpostError(
        'PORT_TAKEN',
        `Port ${options.port} of ${options.host} cannot be used (${error.code}).`,
        {
          hint: 'Stop what listens there, or name another port.',
          cause: error,
        },
      )
    }
    await tryPort(0)
  }
  const { port } = server.address() as AddressInfo
  const name = options.host.includes(':') ? `[${options.host}]` : options.host
  return {
    url: `${options.tls ? 'https' : 'http'}://${name}:${port}`,
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
