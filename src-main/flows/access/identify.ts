/**
 * Who sends a request to the control side: a program by its bearer key, a person by the cookie of a login, the command
 * line of the machine's own account by the token that it read from the data folder.
 */
import { checkKey } from '../../auth/api-keys.ts'
import { isLoggedIn } from '../../auth/logins.ts'
import { isoTime } from '../../base/clock.ts'
import { OutpostError } from '../../base/errors.ts'
import { sameText } from '../../base/key-hash.ts'
import { type Actor, keyActor, loggedIn, nobody, owner } from '../actor.ts'
import type { NodeContext } from '../node-context.ts'

export const loginCookie = 'outpost_login'

export interface Credentials {
  authorization: string | undefined
  cookie: string | undefined
  address: string
}

/** A wrong key is refused here, and slowly where it is tried again and again; no credentials at all is nobody. */
export function identify(node: NodeContext, credentials: Credentials): Actor {
  const bearer = /^Bearer +(\S+)$/i.exec(credentials.authorization ?? '')?.[1]
  if (bearer !== undefined) return byKey(node, bearer, credentials.address)
  const token = cookieToken(credentials.cookie)
  return token !== null && isLoggedIn(node.db, token, isoTime(node.clock)) ? loggedIn : nobody
}

function byKey(node: NodeContext, secret: string, address: string): Actor {
  if (sameText(secret, node.secrets.ownerToken)) return owner
  const decision = checkKey(node.db, node.secrets.pepper, secret, isoTime(node.clock))
  // A good key is never made to wait for the bad ones that others send from the same address.
  if (decision.outcome === 'valid') return keyActor(decision.key.name, decision.key.scopes)
  node.keyFailures.admit(address)
  node.keyFailures.failed(address)
  node.log.warn({ address, outcome: decision.outcome }, 'a key was refused')
  throw new OutpostError('UNAUTHORIZED', 'The key is not valid.', {
    hint: 'Create one in Settings, or with: outpost keys create.',
  })
}

export function cookieToken(header: string | undefined): string | null {
  for (const pair of header?.split(';') ?? []) {
    const [name, value] = pair.trim().split('=', 2)
    if (name === loginCookie && value) return value
  }
  return null
}
