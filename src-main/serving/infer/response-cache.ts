/**
 * Answers that were given before, for endpoints whose policy keeps them: by the digest of the version and the inputs,
 * so that no version answers for another, and emptied when the endpoint's versions change (R173). All of them together
 * take so much memory at most: of the endpoint that keeps most, the answer that was asked longest ago goes first.
 */
import { createHash } from 'node:crypto'
import type { Tensor } from '../../base/tensors.ts'
import { encodeBytes } from '../protocol/tensor-bytes.ts'
import type { EndpointRoute, Routes } from '../routing/routes.ts'

/** Bytes of one answer's outputs: a larger one would push many small ones out. */
const outputBytesMax = 1024 * 1024

/** What an entry takes besides its values. */
const entryBytes = 512

interface Kept {
  outputs: Tensor[]
  bytes: number
  until: number
}

interface KeptOfEndpoint {
  /** As they stood when the first was kept. */
  versions: string
  kept: Map<string, Kept>
  bytes: number
}

export interface ResponseCache {
  /** What two equal requests share. */
  keyOf(digest: string, inputs: readonly Tensor[], outputs: readonly string[] | null): string
  find(endpoint: EndpointRoute, key: string): Tensor[] | null
  keep(endpoint: EndpointRoute, key: string, outputs: readonly Tensor[]): void
  /** Drops what was kept for endpoints whose versions or shares are others now. */
  follow(routes: Pick<Routes, 'endpoints'>): void
  bytes(): number
}

export function createResponseCache({
  bytesMax,
  now = () => performance.now(),
}: {
  bytesMax: number
  now?: () => number
}): ResponseCache {
  const byEndpoint = new Map<string, KeptOfEndpoint>()
  let bytesKept = 0

  function remove(entry: KeptOfEndpoint, key: string): void {
    const bytes = entry.kept.get(key)?.bytes ?? 0
    entry.kept.delete(key)
    entry.bytes -= bytes
    bytesKept -= bytes
  }

  function dropOldest(entry: KeptOfEndpoint): void {
    for (const [oldest] of entry.kept) {
      remove(entry, oldest)
      return
    }
  }

  const largest = (): KeptOfEndpoint =>
    [...byEndpoint.values()].reduce((most, entry) => (entry.bytes > most.bytes ? entry : most))

  const versionsOf = ({ targets, split }: EndpointRoute): string =>
    JSON.stringify([
      targets.map(({ versionId, role, buckets }) => [versionId, role, buckets]),
      split.policy.cache,
    ])

  return {
    keyOf: (digest, inputs, outputs) => {
      const hash = createHash('sha256').update(JSON.stringify([digest, outputs]))
      for (const input of inputs) {
        hash.update(JSON.stringify([input.name, input.datatype, input.shape])).update(encodeBytes(input))
      }
      return hash.digest('base64')
    },
    find: (endpoint, key) => {
      const entry = byEndpoint.get(endpoint.id)
      const found = entry?.kept.get(key)
      if (!entry || !found) return null
      if (found.until <= now()) {
        remove(entry, key)
        return null
      }
      entry.kept.delete(key)
      entry.kept.set(key, found) // the last asked is the last to be dropped
      return found.outputs.map(copyOf)
    },
    keep: (endpoint, key, outputs) => {
      const { cache } = endpoint.split.policy
      const bytes = outputs.reduce((sum, output) => sum + encodeBytes(output).byteLength, entryBytes)
      if (!cache || bytes > outputBytesMax) return
      const entry = byEndpoint.get(endpoint.id) ?? {
        versions: versionsOf(endpoint),
        kept: new Map<string, Kept>(),
        bytes: 0,
      }
      byEndpoint.set(endpoint.id, entry)
      remove(entry, key)
      entry.kept.set(key, { outputs: outputs.map(copyOf), bytes, until: now() + cache.secondsMax * 1000 })
      entry.bytes += bytes
      bytesKept += bytes
      while (entry.kept.size > cache.entriesMax) dropOldest(entry)
      while (bytesKept > bytesMax) dropOldest(largest())
    },
    follow: (routes) => {
      const served = new Map([...routes.endpoints.values()].map((endpoint) => [endpoint.id, endpoint]))
      for (const [id, { versions, bytes }] of byEndpoint) {
        const endpoint = served.get(id)
        if (endpoint && versionsOf(endpoint) === versions) continue
        byEndpoint.delete(id)
        bytesKept -= bytes
      }
    },
    bytes: () => bytesKept,
  }
}

/** Its memory is the reader's own: an answer may be handed to another thread. */
const copyOf = (tensor: Tensor): Tensor => ({ ...tensor, data: tensor.data.slice() })
