/** What the serving process is started with: where to listen, whom to believe, and how much of the machine to use. */
import { availableParallelism } from 'node:os'
import type { ServingConfig } from '../../contract/processes.ts'
import type { NodeContext } from '../node-context.ts'

export interface ServingPlace {
  host: string
  port: number
  portFixed: boolean
  tls: { cert: string; key: string } | null
}

export interface ServingSecrets {
  usageKey: Buffer
  temporaryKeys: ServingConfig['temporaryKeys']
}

/** `previousPort` is the one it had before a restart: clients should find it again where it was. */
export function servingConfig(
  node: NodeContext,
  place: ServingPlace,
  secrets: ServingSecrets,
  options: {
    hostsAllowed: string[]
    logLevel: string
    previousPort: number | null
    traces: ServingConfig['traces'] | null
  },
): ServingConfig {
  return {
    dataDir: node.paths.root,
    nodeId: node.nodeId,
    host: place.host,
    port: options.previousPort ?? place.port,
    portFixed: place.portFixed,
    tls: place.tls,
    hostsAllowed: options.hostsAllowed,
    keyPepper: node.secrets.pepper.toString('hex'),
    usageKey: secrets.usageKey.toString('hex'),
    internalKey: node.secrets.internalKey,
    temporaryKeys: secrets.temporaryKeys,
    // One thread is left for the door; a single core serves with one engine thread all the same.
    engineThreads: Math.max(1, Math.min(4, availableParallelism() - 1)),
    ...(options.traces && { traces: options.traces }),
    logLevel: options.logLevel,
  }
}
