/**
 * Who sends a request to the control side: a program by its bearer key, a person by the cookie of a login, the command
 * line of the machine's own account by the token that it read from the data folder.
 */
import { checkKey } from '../../auth/api-keys.ts'
import { loggedInUntil } from '../../auth/logins.ts'
import { isoTime } from '../../base/clock.ts'
import { OutpostError } from '../../base/errors.ts'
import { sameText } from '../../base/key-hash.ts'
import { type Actor, keyActor, loggedIn, nobody, owner } from '../actor.ts'
import type { NodeContext } from '../node-context.ts'
import { noteKeysUsed } from './keys.ts'

/** Of this node alone: a browser sends the cookies of a host to all its ports, and keeps one of each name. */
export const loginCookie = ({ nodeId }: Pick<NodeContext, 'nodeId'>): string =>
  `outpost_login_${nodeId.slice(-12)}`

export interface Credentials {
  authorization: string | undefined
  cookie: string | undefined
  address: string
}

/** A wrong key is refused here, and slowly where it is tried again and again; no credentials at all is nobody. */
export function identify(node: NodeContext, credentials: Credentials): Actor {
  const bearer = bearerOf(credentials.authorization)
  if (bearer !== undefined) return byKey(node, bearer, credentials.address)
  const token = cookieToken(node, credentials.cookie)
  return token !== null && loggedInUntil(node.db, token, isoTime(node.clock)) !== null ? loggedIn : nobody
}

/** Whether credentials are good, and until when; null where no time ends that. */
export interface Standing {
  admitted: boolean
  until: string | null
}

export const always: Standing = { admitted: true, until: null }
const over: Standing = { admitted: false, until: null }

/** Looks again at what a request came in with; a refusal here is no guess of a stranger, and counts as none. */
export function standingOf(node: NodeContext, { authorization, cookie }: Credentials): Standing {
  const now = isoTime(node.clock)
  const bearer = bearerOf(authorization)
  if (bearer !== undefined) {
    if (sameText(bearer, node.secrets.ownerToken)) return always
    const decision = checkKey(node.db, node.secrets.pepper, bearer, now)
    return decision.outcome === 'valid' ? { admitted: true, until: decision.key.expiresAt } : over
  }
  const token = cookieToken(node, cookie)
  const until = token === null ? null : loggedInUntil(node.db, token, now)
  return until === null ? over : { admitted: true, until }
}

const bearerOf = (authorization: string | undefined): string | undefined =>
  /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1]

function byKey(node: NodeContext, secret: string, address: string): Actor {
  if (sameText(secret, node.secrets.ownerToken)) return owner
  const decision = checkKey(node.db, node.secrets.pepper, secret, isoTime(node.clock))
  // A good key is never made to wait for the bad ones that others send from the same address.
  if (decision.outcome === 'valid') {
    noteKeysUsed(node, [decision.key.id])
    return keyActor(decision.key.name, decision.key.scopes)
  }
  node.keyFailures.wrong(address, secret)
  node.log.warn({ address, outcome: decision.outcome }, 'a key was refused')
  throw new OutpostError('UNAUTHORIZED', 'The key is not valid.', {
    hint: 'Create one in Settings, or with: outpost keys create.',
  })
}

export function cookieToken(node: NodeContext, header: string | undefined): string | null {
  const wanted = loginCookie(node)
  for (const pair of header?.split(';') ?? []) {
    const [name, value] = pair.trim().split('=', 2)
    if (name === wanted && value) return value
  }
  return null
}
