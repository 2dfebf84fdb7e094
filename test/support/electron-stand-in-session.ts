/**
 * Electron's session: the handlers that the shell sets, and the transport of the custom scheme. Chromium outside
 * Electron does not know app://, so the page is loaded from a server on loopback that hands each request, with its
 * method, headers and body, to the handler of the scheme, and streams the answer back.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { CustomScheme, Session } from 'electron'

type SchemeHandler = (request: Request) => Response | Promise<Response>
type BeforeRequest = (details: { url: string }, callback: (answer: { cancel?: boolean }) => void) => void
type PermissionRequestHandler = NonNullable<Parameters<Session['setPermissionRequestHandler']>[0]>
type PermissionCheckHandler = NonNullable<Parameters<Session['setPermissionCheckHandler']>[0]>
type DeviceHandler = NonNullable<Parameters<Session['setDevicePermissionHandler']>[0]>
type DisplayMediaHandler = NonNullable<Parameters<Session['setDisplayMediaRequestHandler']>[0]>
type UsbHandler = NonNullable<Parameters<Session['setUSBProtectedClassesHandler']>[0]>
type BluetoothHandler = NonNullable<Parameters<Session['setBluetoothPairingHandler']>[0]>

const appOrigin = 'app://outpost'

export class StandInSession {
  readonly schemes = new Map<string, SchemeHandler>()
  beforeRequest: BeforeRequest | undefined
  permissionRequest: PermissionRequestHandler | undefined
  permissionCheck: PermissionCheckHandler | undefined
  device: DeviceHandler | undefined
  displayMedia: DisplayMediaHandler | undefined
  usbProtectedClasses: UsbHandler | undefined
  bluetoothPairing: BluetoothHandler | undefined
  certificateVerifyProc: unknown

  readonly protocol = {
    handle: (scheme: string, handler: SchemeHandler): void => {
      if (this.schemes.has(scheme)) throw new Error(`${scheme} has a handler already`)
      this.schemes.set(scheme, handler)
    },
  }
  readonly webRequest = {
    onBeforeRequest: (listener: BeforeRequest): void => {
      this.beforeRequest = listener
    },
  }
  setPermissionRequestHandler(handler: PermissionRequestHandler): void {
    this.permissionRequest = handler
  }
  setPermissionCheckHandler(handler: PermissionCheckHandler): void {
    this.permissionCheck = handler
  }
  setDevicePermissionHandler(handler: DeviceHandler): void {
    this.device = handler
  }
  setDisplayMediaRequestHandler(handler: DisplayMediaHandler): void {
    this.displayMedia = handler
  }
  setUSBProtectedClassesHandler(handler: UsbHandler): void {
    this.usbProtectedClasses = handler
  }
  setBluetoothPairingHandler(handler: BluetoothHandler): void {
    this.bluetoothPairing = handler
  }
  setCertificateVerifyProc(proc: unknown): void {
    this.certificateVerifyProc = proc
  }

  private server: Promise<string> | undefined

  /** The loopback origin that stands for app://outpost. */
  origin(): Promise<string> {
    this.server ??= new Promise((resolve) => {
      const server = createServer((request, response) => {
        this.answer(request, response).catch(() => response.destroy())
      })
      server.unref()
      server.listen(0, '127.0.0.1', () =>
        resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
      )
    })
    return this.server
  }

  async toPage(address: string): Promise<string> {
    return address.startsWith(`${appOrigin}/`)
      ? (await this.origin()) + address.slice(appOrigin.length)
      : address
  }

  async toApp(address: string): Promise<string> {
    const origin = await this.origin()
    return address.startsWith(`${origin}/`) ? appOrigin + address.slice(origin.length) : address
  }

  private async answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const handler = this.schemes.get('app')
    if (!handler) return void outgoing.destroy()
    const aborted = new AbortController()
    outgoing.once('close', () => aborted.abort())
    const answer = await handler(await this.requestOf(incoming, aborted.signal))
    if (answer.type === 'error') return void outgoing.destroy()
    outgoing.writeHead(answer.status, [...answer.headers].flat())
    outgoing.flushHeaders()
    if (!answer.body) return void outgoing.end()
    await pipeline(Readable.fromWeb(answer.body as never), outgoing)
  }

  private async requestOf(incoming: IncomingMessage, signal: AbortSignal): Promise<Request> {
    const headers = new Headers()
    for (const [name, value] of Object.entries(incoming.headers)) {
      if (typeof value !== 'string' || name === 'host' || name === 'connection') continue
      headers.set(name, name === 'origin' || name === 'referer' ? await this.toApp(`${value}/`) : value)
    }
    const method = incoming.method ?? 'GET'
    const hasBody = method !== 'GET' && method !== 'HEAD'
    return new Request(appOrigin + incoming.url, {
      method,
      headers,
      signal,
      ...(hasBody ? { body: Readable.toWeb(incoming) as ReadableStream, duplex: 'half' } : {}),
    } as RequestInit)
  }
}

export const standInSession = new StandInSession()

export const privilegedSchemes: CustomScheme[] = []
