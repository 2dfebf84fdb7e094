/** What the serving process is started with: where to listen, whom to believe, and how much of the machine to use. */
import { availableParallelism } from 'node:os'
import type { ServingConfig } from '../../contract/processes.ts'
import type { ServingPorts } from '../../supervisor/serving-supervisor.ts'
import type { NodeContext } from '../node-context.ts'

export interface ServingPlace {
  host: string
  port: number
  portFixed: boolean
  /** The port of the door for gRPC; null for none. */
  grpc: { port: number; portFixed: boolean } | null
  tls: { cert: string; key: string } | null
  /** Null, or left out: as many as it likes. */
  addressRequestsPerMinute?: number | null
  /** Of loaded models; null, or left out: a share of the machine's. */
  modelBytesMax?: number | null
}

export interface ServingSecrets {
  usageKey(): Buffer
  temporaryKeys: ServingConfig['temporaryKeys']
}

/** `previousPorts` are those it had before a restart: clients should find it again where it was. */
export function servingConfig(
  node: NodeContext,
  place: ServingPlace,
  secrets: ServingSecrets,
  options: {
    hostsAllowed: string[]
    logLevel: string
    previousPorts: ServingPorts | null
    traces: ServingConfig['traces'] | null
  },
): ServingConfig {
  return {
    dataDir: node.paths.root,
    nodeId: node.nodeId,
    host: place.host,
    port: options.previousPorts?.http ?? place.port,
    portFixed: place.portFixed,
    ...(place.grpc && {
      grpc: { ...place.grpc, port: options.previousPorts?.grpc ?? place.grpc.port },
    }),
    tls: place.tls,
    hostsAllowed: options.hostsAllowed,
    keyPepper: node.secrets.pepper.toString('hex'),
    usageKey: secrets.usageKey().toString('hex'),
    internalKey: node.secrets.internalKey,
    temporaryKeys: secrets.temporaryKeys,
    ...(place.addressRequestsPerMinute && { addressRequestsPerMinute: place.addressRequestsPerMinute }),
    ...(place.modelBytesMax && { modelBytesMax: place.modelBytesMax }),
    // One thread is left for the door; a single core serves with one engine thread all the same.
    engineThreads: Math.max(1, Math.min(4, availableParallelism() - 1)),
    ...(options.traces && { traces: options.traces }),
    logLevel: options.logLevel,
  }
}
