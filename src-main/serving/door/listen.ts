/** Takes the port that is asked for, or another one where that is taken and nobody insists on it. */
import { once } from 'node:events'
import type { AddressInfo, Server } from 'node:net'
import { isSystemError, OutpostError } from '../../base/errors.ts'

export interface ListenAddress {
  host: string
  port: number
  /** True where a taken port is an error and not a reason to take another. */
  portFixed: boolean
}

/** The port that it listens on; PORT_TAKEN. */
export const listen = (server: Server, address: ListenAddress): Promise<number> =>
  takePort(address, async (port) => {
    server.listen(port, address.host)
    await once(server, 'listening')
    return (server.address() as AddressInfo).port
  })

/** `bind` gives the port that it got; it is asked for any, as 0, where the one that is wished for is taken. */
export async function takePort(
  { host, port, portFixed }: ListenAddress,
  bind: (port: number) => Promise<number>,
): Promise<number> {
  try {
    return await bind(port)
  } catch (error) {
    if (!isTaken(error)) throw error
    if (!portFixed) return bind(0)
    throw new OutpostError('PORT_TAKEN', `The port ${port} of ${host} cannot be used: ${error.message}.`, {
      hint: 'Stop what listens there, or choose another port.',
    })
  }
}

/** The library for gRPC hands on the system's words without its code. */
const isTaken = (error: unknown): error is Error =>
  isSystemError(error, 'EADDRINUSE', 'EACCES') ||
  (error instanceof Error && /\b(EADDRINUSE|EACCES)\b/.test(error.message))
