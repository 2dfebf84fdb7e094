/**
 * Who may issue for a publisher: the publisher's own keys, and those that its newest keyset names for a purpose and a
 * time. All trust roots in the publishers that the node trusts; there is no root above them.
 */
import type { KeyObject } from 'node:crypto'
import { OutpostError } from '../../base/errors.ts'
import { fingerprintOf, parsePublicKey } from '../../base/signing-key.ts'
import type { IssuerPurpose, KeysetPayload } from '../../contract/license/documents.ts'
import type { FindKey } from '../envelope/open-document.ts'

/** A key under the name of a publisher; it may sign everything in that name. */
export interface PublisherKey {
  name: string
  fingerprint: string
  key: KeyObject
}

export interface Issuers {
  /** Of any publisher or certified issuer. */
  findKey: FindKey
  /** Keys of publishers alone: a keyset must be signed by one of them. */
  findPublisherKey: FindKey
  /**
   * Throws LIC_ISSUER where the key has no say in this name and for this purpose, LIC_KEY_EXPIRED where it had none at
   * `iat` (seconds), LIC_KEY_REVOKED where it was revoked before.
   */
  require(signed: { kid: string; iss: string; iat: number }, purpose: IssuerPurpose): void
  /** Whether the key is one of the publisher itself. */
  isPublisher(kid: string, name: string): boolean
}

/** Whoever may certify keys could otherwise sign under the fingerprint of a key that another publisher certified. */
export function namesItsKey({ kid, key }: KeysetPayload['keys'][number]): boolean {
  const parsed = parsePublicKey(key)
  return parsed !== null && fingerprintOf(parsed) === kid
}

/** `keysets` are verified, at most one for each publisher. */
export function createIssuers(
  publishers: readonly PublisherKey[],
  keysets: readonly Pick<KeysetPayload, 'iss' | 'keys'>[],
): Issuers {
  const own = new Map<string, PublisherKey[]>()
  for (const publisher of publishers)
    own.set(publisher.fingerprint, [...(own.get(publisher.fingerprint) ?? []), publisher])
  const certified = new Map(
    keysets.map(({ iss, keys }) => [
      iss,
      new Map(keys.filter(namesItsKey).map((entry) => [entry.kid, entry])),
    ]),
  )
  const findPublisherKey: FindKey = (kid) => own.get(kid)?.[0]?.key ?? null
  const isPublisher = (kid: string, name: string) => own.get(kid)?.some((key) => key.name === name) === true
  return {
    findPublisherKey,
    isPublisher,
    findKey: (kid) => {
      const known = findPublisherKey(kid)
      if (known) return known
      for (const keys of certified.values()) {
        const entry = keys.get(kid)
        if (entry) return parsePublicKey(entry.key)
      }
      return null
    },
    require: ({ kid, iss, iat }, purpose) => {
      if (isPublisher(kid, iss)) return
      const entry = certified.get(iss)?.get(kid)
      if (!entry?.purposes.includes(purpose)) {
        throw new OutpostError(
          'LIC_ISSUER',
          entry
            ? `The key "${entry.name}" may not sign ${purpose} in the name of "${iss}".`
            : `The key ${kid} is neither one of "${iss}" nor certified by it.`,
          {
            hint: `Ask "${iss}" for a document of its own, or for the keyset that names this key.`,
            details: { kid, iss },
          },
        )
      }
      if (entry.revokedAt !== null && iat >= entry.revokedAt)
        throw new OutpostError(
          'LIC_KEY_REVOKED',
          `"${iss}" revoked the key "${entry.name}" before it signed this.`,
          {
            hint: 'Ask the issuer for a document that is signed with its present key.',
          },
        )
      if (iat < entry.nbf || (entry.exp !== null && iat >= entry.exp))
        throw new OutpostError(
          'LIC_KEY_EXPIRED',
          `The key "${entry.name}" was not valid when it signed this.`,
          {
            hint: 'Ask the issuer for a document that is signed with its present key.',
          },
        )
    },
  }
}
