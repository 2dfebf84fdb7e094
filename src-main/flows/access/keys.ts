/** API keys: made, listed, rotated, revoked. A revocation is answered when serving refuses the key. */

import {
  createKey as create,
  keyPrefix,
  listKeys as list,
  revokeKey as revoke,
  rotateKey as rotate,
} from '../../auth/api-keys.ts'
import { newToken } from '../../auth/tokens.ts'
import { isoTime } from '../../base/clock.ts'
import { OutpostError } from '../../base/errors.ts'
import { keyHash } from '../../base/key-hash.ts'
import type { KeyScope } from '../../contract/views.ts'
import { asStoreError, type RowWindow } from '../../store/sqlite.ts'
import { touchKey } from '../../store/tables/api-keys.ts'
import type { Actor } from '../actor.ts'
import type { NodeContext } from '../node-context.ts'

export const listKeys = (node: NodeContext, window: RowWindow) => list(node.db, window)

export interface NewKey {
  name: string
  scopes: KeyScope[]
  expiresAt: string | null
  requestsPerMinute: number | null
  commercial: boolean | null
}

export async function createKey(node: NodeContext, actor: Actor, wanted: NewKey) {
  const made = create(node.db, node.secrets.pepper, wanted, { actor: actor.name, at: isoTime(node.clock) })
  await node.serving.apply(node.snapshot())
  node.announce('keys', made.key.id)
  return made
}

export async function revokeKey(node: NodeContext, actor: Actor, id: string) {
  const revoked = revoke(node.db, id, { actor: actor.name, at: isoTime(node.clock) })
  await node.serving.apply(node.snapshot())
  node.announce('keys', id)
  return revoked
}

const hourMs = 3_600_000

export async function rotateKey(
  node: NodeContext,
  actor: Actor,
  wanted: { id: string; overlapHours: number; expiresAt?: string | null | undefined },
) {
  const { id, overlapHours, expiresAt } = wanted
  const by = { actor: actor.name, at: isoTime(node.clock) }
  const made = rotate(node.db, node.secrets.pepper, { id, overlapMs: overlapHours * hourMs, expiresAt }, by)
  await node.serving.apply(node.snapshot())
  node.announce('keys', id)
  return made
}

/** A time of use is written once a minute at most, however often the key is used. */
const usedEveryMs = 60_000

export function noteKeysUsed(node: NodeContext, ids: readonly string[]): void {
  const at = isoTime(node.clock)
  const before = new Date(Date.parse(at) - usedEveryMs).toISOString()
  try {
    for (const id of ids) touchKey(node.db, id, at, before) // a use is no change that anybody has to hear of
  } catch (error) {
    const known = asStoreError(error)
    if (!(known instanceof OutpostError && known.code === 'DISK_FULL')) throw known
    node.log.warn({ err: known }, 'the use of a key could not be noted') // the key is as good as before
  }
}

/** An infer-only key that stands in no database and dies with the process. */
export function temporaryKey(pepper: Buffer): { name: string; secret: string; hash: string } {
  const secret = newToken(keyPrefix)
  return { name: 'console', secret, hash: keyHash(pepper, secret) }
}
