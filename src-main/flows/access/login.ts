/** The headless UI's logins: by the one-time link of the console, by password, ended by leaving. */
import {
  type Begun,
  changePassword,
  checkLoginLink,
  claimLoginLink,
  leave as end,
  isPasswordSet,
  loginWithPassword,
} from '../../auth/logins.ts'
import { isoTime } from '../../base/clock.ts'
import { OutpostError } from '../../base/errors.ts'
import type { Actor } from '../actor.ts'
import { audited } from '../audited.ts'
import type { NodeContext } from '../node-context.ts'
import { cookieToken, loginCookie } from './identify.ts'

/** What a login needs to know of the call: where from, over what, and where the cookie goes. */
export interface LoginCall {
  transport: { address: string; secure: boolean }
  cookie: string | undefined
  answerHeaders: Headers
}

export const loginState = (node: NodeContext, actor: Actor) => ({
  actor: { kind: actor.kind, name: actor.name, scopes: [...actor.scopes] },
  passwordSet: isPasswordSet(node.db),
})

/** Whether a link is still good, so that its page asks for no password in vain. */
export async function checkLink(node: NodeContext, { transport }: LoginCall, token: string) {
  await countingBadLinks(node, transport.address, () => checkLoginLink(node.db, token, isoTime(node.clock)))
  return {}
}

export async function claimLink(
  node: NodeContext,
  call: LoginCall,
  input: { token: string; password?: string | undefined },
) {
  const { address } = call.transport
  const begun = await countingBadLinks(node, address, () =>
    claimLoginLink(node.db, { ...input, address }, isoTime(node.clock)),
  )
  setCookie(node, call, begun)
  if (input.password !== undefined) node.announce('logins') // a new password ends the logins of the old one
  return { passwordSet: isPasswordSet(node.db) }
}

/** A good link is never made to wait for the bad guesses that others make from the same address. */
async function countingBadLinks<Result>(
  node: NodeContext,
  address: string,
  attempt: () => Result | Promise<Result>,
): Promise<Result> {
  try {
    return await attempt()
  } catch (error) {
    if (error instanceof OutpostError && error.code === 'LOGIN_LINK_INVALID') {
      node.loginFailures.admit(address)
      node.loginFailures.failed(address)
    }
    throw error
  }
}

export async function enter(node: NodeContext, call: LoginCall, password: string) {
  const { address } = call.transport
  setCookie(
    node,
    call,
    await guarded(node, address, () =>
      loginWithPassword(node.db, { password, address }, isoTime(node.clock)),
    ),
  )
  return {}
}

/** Counted as a failure until it has succeeded: a hundred guesses that are sent at once are a hundred guesses. */
async function guarded<Result>(
  node: NodeContext,
  address: string,
  attempt: () => Promise<Result>,
): Promise<Result> {
  node.loginFailures.admit(address)
  node.loginFailures.failed(address)
  const result = await attempt()
  node.loginFailures.succeeded(address)
  return result
}

export function leave(node: NodeContext, actor: Actor, call: LoginCall) {
  const token = cookieToken(node, call.cookie)
  if (token !== null && actor.kind === 'login')
    audited(node, actor, { action: 'login.end', object: 'login' }, () => end(node.db, token))
  node.announce('logins')
  call.answerHeaders.append(
    'set-cookie',
    `${loginCookie(node)}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0`,
  )
  return {}
}

export async function setPassword(
  node: NodeContext,
  actor: Actor,
  call: LoginCall,
  input: { current?: string | undefined; next: string },
) {
  const change = {
    ...input,
    trusted: actor.kind === 'owner',
    kept: cookieToken(node, call.cookie),
    address: call.transport.address,
  }
  const attempt = () => changePassword(node.db, change, isoTime(node.clock))
  if (change.trusted) await attempt()
  else await guarded(node, change.address, attempt)
  node.announce('logins')
  return {}
}

function setCookie(node: NodeContext, call: LoginCall, { token, expiresAt }: Begun): void {
  const parts = [
    `${loginCookie(node)}=${token}`,
    'Path=/',
    'HttpOnly',
    'SameSite=Strict',
    `Expires=${new Date(expiresAt).toUTCString()}`,
  ]
  if (call.transport.secure) parts.push('Secure')
  call.answerHeaders.append('set-cookie', parts.join('; '))
}
