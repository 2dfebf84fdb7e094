/** Who is asking. The actor comes from the transport, never from a body. */
import type { KeyScope } from '../contract/views.ts'

export interface Actor {
  /** owner: the desktop window or the command line on the machine's own account. */
  kind: 'owner' | 'login' | 'key' | 'nobody'
  /** Stands in the audit record: owner, login, key:<name>. */
  name: string
  scopes: readonly KeyScope[]
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
