/** Who is asking. The actor comes from the transport, never from a body. */
import { OutpostError } from '../base/errors.ts'
import { type Access, grants } from '../contract/api/scopes.ts'
import type { KeyScope } from '../contract/views.ts'

export interface Actor {
  /** owner: the desktop window or the command line on the machine's own account. */
  kind: 'owner' | 'login' | 'key' | 'nobody'
  /** Stands in the audit record: owner, login, key:<name>. */
  name: string
  scopes: readonly KeyScope[]
}

/** UNAUTHORIZED for nobody, FORBIDDEN for a key without the scope. */
export function requireScope(actor: Actor, needed: Access): void {
  if (grants(actor.scopes, needed)) return
  throw actor.kind === 'nobody'
    ? new OutpostError('UNAUTHORIZED', 'This needs a login or an API key.', {
        hint: 'Log in, or send Authorization: Bearer KEY.',
      })
    : new OutpostError('FORBIDDEN', `This key lacks the scope "${needed}".`, {
        hint: 'Create a key with that scope in Settings.',
      })
}

const everything: readonly KeyScope[] = ['infer', 'read', 'write', 'admin']

export const owner: Actor = { kind: 'owner', name: 'owner', scopes: everything }
export const loggedIn: Actor = { kind: 'login', name: 'login', scopes: everything }
export const nobody: Actor = { kind: 'nobody', name: 'nobody', scopes: [] }
export const keyActor = (name: string, scopes: readonly KeyScope[]): Actor => ({
  kind: 'key',
  name: `key:${name}`,
  scopes,
})
