/** What is opened where the configuration wants it: the doors, and where traces go. */
import type { ServingConfig, ServingToControl } from '../contract/processes.ts'
import type { Door } from './door/door.ts'
import { listen } from './door/listen.ts'
import type { GrpcDoorOptions } from './grpc/door-options.ts'
import type { GrpcDoor } from './grpc/grpc-door.ts'
import type { ServingRooms } from './serving-rooms.ts'
import type { Traces } from './watching/traces.ts'

/** Loaded where traces go somewhere, so that nobody else pays for it. */
export async function tracesOf(
  { traces, tls, nodeId }: ServingConfig,
  { log, version }: ServingRooms,
): Promise<Traces | null> {
  if (!traces) return null
  const { openTraces } = await import('./watching/open-telemetry.ts')
  return openTraces(traces, { version, nodeId, scheme: tls ? 'https' : 'http', log })
}

/** Loaded where it is wanted: the library for gRPC takes as long to load as all else of serving. */
export async function openGrpcDoor(
  options: Omit<GrpcDoorOptions, 'protoFile'>,
  { protoFile }: ServingRooms,
): Promise<GrpcDoor> {
  const { createGrpcDoor } = await import('./grpc/grpc-door.ts')
  return createGrpcDoor({ ...options, protoFile })
}

/** All addresses are no address to go to; this machine's own is one of them. */
function reachedAt({ host }: ServingConfig): string {
  const address = { '0.0.0.0': '127.0.0.1', '::': '::1' }[host] ?? host
  return address.includes(':') ? `[${address}]` : address
}

/** Where the doors are, for control to tell; PORT_TAKEN. */
export async function listenTo(
  config: ServingConfig,
  door: Door,
  grpcDoor: GrpcDoor | null | undefined,
): Promise<Extract<ServingToControl, { type: 'ready' }>> {
  const port = await listen(door.server, config)
  const grpcPort =
    grpcDoor && config.grpc ? await grpcDoor.listen({ host: config.host, ...config.grpc }) : null
  const at = reachedAt(config)
  return {
    type: 'ready',
    url: `${config.tls ? 'https' : 'http'}://${at}:${port}`,
    port,
    // gRPC's own form: a client says by its credentials whether it speaks TLS.
    grpc: grpcPort === null ? null : { address: `${at}:${grpcPort}`, port: grpcPort },
  }
}
