/** What travels with a request through the app: how it came, and who sent it. */
import type { Actor } from '../flows/actor.ts'

/** What the transport knows of a request: the window is the owner, a socket has an address. */
export interface Transport {
  owner: boolean
  address: string
  secure: boolean
}

export interface Environment {
  Bindings: Transport
  Variables: { actor: Actor; requestId: string }
}
