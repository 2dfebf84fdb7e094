/** Bytes on a socket, and what comes back: requests that no HTTP client would send. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** Opened to a listener on this machine; what cuts it off is no fault of the test. */
export async function openSocket(url: string): Promise<Socket> {
  const { port, hostname } = new URL(url)
  const socket = connect(Number(port), hostname)
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  return socket
}

/** Sends the bytes as they are and gives all that is answered until the other side closes the connection. */
export async function exchange(url: string, ...parts: Array<string | Uint8Array>): Promise<string> {
  const socket = await openSocket(url)
  const chunks: Buffer[] = []
  socket.on('data', (chunk: Buffer) => chunks.push(chunk))
  const closed = new Promise((resolve) => socket.once('close', resolve))
  for (const part of parts) if (!socket.destroyed) socket.write(part)
  await closed
  return Buffer.concat(chunks).toString('latin1')
}

/** A request whose head is these lines, and which asks for the end of the connection after its answer. */
export const request = (first: string, headers: readonly string[], body = ''): string =>
  [first, ...headers, 'connection: close', '', body].join('\r\n')

/** The statuses of all answers on a connection, in order. */
export const statusesOf = (answered: string): number[] =>
  [...answered.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map(([, status]) => Number(status))
