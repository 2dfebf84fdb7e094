/** Who is asking (R219): a bearer key of the registry, one that dies with the process, or control itself. */
import { systemClock } from '../../base/clock.ts'
import { OutpostError } from '../../base/errors.ts'
import { createGuessLimiter, type GuessLimiter } from '../../base/failure-limiter.ts'
import { keyHash, sameText } from '../../base/key-hash.ts'
import { grants } from '../../contract/api/scopes.ts'
import { asker, internalKeyOf } from '../../contract/internal-key.ts'
import type { KeyScope } from '../../contract/views.ts'
import type { ServedKey } from '../routing/routes.ts'

export interface Caller {
  /** Written into each usage record. */
  name: string
  /** Of the key, whose name another one may have too; null for what is no key of the registry. */
  keyId: string | null
  /** Control itself, which may try versions that no endpoint serves. */
  internal: boolean
  scopes: readonly KeyScope[]
  /** Null: as many as it likes. */
  requestsPerMinute: number | null
  /** Milliseconds since the epoch. */
  expiresAt: number | null
  /** What the key is used for; null: what the site declares. */
  commercial: boolean | null
}

/** UNAUTHORIZED, FORBIDDEN; TOO_MANY_REQUESTS for who tried too many wrong keys. The address is the caller's. */
export type Identify = (authorization: string | undefined, address: string) => Caller

const inferOnly: readonly KeyScope[] = ['infer']

export interface CallerSettings {
  keyPepper: string
  internalKey: string
  temporaryKeys: ReadonlyArray<{ hash: string; name: string }>
}

/** Keys that are remembered at once: those in use, not those that exist. */
const rememberedMax = 10_000

/**
 * `identify` with what it found kept until the keys change: the HMAC of a key costs as much as all else that the door
 * does before the model. Refusals are not kept, so nobody fills the memory with wrong keys.
 */
export function createIdentify(
  settings: CallerSettings,
  keys: () => ReadonlyMap<string, ServedKey>,
  onUsed: (keyId: string) => void,
  guesses: GuessLimiter = createGuessLimiter(systemClock),
): Identify {
  const known = new Map<string, Caller>()
  const used = (caller: Caller): Caller => {
    if (caller.keyId !== null) onUsed(caller.keyId)
    return caller
  }
  let of: ReadonlyMap<string, ServedKey> | null = null
  return (authorization = '', address) => {
    const now = keys()
    if (of !== now || known.size >= rememberedMax) known.clear()
    of = now
    const found = known.get(authorization)
    if (found && (found.expiresAt === null || found.expiresAt > Date.now())) return used(found)
    const secret = secretOf(authorization)
    const identified = identify(secret, settings, now, Date.now())
    if (!identified) throw wrongKey(guesses, address, secret)
    known.set(authorization, identified)
    return used(identified)
  }
}

function secretOf(authorization: string): string {
  const secret = /^Bearer +([!-~]{1,512})$/i.exec(authorization)?.[1]
  if (secret !== undefined) return secret
  throw new OutpostError('UNAUTHORIZED', 'A key is needed: send it as "Authorization: Bearer …".', {
    hint: 'Make a key with the scope "infer" under Settings, or with `outpost keys create`.',
  })
}

/** Says nothing of what about the key was wrong. A good key is never made to wait for the bad ones of others. */
function wrongKey(guesses: GuessLimiter, address: string, secret: string): OutpostError {
  guesses.wrong(address, secret)
  return new OutpostError('UNAUTHORIZED', 'The key is not valid.', {
    hint: 'It may have been revoked or have expired; make a new one.',
  })
}

/** Null for a key that is not valid. Throws FORBIDDEN for one that may neither infer nor look. */
function identify(
  secret: string,
  settings: CallerSettings,
  keys: ReadonlyMap<string, ServedKey>,
  now: number,
): Caller | null {
  const from = asker.options.find((one) => sameText(secret, internalKeyOf(settings.internalKey, one)))
  if (from) return unlisted(from, true)
  const hash = keyHash(Buffer.from(settings.keyPepper, 'hex'), secret)
  const temporary = settings.temporaryKeys.find((key) => sameText(key.hash, hash))
  if (temporary) return unlisted(temporary.name, false)
  const key = keys.get(hash)
  if (!key || (key.expiresAt !== null && key.expiresAt <= now)) return null
  if (!grants(key.scopes, 'infer') && !grants(key.scopes, 'read')) {
    throw new OutpostError('FORBIDDEN', `The key "${key.name}" lacks the scopes "infer" and "read".`)
  }
  const { id: keyId, ...rest } = key
  return { ...rest, keyId, internal: false }
}

const unlisted = (name: string, internal: boolean): Caller => ({
  name,
  keyId: null,
  internal,
  scopes: inferOnly,
  requestsPerMinute: null,
  expiresAt: null,
  commercial: null,
})

/** Whose requests are counted together: two keys may have one name. */
export const countedAs = ({ keyId, name }: Caller): string => keyId ?? name

/** FORBIDDEN for a key that may look and not run. */
export function requireInfer({ name, scopes }: Caller): void {
  if (!grants(scopes, 'infer'))
    throw new OutpostError('FORBIDDEN', `The key "${name}" lacks the scope "infer".`)
}
