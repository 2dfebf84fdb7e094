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
export async function listen(server: Server, { host, port, portFixed }: ListenAddress): Promise<number> {
  const bind = async (wished: number): Promise<number> => {
    server.listen(wished, host)
    await once(server, 'listening')
    return (server.address() as AddressInfo).port
  }
  try {
    return await bind(port)
  } catch (error) {
    if (!isSystemError(error, 'EADDRINUSE', 'EACCES')) throw error
    if (!portFixed) return bind(0)
    throw new OutpostError('PORT_TAKEN', `The port ${port} of ${host} cannot be used: ${error.message}.`, {
      hint: 'Stop what listens there, or choose another port.',
    })
  }
}
