/** Lists that a publisher signs whole: what it took back, and which keys may sign in its name. Numbers only grow. */
import { createPublicKey, type KeyObject } from 'node:crypto'
import { z } from 'zod'
import { OutpostError } from '../../base/errors.ts'
import { fingerprintOf, parsePublicKey, publicKeyText } from '../../base/signing-key.ts'
import type { IssuerPurpose } from '../../contract/license/documents.ts'
import { type KeysetEntry, keysetEntry } from '../../contract/license/issuing.ts'
import { signDocument } from '../../license/envelope/sign-document.ts'
import { listIssued } from '../../store/tables/issued-licenses.ts'
import { getSetting, setSetting } from '../../store/tables/settings.ts'
import type { Actor } from '../actor.ts'
import { audited } from '../audited.ts'
import type { NodeContext } from '../node-context.ts'
import { issuerOf } from './issue.ts'

const seconds = (iso: string): number => Math.floor(Date.parse(iso) / 1000)

/** The next number of a list, kept before it is signed with: none is ever signed twice. */
export function nextNumber(node: NodeContext, list: string): number {
  const key = `issuing-${list}`
  const number = (getSetting(node.db, key, z.int()) ?? 0) + 1
  setSetting(node.db, key, number)
  return number
}

/** Every license that was taken back, in one list. */
export function signRevocations(node: NodeContext, actor: Actor) {
  const { iss, key } = issuerOf(node, undefined, 'revocations')
  const revoked = new Map(
    listIssued(node.db).flatMap(({ lid, revokedAt, revokedReason }) =>
      revokedAt === null
        ? []
        : [[lid, { lid, at: seconds(revokedAt), reason: revokedReason ?? '' }] as const],
    ),
  )
  const number = audited(node, actor, { action: 'license.sign-revocations', object: iss }, () =>
    nextNumber(node, 'revocations'),
  )
  const document = signDocument(
    'revocations',
    {
      ver: 1,
      crit: [],
      iss,
      iat: node.licensing.now(),
      number,
      nextUpdate: null,
      revoked: [...revoked.values()],
    },
    key,
  )
  return { fileName: `${iss}-revocations-${number}.jws`, document, number, revoked: revoked.size }
}

const keysSetting = 'issuing-keys'

export const certifiedKeys = (node: NodeContext): KeysetEntry[] =>
  getSetting(node.db, keysSetting, z.array(keysetEntry)) ?? []

export function certifyKey(
  node: NodeContext,
  actor: Actor,
  wanted: { key: string; name: string; purposes: IssuerPurpose[]; until: string | null },
): KeysetEntry {
  const key = readKey(wanted.key)
  const entry: KeysetEntry = {
    kid: fingerprintOf(key),
    key: publicKeyText(key),
    name: wanted.name,
    purposes: wanted.purposes,
    from: new Date(node.licensing.now() * 1000).toISOString(),
    until: wanted.until,
    revokedAt: null,
  }
  audited(
    node,
    actor,
    { action: 'issuing.certify', object: entry.kid, details: { name: entry.name, purposes: entry.purposes } },
    () =>
      setSetting(node.db, keysSetting, [
        ...certifiedKeys(node).filter(({ kid }) => kid !== entry.kid),
        entry,
      ]),
  )
  node.announce('licenses')
  return entry
}

export function revokeCertifiedKey(node: NodeContext, actor: Actor, kid: string): KeysetEntry {
  const known = certifiedKeys(node)
  const entry = known.find((one) => one.kid === kid)
  if (!entry) throw new OutpostError('NOT_FOUND', `The key ${kid} was never certified here.`)
  const revoked = {
    ...entry,
    revokedAt: entry.revokedAt ?? new Date(node.licensing.now() * 1000).toISOString(),
  }
  audited(node, actor, { action: 'issuing.revoke-key', object: kid }, () =>
    setSetting(
      node.db,
      keysSetting,
      known.map((one) => (one.kid === kid ? revoked : one)),
    ),
  )
  node.announce('licenses')
  return revoked
}

export function signKeyset(node: NodeContext, actor: Actor) {
  const { iss, key } = issuerOf(node, undefined, 'license')
  const n = audited(node, actor, { action: 'issuing.sign-keyset', object: iss }, () =>
    nextNumber(node, 'keyset'),
  )
  const keys = certifiedKeys(node).map(({ kid, key: text, name, purposes, from, until, revokedAt }) => ({
    kid,
    key: text,
    name,
    purposes,
    nbf: seconds(from),
    exp: until === null ? null : seconds(until),
    revokedAt: revokedAt === null ? null : seconds(revokedAt),
  }))
  const document = signDocument(
    'keyset',
    { ver: 1, crit: [], iss, iat: node.licensing.now(), n, nextUpdate: null, keys },
    key,
  )
  return { fileName: `${iss}-keyset-${n}.jws`, document, n }
}

function readKey(text: string): KeyObject {
  if (text.includes('PRIVATE KEY'))
    throw new OutpostError('KEY_INVALID', 'This is a private key; certifying needs the public one alone.', {
      hint: 'Whoever sent it should make a new key: this one is known to others now.',
    })
  const key = parsePublicKey(text.trim()) ?? readPem(text)
  if (key?.asymmetricKeyType === 'ed25519') return key
  throw new OutpostError('KEY_INVALID', 'This is no public key of Ed25519, in PEM form or as base64.', {
    hint: 'outpost publisher show on the other node prints it.',
  })
}

function readPem(text: string): KeyObject | null {
  try {
    return createPublicKey({ key: text, format: 'pem' })
  } catch {
    return null // said by the caller, in words
  }
}
