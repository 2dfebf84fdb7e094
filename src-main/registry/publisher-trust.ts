/**
 * What this node thinks of who signed a version, as of now: trust can be given and taken after the version came. A
 * mismatch is a key under the name of a publisher that is trusted with another key.
 */
import type { z } from 'zod'
import type { publisherSeen } from '../contract/views.ts'
import type { NodeReader } from '../store/sqlite.ts'
import { listPublishers } from '../store/tables/publishers.ts'

export type PublisherSeen = z.infer<typeof publisherSeen>

/** Reads the trusted keys once, for as many versions as are asked about. */
export function publisherTrust(db: NodeReader): (name: string, fingerprint: string | null) => PublisherSeen {
  const trusted = listPublishers(db)
  const byFingerprint = new Map(trusted.map((publisher) => [publisher.fingerprint, publisher]))
  const names = new Set(trusted.map((publisher) => publisher.name))
  return (name, fingerprint) => {
    if (fingerprint === null) return { name, fingerprint, trust: 'unsigned' }
    const publisher = byFingerprint.get(fingerprint)
    if (publisher?.own === true) return { name, fingerprint, trust: 'own' }
    if (publisher?.name === name) return { name, fingerprint, trust: 'trusted' }
    return { name, fingerprint, trust: names.has(name) || publisher ? 'mismatch' : 'unknown' }
  }
}
