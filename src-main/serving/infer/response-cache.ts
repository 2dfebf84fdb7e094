/**
 * Answers that were given before, for endpoints whose policy keeps them: by the digest of the version and the inputs,
 * so that no version answers for another, and emptied when the endpoint's versions change (R173).
 */
import { createHash } from 'node:crypto'
import type { Tensor } from '../../base/tensors.ts'
import { encodeBytes } from '../protocol/tensor-bytes.ts'
import type { EndpointRoute, Routes } from '../routing/routes.ts'

/** Bytes of one answer's outputs: a larger one would push many small ones out. */
const outputBytesMax = 1024 * 1024

interface Kept {
  outputs: Tensor[]
  until: number
}

export interface ResponseCache {
  /** What two equal requests share. */
  keyOf(digest: string, inputs: readonly Tensor[], outputs: readonly string[] | null): string
  find(endpoint: EndpointRoute, key: string): Tensor[] | null
  keep(endpoint: EndpointRoute, key: string, outputs: readonly Tensor[]): void
  /** Drops what was kept for endpoints whose versions or shares are others now. */
  follow(routes: Routes): void
}

export function createResponseCache(now: () => number = () => performance.now()): ResponseCache {
  const byEndpoint = new Map<string, { versions: string; kept: Map<string, Kept> }>()

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
      const kept = byEndpoint.get(endpoint.id)?.kept
      const found = kept?.get(key)
      if (!kept || !found) return null
      kept.delete(key)
      if (found.until <= now()) return null
      kept.set(key, found) // the last asked is the last to be dropped
      return found.outputs.map(copyOf)
    },
    keep: (endpoint, key, outputs) => {
      const { cache } = endpoint.split.policy
      const bytes = outputs.reduce((sum, output) => sum + encodeBytes(output).byteLength, 0)
      if (!cache || bytes > outputBytesMax) return
      const entry = byEndpoint.get(endpoint.id) ?? {
        versions: versionsOf(endpoint),
        kept: new Map<string, Kept>(),
      }
      byEndpoint.set(endpoint.id, entry)
      entry.kept.set(key, { outputs: outputs.map(copyOf), until: now() + cache.secondsMax * 1000 })
      for (const [oldest] of entry.kept) {
        if (entry.kept.size <= cache.entriesMax) break
        entry.kept.delete(oldest)
      }
    },
    follow: (routes) => {
      const now = new Map([...routes.endpoints.values()].map((endpoint) => [endpoint.id, endpoint]))
      for (const [id, { versions }] of byEndpoint) {
        const endpoint = now.get(id)
        if (!endpoint || versionsOf(endpoint) !== versions) byEndpoint.delete(id)
      }
    },
  }
}

/** Its memory is the reader's own: an answer may be handed to another thread. */
const copyOf = (tensor: Tensor): Tensor => ({ ...tensor, data: tensor.data.slice() })
